package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.LaunchPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every start, direct or from a template, has its first process in its control groups before that does anything. */
class ControlGroupsTest {
  /** The first start is made directly, the second builds the template, the third uses it. */
  private static final int STARTS = 3;

  private final Fixture containers = new Fixture();
  private final List<Path> made = new ArrayList<>();
  private Optional<Path> second = Optional.empty();
  private final List<Path> first = new ArrayList<>();

  @BeforeEach
  void make() throws IOException {
    assumeTrue(containers.account.uid() == 0, "needs root, to make control groups");
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      boolean two = line.contains(" - cgroup2 ");
      if ((two || line.matches(".* - cgroup .*(pids|freezer).*")) && Files.isWritable(Path.of(line.split(" ")[4]))) {
        Path group = Path.of(line.split(" ")[4], "carrel-test-" + ProcessHandle.current().pid());
        Files.createDirectory(group);
        made.add(group);
        if (two) {
          second = Optional.of(group);
        } else {
          first.add(group);
        }
      }
    }
    assumeTrue(!made.isEmpty(), "needs control groups");
  }

  @AfterEach
  void remove() throws Exception {
    for (Path group : made) {
      for (int i = 0; i < 6000 && !group.toFile().delete() && Files.exists(group); i++) {
        Thread.sleep(10);
      }
      assertThat(group).doesNotExist();
    }
  }

  private static Stream<String> below(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(line -> line.contains("carrel-test-")).map(line -> line.replaceAll("^[0-9]*:(.*):.*", "$1"));
  }

  private void isInItsGroups(GroupEntry entry, int count) throws Exception {
    LaunchPlan plan = containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c", "cat /proc/self/cgroup; read go"));
    for (int i = 0; i < STARTS; i++) {
      var running = containers.backend.launch(new LaunchPlan("test", plan.spec(), plan.mounts(), false, Optional.empty(), Optional.of(entry)));
      try {
        // Its first process, and the program, a child of that.
        assertThat(below(Path.of("/proc/" + running.process().pid() + "/cgroup"))).hasSize(count);
        List<ProcessHandle> children = ProcessHandle.of(running.process().pid()).orElseThrow().children().toList();
        assertThat(below(Path.of("/proc/" + children.get(0).pid() + "/cgroup"))).hasSize(count);
        running.process().getOutputStream().close();
        String inside = new String(running.process().getInputStream().readAllBytes());
        assertThat(inside).doesNotContain("carrel-test-");
        assertThat(inside.lines().filter(line -> line.endsWith(":/"))).hasSizeGreaterThanOrEqualTo(count);
      } finally {
        running.kill();
        running.exit().join();
      }
    }
  }

  @Test
  void it_is_born_in_a_group_of_version_2() throws Exception {
    assumeTrue(second.isPresent(), "needs control groups of version 2");
    isInItsGroups(new GroupEntry(second, List.of()), 1);
  }

  @Test
  void it_joins_groups_of_version_1_first_of_all() throws Exception {
    assumeTrue(!first.isEmpty(), "needs control groups of version 1");
    isInItsGroups(new GroupEntry(Optional.empty(), first.stream().map(group -> group.resolve("tasks")).toList()), first.size());
  }

  @Test
  void it_can_be_in_groups_of_both() throws Exception {
    assumeTrue(second.isPresent() && !first.isEmpty(), "needs both versions of control groups");
    isInItsGroups(new GroupEntry(second, first.stream().map(group -> group.resolve("tasks")).toList()), first.size() + 1);
  }
}
