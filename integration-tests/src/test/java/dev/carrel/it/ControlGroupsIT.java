package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container that was given control groups changes its own, whoever starts it, and reaches no others and none of its limits. */
class ControlGroupsIT {
  private static final String MOUNT = "--mount=type=cgroup,target=/sys/fs/cgroup";
  /** Prints what it can do. */
  private static final String ATTEMPTS = """
      cd /sys/fs/cgroup
      mkdir own && echo 0 >own/cgroup.procs && grep -q '^0::/own$' /proc/self/cgroup && echo divides
      cut -d' ' -f4,5,8 /proc/self/mountinfo | grep cgroup
      grep -l . memory.max pids.max cpu.max cgroup.subtree_control 2>/dev/null
      (echo +pids >cgroup.subtree_control) 2>/dev/null && echo enables
      mount -t cgroup -o pids none /mnt 2>/dev/null && echo mounts
      exit 0
      """;

  private static final String OWN = "divides\n/ /sys/fs/cgroup cgroup2\n";
  private static final List<String> ROOT = List.of("--uid=0", "--gid=0");

  @TempDir Path directory;

  private static Path second() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      if (line.contains(" - cgroup2 ")) {
        return Path.of(line.split(" ")[4]);
      }
    }
    return abort("needs control groups of version 2");
  }

  private static Carrel run(Path state, List<String> options, String... command) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd", MOUNT));
    words.addAll(options);
    words.add("--");
    words.addAll(List.of(command));
    return Carrel.command(words.toArray(String[]::new)).in(Path.of("/")).withVariable("CARREL_STATE", state.toString());
  }

  @Test
  @Tag(User.ROOT)
  void root_inside_divides_its_own_group_and_nothing_else() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    Path groups = second();
    String out = run(directory, ROOT, "sh", "-c", ATTEMPTS).says();
    assertThat(out).isEqualTo(OWN);
    assertThat(groups.resolve("carrel").toFile().list((parent, name) -> name.startsWith(Integer.toHexString(directory.toString().hashCode()) + "-")))
        .isNullOrEmpty();
  }

  @Test
  @Tag(User.ROOT)
  void its_limits_hold_whatever_it_does_to_its_groups() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    second();
    String greedy = "mkdir /sys/fs/cgroup/own && echo 0 >/sys/fs/cgroup/own/cgroup.procs && exec python3 -c 'x = bytearray(200 << 20)'";
    assertThat(run(directory, List.of("--uid=0", "--gid=0", "--memory=64M"), "sh", "-c", greedy).run().status()).isEqualTo(137);
  }

  @Test
  @Tag(User.ROOT)
  void a_user_divides_what_was_delegated() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root, to delegate a group");
    assumeTrue(!Files.isDirectory(Path.of("/run/systemd/system")), "systemd delegates groups here");
    User user = User.ordinary().orElseGet(() -> abort("needs a user " + User.TEST_USER));
    user.own(directory);
    Path group = Files.createDirectory(second().resolve("carrel-it-" + ProcessHandle.current().pid()));
    try {
      for (String file : new String[] {"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"}) {
        user.own(group.resolve(file));
      }
      List<String> prefix = new ArrayList<>(List.of("sh", "-c", "echo 0 >" + group + "/cgroup.procs && exec \"$@\"", "sh"));
      prefix.addAll(user.command(List.of()));
      Carrel carrel = run(directory.resolve("state"), ROOT, "sh", "-c", ATTEMPTS).under(prefix.toArray(String[]::new));
      assertThat(carrel.says()).isEqualTo(OWN);
    } finally {
      delete(group);
    }
  }

  private static void delete(Path group) {
    String[] inside = group.toFile().list((parent, name) -> Files.isDirectory(parent.toPath().resolve(name)));
    for (String name : inside == null ? new String[0] : inside) {
      delete(group.resolve(name));
    }
    group.toFile().delete();
  }

  @Test
  @Tag(User.ORDINARY)
  void who_has_no_group_to_give_says_so_before_anything_is_made() throws IOException {
    assumeTrue(!Files.isDirectory(Path.of("/run/systemd/system")), "needs a user to whom no control group is delegated");
    Carrel.Result result = run(directory, List.of(), "true").run();
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).startsWith("carrel: cannot give a container control groups that it may change: ").contains("an administrator");
  }
}
