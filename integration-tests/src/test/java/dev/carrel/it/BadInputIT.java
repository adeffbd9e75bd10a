package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes wrong is told in one paragraph, ends with the documented status, and leaves nothing behind. */
@ExtendWith(TestStore.Extension.class)
class BadInputIT {
  private final Traces before = Traces.now();

  @AfterEach
  void nothing_is_left() {
    before.awaitNothingNew();
  }

  private static void refused(Carrel.Result result, int status, String... words) {
    assertThat(result.status()).as(result.err()).isEqualTo(status);
    assertThat(result.out()).isEmpty();
    List<String> lines = result.err().lines() // progress is no part of it
        .filter(line -> !line.endsWith(" ...") && !line.matches("carrel: [a-z ]+: [0-9]+ in [0-9]+ s")).toList();
    assertThat(lines).as(result.err()).hasSize(1);
    assertThat(lines.get(0)).startsWith("carrel").contains(words).doesNotContain("Exception").doesNotContain("java.");
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        of("shell pyhton3 -- true", 125, "pyhton3", "nearest", "python3"),
        of("shell hello=0.0 -- true", 125, "hello", "0.0", "There is"),
        of("shell ../../etc -- true", 125, "../../etc", "no name of a Debian package"),
        of("shell é -- true", 125, "é", "no name"),
        of("shell " + "a".repeat(300) + " -- true", 125, "no name"),
        of("shell", 125, "no package", "--help"),
        of("shell hello --expse=/usr -- true", 125, "--expse", "--expose"),
        of("shell hello --root=/nowhere/link -- true", 125, "/nowhere", "Make it first"),
        of("shell hello --root=/etc/passwd -- true", 125, "/etc/passwd", "something else"),
        of("shell --profile=/nowhere -- true", 125, "/nowhere"),
        of("shell --source=none hello -- true", 125, "none", "debian"),
        of("run --bogus -- true", 125, "--bogus", "carrel run --help"),
        of("run --expose", 125, "--expose", "value"),
        of("run --share= -- true", 125, "--share", "path"),
        of("run --expose=/no/where -- true", 125, "/no/where", "no such file"),
        of("run --backend=none -- true", 125, "none", "namespace"),
        of("run --network=a/b -- true", 125, "a/b", "no name of a network"),
        of("run --network=nothing -- true", 125, "nothing", "carrel network create nothing"),
        of("run --network=host --publish=80:80 -- true", 125, "--publish", "--network=host"),
        of("run --publish=80 --allow-net=x -- true", 125, "--allow-net=x"),
        of("run --preserve=( -- true", 125, "("),
        of("run --user=no:body -- true", 125, "no:body"),
        of("run --hostname=under_score -- true", 125, "under_score"),
        of("run -- no-such-command", 127, "no-such-command", "no such program"),
        of("run -- /no/such/command", 127, "/no/such/command"),
        of("run -- /etc/passwd", 126, "/etc/passwd", "execute permission"),
        of("run -- /usr", 126, "/usr", "directory"),
        of("plan run --bogus", 125, "--bogus"),
        of("plan doctor", 125, "doctor"),
        of("system", 125, "container", "reconfigure"),
        of("system frobnicate", 125, "frobnicate", "container"),
        of("system container", 125, "which system"),
        of("system container /no/where.toml", 125, "/no/where.toml", "no such file"),
        of("system container --memory=much /no/where.toml", 125, "/no/where.toml"),
        of("system roll-back ../x", 125, "../x", "no name of a system"),
        of("system roll-back nothing", 125, "no system nothing"),
        of("system start /usr", 125, "no system at /usr"),
        of("backend", 125, "backend list"),
        of("config", 125, "list, get, set or unset"),
        of("config set no.such x", 125, "no setting called 'no.such'", "carrel config list"),
        of("config set shell.pids many", 125, "--pids=many"),
        of("config list --bogus", 125, "--bogus"),
        of("addon", 125, "install, list or remove"),
        of("addon install", 125, "what?", "jar"),
        of("addon install /no/where.jar", 125, "/no/where.jar", "no such file"),
        of("addon remove no-such-addon", 125, "no-such-addon", "carrel addon list"),
        of("addon list --bogus", 125, "--bogus"),
        of("doctor --bogus", 125, "--bogus"));
  }

  private static Arguments of(String line, int status, String... words) {
    return Arguments.of(line, status, words);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void what_makes_no_sense_is_refused(String line, int status, String[] words, TestStore store) {
    refused(store.command(line.split(" ")).run(), status, words);
  }

  @Test
  void hostile_names_do_not_reach_the_terminal_as_they_are(TestStore store) {
    refused(store.command("shell", "a\nb\u001b[31m", "--", "true").run(), 125, "no name of a Debian package");
    refused(store.command("run", "--expose=/no\u001b[2J\nwhere", "--", "true").run(), 125, "/no");
  }

  @Test
  void without_a_network_the_first_use_of_packages_is_refused_and_the_remedy_told(@TempDir Path directory) {
    assumeTrue(Host.can("unshare", "-rn", "true"), "needs unshare(1) that may make a network namespace");
    Path store = directory.resolve("store");

    refused(Carrel.command("shell", "hello", "--", "true").withVariable("CARREL_STORE", store.toString()).under("unshare", "-rn").run(),
        125, "lists of packages could not be fetched", "Check the network");
    assertThat(store.resolve("items")).doesNotExist();
  }

  @Test
  void a_plan_fetches_no_lists_and_says_so(@TempDir Path directory) {
    Path store = directory.resolve("store");

    refused(Carrel.command("plan", "shell", "hello").withVariable("CARREL_STORE", store.toString()).run(), 125, "never fetched", "carrel shell");
    assertThat(store).doesNotExist();
  }

  @Test
  void with_lists_but_without_a_network_a_new_package_is_refused(TestStore store) {
    assumeTrue(Host.can("unshare", "-rn", "true"), "needs unshare(1) that may make a network namespace");

    refused(store.command("shell", "cowsay", "--", "true").under("unshare", "-rn").run(), 125, "could not be downloaded", "network");
    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
  }

  @Test
  @Tag(User.ROOT)
  void a_full_disk_is_refused_wherever_it_happens(@TempDir Path directory) throws IOException {
    assumeTrue(User.weAreRoot() && Host.can("unshare", "-m", "mount", "-t", "tmpfs", "x", "/mnt"), "needs root that may mount, for a small file system");
    for (int megabytes : new int[] {10, 85, 125}) { // too small for the lists, for the archives, for the items
      Host.says("mount", "-t", "tmpfs", "-o", "mode=755,size=" + megabytes + "m", "carrel-it", directory.toString());
      try {
        Path store = directory.resolve("store");
        refused(Carrel.command("shell", "hello", "--", "true").withVariable("CARREL_STORE", store.toString()).run(),
            125, "No space left on device", "CARREL_STORE");
        for (String name : List.of("items", "staging")) {
          assertThat(!Files.exists(store.resolve(name)) || isEmpty(store.resolve(name))).as(name + " of " + megabytes + " MB").isTrue();
        }
      } finally {
        Host.says("umount", "-l", directory.toString());
      }
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  @Test
  void a_store_that_cannot_be_written_is_refused(@TempDir Path directory) throws IOException {
    Carrel command = Carrel.command("shell", "hello", "--", "true").withVariable("CARREL_STORE", directory.resolve("store").toString());
    if (User.weAreRoot()) { // who may write everywhere but there
      Host.says("mount", "-t", "tmpfs", "-o", "ro", "carrel-it", directory.toString());
    } else {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    try {
      refused(command.run(), 125, directory.toString(), "CARREL_STORE");
      assertThat(directory).isEmptyDirectory();
    } finally {
      if (User.weAreRoot()) {
        Host.says("umount", "-l", directory.toString());
      }
    }
  }

  @Test
  void a_store_that_is_none_is_refused() {
    refused(Carrel.command("shell", "hello", "--", "true").withVariable("CARREL_STORE", "relative").run(), 125, "relative", "absolute");
    refused(Carrel.command("shell", "hello", "--", "true").withVariable("CARREL_STORE", "/etc/passwd").run(), 125, "/etc/passwd", "not a directory");
  }

  @Test
  void a_host_that_forbids_user_namespaces_is_told_and_what_to_do() {
    String forbid = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"";
    assumeTrue(Host.can("unshare", "-r", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces"), "needs unshare(1) that may make a user namespace");

    // In a user namespace, whose limit its own root may set: it holds for what is below, as the host's does for all.
    refused(Carrel.command("run", "--no-cwd", "--", "true").under("unshare", "-r", "sh", "-c", forbid, "sh").run(),
        125, "cannot create a user namespace", "max_user_namespaces=0", "administrator");
    Carrel.Result doctor = Carrel.command("doctor").under("unshare", "-r", "sh", "-c", forbid, "sh").run();
    assertThat(doctor.status()).isEqualTo(1);
    assertThat(doctor.out()).contains("BROKEN", "max_user_namespaces");
  }

  @Test
  void a_removed_working_directory_is_told() {
    String removed = "d=$(mktemp -d) && cd \"$d\" && rmdir \"$d\" && exec \"$@\" 2>&1 >/dev/null | grep carrel: >&2; exit 125";

    refused(Carrel.command("run", "--", "true").under("sh", "-c", removed, "sh").run(), 125, "was removed");
  }
}
