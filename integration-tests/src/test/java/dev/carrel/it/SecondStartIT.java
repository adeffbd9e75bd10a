package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What was made once is used again, and shared. */
@ExtendWith(TestStore.Extension.class)
class SecondStartIT {
  /** Each path of a store with its inode and its time of change. */
  private static TreeMap<String, String> state(TestStore store) throws IOException {
    TreeMap<String, String> state = new TreeMap<>();
    try (Stream<Path> all = Files.walk(store.directory())) {
      for (Path path : (Iterable<Path>) all::iterator) {
        state.put(path.toString(), Files.readAttributes(path, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS).toString());
      }
    }
    return state;
  }

  private static Set<String> items(TestStore store) throws IOException {
    try (Stream<Path> items = Files.list(store.directory().resolve("items"))) {
      return items.map(item -> item.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void the_same_packages_again_need_no_network_and_change_nothing(TestStore store) throws IOException {
    assumeTrue(Host.can("unshare", "-rn", "true"), "needs unshare(1) that may make a network namespace");
    TreeMap<String, String> before = state(store);

    Carrel.Result result = store.shell("--no-cwd", "--", "hello").under("unshare", "-n", "-r").run();

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("Hello, world!\n");
    assertThat(result.err()).isEmpty();
    assertThat(state(store)).isEqualTo(before);
  }

  @Test
  void the_same_packages_again_start_no_program_but_the_containers(TestStore store) {
    assumeTrue(Host.can("strace", "-V"), "needs strace");
    Carrel.Result result = store.shell("--no-cwd", "--", "hello")
        .under("strace", "-f", "-qq", "-o", "/dev/stderr", "-e", "trace=execve", "-e", "signal=none", "-z").run();

    assertThat(result.out()).isEqualTo("Hello, world!\n");
    assertThat(result.err().lines().filter(line -> line.contains("execve(")).map(line -> line.replaceAll(".*execve\\(\"([^\"]*)\".*", "$1")))
        .allMatch(program -> program.endsWith("/carrel") || program.endsWith("/java") || program.endsWith("/jspawnhelper")
            || program.startsWith("/proc/self/fd/") || program.equals("/proc/self/exe") || program.endsWith("/hello")
            || program.contains("execve(0x")); // the container's, which strace may not look into
  }

  @Test
  void the_order_of_packages_does_not_matter(TestStore store) throws IOException {
    Set<String> before = items(store);
    Carrel.Result result = store.command("shell", "python3-minimal", "hello", "iproute2", "hello", "--no-cwd", "--", "true").run();

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(items(store)).isEqualTo(before);
  }

  @Test
  void of_an_overlapping_set_only_what_is_new_is_made(TestStore store) throws IOException {
    TreeMap<String, String> before = state(store);
    Set<String> items = items(store);

    Carrel.Result result = store.command("shell", "hello", "sl", "--no-cwd", "--", "sh", "-c", "command -v sl hello").run();

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).contains("/usr/games/sl");
    Set<String> added = new TreeSet<>(items(store));
    added.removeAll(items);
    assertThat(added).anyMatch(item -> item.contains("-sl-")).anyMatch(item -> item.endsWith("-profile"))
        .noneMatch(item -> item.contains("-hello-") || item.contains("-coreutils-")).hasSizeLessThan(6);
    TreeMap<String, String> after = state(store);
    for (String item : items) {
      String path = store.directory().resolve("items").resolve(item).toString();
      assertThat(after.get(path)).as(item).isEqualTo(before.get(path));
    }
  }

  @Test
  void two_containers_of_a_profile_share_every_file(TestStore store) {
    String script = "stat -c '%n %d:%i' /usr/bin/hello /usr/bin/ls /usr/lib /etc/debian_version";

    assertThat(store.shell("--no-cwd", "--", "sh", "-c", script).run().out()).isNotEmpty()
        .isEqualTo(store.shell("--no-cwd", "--", "sh", "-c", script).run().out());
  }

  @Test
  void two_profiles_share_the_files_of_a_package(TestStore store) {
    String[] script = {"--no-cwd", "--", "stat", "-c", "%d:%i", "/usr/bin/hello", "/usr/bin/ls"};
    Carrel.Result one = store.shell(script).run();
    Carrel.Result other = store.command("shell", "hello", "--no-cwd", "--", "stat", "-c", "%d:%i", "/usr/bin/hello", "/usr/bin/ls").run();

    assertThat(one.out()).isNotEmpty().isEqualTo(other.out());
  }

  @Test
  void a_root_is_a_link_to_the_profile_and_may_be_made_again(TestStore store, @TempDir Path directory) throws IOException {
    Path link = directory.resolve("my profile");
    for (int i = 0; i < 2; i++) {
      Carrel.Result result = store.shell("--no-cwd", "--root=" + link, "--", "sh", "-c", "echo $CARREL_ENVIRONMENT").run();
      assertThat(result.status()).as(result.err()).isZero();
      assertThat(Files.readSymbolicLink(link)).hasToString(result.out().stripTrailing());
    }
    Carrel.Result again = store.command("shell", "--profile=" + link, "--no-cwd", "--", "hello").run();
    assertThat(again.out()).as(again.err()).isEqualTo("Hello, world!\n");
  }
}
