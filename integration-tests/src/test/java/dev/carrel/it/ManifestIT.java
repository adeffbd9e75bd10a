package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** carrel.toml and carrel.lock, in a directory of their own for each test. */
@ExtendWith(TestStore.Extension.class)
class ManifestIT {
  private static final String PACKAGES = "packages = [\"" + String.join("\", \"", TestStore.PACKAGES) + "\"]\n";

  /** What the lock of these packages says, once it was made. */
  private static String locked = "";

  private Path directory;
  private Path project;

  @BeforeEach
  void makeProject() throws IOException {
    directory = Files.createTempDirectory("carrel-it-manifest",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))).toRealPath();
    project = Files.createDirectory(directory.resolve("project"));
  }

  @AfterEach
  void removeProject() throws IOException {
    Trees.delete(directory);
  }

  private void write(String text) throws IOException {
    Files.writeString(project.resolve("carrel.toml"), text);
  }

  private Carrel carrel(TestStore store, String... words) {
    return store.command(words).in(project).withVariable("XDG_CONFIG_HOME", directory.resolve("config").toString());
  }

  private static String item(String lock) {
    return lock.lines().filter(line -> line.startsWith("item = ") && line.endsWith("-profile\"")).findFirst().orElseThrow()
        .replace("item = ", "").replace("\"", "");
  }

  @Test
  void a_manifest_is_used_once_it_has_been_allowed_and_as_long_as_nobody_changes_it(TestStore store) throws IOException {
    write(PACKAGES + "command = [\"hello\"]\nhostname = \"box\"\n");
    Carrel.Result refused = carrel(store, "shell").run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains(project + "/carrel.toml is not allowed yet", "carrel allow");

    assertThat(carrel(store, "allow").says()).contains("which means: carrel shell --hostname=box hello iproute2 python3-minimal -- hello");
    assertThat(carrel(store, "shell").says()).isEqualTo("Hello, world!\n");
    assertThat(carrel(store, "shell", "--", "hostname").says()).isEqualTo("box\n");
    assertThat(carrel(store, "shell", "--hostname=other", "--", "hostname").says()).isEqualTo("other\n");

    write(PACKAGES + "share = [\"~\"]\n");
    Carrel.Result changed = carrel(store, "shell", "--", "true").run();
    assertThat(changed.status()).isEqualTo(125);
    assertThat(changed.err()).contains("is another than you have allowed", "carrel allow");

    carrel(store, "allow").says();
    assertThat(carrel(store, "deny").says()).contains("is not allowed any more");
    assertThat(carrel(store, "shell", "--", "true").run().status()).isEqualTo(125);
  }

  @Test
  void it_is_found_from_directories_below_and_its_paths_are_its_own(TestStore store) throws IOException {
    Files.writeString(Files.createDirectories(project.resolve("data")).resolve("file"), "seen\n");
    write(PACKAGES + "expose = [\"data=/data\"]\n");
    Path below = Files.createDirectories(project.resolve("a/b"));
    carrel(store, "allow").in(below).says();

    assertThat(carrel(store, "shell", "--", "sh", "-c", "cat /data/file; pwd").in(below).says()).isEqualTo("seen\n" + below + "\n");
  }

  @Test
  @Tag(User.ROOT)
  void in_a_directory_of_somebody_else_nothing_is_found_above(TestStore store) throws IOException {
    write(PACKAGES);
    carrel(store, "allow").says();
    Path foreign = Files.createDirectories(project.resolve("foreign"));
    Path below = Files.createDirectories(foreign.resolve("below"));
    User.ordinary().orElseThrow().own(foreign);

    assertThat(carrel(store, "shell", "--", "true").in(below).run().err()).contains("no package is named, and there is no carrel.toml here");
  }

  @Test
  void a_manifest_that_is_named_needs_no_permission_and_packages_are_added(TestStore store) throws IOException {
    write("packages = [\"hello\", \"iproute2\"]\n");

    assertThat(carrel(store, "shell", "-m", "carrel.toml", "python3-minimal", "--", "hello").says()).isEqualTo("Hello, world!\n");
    assertThat(carrel(store, "shell", "--manifest=nothing.toml").run().err()).contains("there is no manifest " + project + "/nothing.toml");
    assertThat(directory.resolve("config")).doesNotExist();
  }

  @Test
  void what_is_wrong_is_told_with_file_line_and_column(TestStore store) throws IOException {
    write(PACKAGES + "\nhostnme = \"box\"\n");
    Carrel.Result result = carrel(store, "allow").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains(project + "/carrel.toml:3:1: there is no key 'hostnme' in a manifest; did you mean hostname?");
    assertThat(directory.resolve("config")).doesNotExist();
  }

  @Test
  void a_command_line_becomes_a_manifest(TestStore store) throws IOException {
    String text = carrel(store, "shell", "--export-manifest", "hello", "iproute2", "python3-minimal", "--hostname=box", "--", "hostname").says();
    write(text);

    assertThat(carrel(store, "shell", "-m", "carrel.toml").says()).isEqualTo("box\n");
  }

  @Test
  void with_a_lock_another_user_has_the_same_profile_bit_for_bit_from_an_empty_store_without_lists(TestStore store) throws IOException {
    write(PACKAGES + "command = [\"hello\"]\n");
    assertThat(carrel(store, "lock", "--check").run()).satisfies(result -> assertThat(result.status()).isEqualTo(1));
    Path unfinished = Files.createFile(project.resolve(".carrel.lock.4194305")); // no process has such a number: proc_sys_kernel(5), pid_max
    assertThat(carrel(store, "lock").says()).contains("wrote " + project + "/carrel.lock: ");
    assertThat(unfinished).as("what a killed process has left").doesNotExist();
    carrel(store, "lock", "--check").says();
    String lock = Files.readString(project.resolve("carrel.lock"));
    assertThat(lock).startsWith("# Generated by carrel lock").contains("name = \"libc6\"");

    Path home = Files.createDirectory(directory.resolve("other"));
    Optional<User> user = User.weAreRoot() ? User.ordinary() : Optional.empty();
    if (user.isPresent()) {
      user.get().own(home);
    }
    Carrel there = elsewhere(home, user, "shell", "-m", project.toString(), "--no-cwd");
    Carrel.Result result = there.run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("Hello, world!\n");
    assertThat(result.err()).doesNotContain("THIS IS NOT THE PROFILE");
    assertThat(home.resolve("store/items").resolve(item(lock))).isDirectory();
    assertThat(home.resolve("store/debian/stamp")).as("lists of packages").doesNotExist();
    String info = elsewhere(home, user, "store", "info", item(lock)).says();
    assertThat(lock).contains("hash = \"" + hash(info) + "\"");
    assertThat(elsewhere(home, user, "shell", "-m", project.toString(), "--no-cwd").under("unshare", "-rn").run().out())
        .as("again, without network").isEqualTo("Hello, world!\n");
  }

  private static String hash(String info) {
    return info.lines().map(String::strip).filter(line -> line.startsWith("hash ")).findFirst().orElseThrow().substring("hash ".length()).strip();
  }

  private Carrel elsewhere(Path home, Optional<User> user, String... words) {
    Carrel carrel = Carrel.command(words).in(home).withVariable("HOME", home.toString()).withVariable("CARREL_STORE", home.resolve("store").toString())
        .withVariable("CARREL_STATE", home.resolve("state").toString());
    return user.isPresent() ? carrel.as(user.get()) : carrel;
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "name = \"libc6\" | name = \"../libc6\" | the lock is damaged",
    "machine = \" | machine = \"not-a- | is for machines of the architecture not-a-",
    "parts = | parts = 1 # | it has been cut off",
    "\"hello\", | \"gdb\", | it does not have hello; it has gdb",
    "location = \" | location = \"exec: | is no address that archives are fetched from",
    "sha256 = \"[0-9a-f]{8} | sha256 = \"01234567 | is not the store item that its archive"})
  void a_lock_that_is_wrong_is_refused_and_nothing_is_changed(String from, String to, String problem, TestStore store) throws IOException {
    write(PACKAGES);
    if (locked.isEmpty()) {
      carrel(store, "lock", "-q").says();
      locked = Files.readString(project.resolve("carrel.lock"));
    }
    Files.writeString(project.resolve("carrel.lock"), locked.replaceFirst(from, to));
    TreeSet<String> before = items(store);
    Carrel.Result result = carrel(store, "shell", "-m", "carrel.toml", "--", "true").run();

    assertThat(result.status()).as(result.err()).isEqualTo(125);
    assertThat(result.err()).contains(problem).doesNotContain("Exception");
    assertThat(items(store)).isEqualTo(before);
  }

  private static TreeSet<String> items(TestStore store) throws IOException {
    try (Stream<Path> items = Files.list(store.directory().resolve("items"))) {
      return new TreeSet<>(items.map(item -> item.getFileName().toString()).toList());
    }
  }

  @Test
  void a_lock_fits_its_manifest_or_is_refused_and_locking_again_keeps_the_permission(TestStore store) throws IOException {
    write(PACKAGES);
    carrel(store, "allow").says();
    carrel(store, "lock").says();
    assertThat(carrel(store, "shell", "--", "hello").says()).as("who has locked it has allowed it").isEqualTo("Hello, world!\n");
    assertThat(carrel(store, "lock").says()).contains("fits", "already");

    write("packages = [\"hello\"]\n");
    carrel(store, "allow").says();
    Carrel.Result refused = carrel(store, "shell", "--", "hello").run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("carrel.lock does not fit", "it has iproute2, python3-minimal, which nobody asks for", "carrel lock");
    assertThat(carrel(store, "shell", "-m", "carrel.toml", "iproute2", "--", "true").run().err()).contains("says exactly which packages", "--no-lock");
    assertThat(carrel(store, "shell", "-m", "carrel.toml", "--no-lock", "iproute2", "python3-minimal", "--", "hello").says())
        .isEqualTo("Hello, world!\n");
    assertThat(List.of(project.toFile().list())).containsExactlyInAnyOrder("carrel.toml", "carrel.lock");
  }
}
