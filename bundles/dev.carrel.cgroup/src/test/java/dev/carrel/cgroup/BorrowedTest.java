package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In a group of this test's own, which stands for that of the host, with a controller that the kernel has in version 2 here. */
@Timeout(300)
class BorrowedTest {
  private Path root;
  private Path holder;
  private Path around;
  private Path base;
  private Controller controller;

  @BeforeEach
  void a_group_in_which_a_controller_can_be_enabled() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    Optional<Path> second = Hierarchies.ofHost().second();
    assumeTrue(second.isPresent() && Files.isWritable(second.get()) && new OwnGroup(second.get()).seesRoot(), "needs control groups of version 2, from their root on");
    root = second.get();
    Set<Controller> there = Bases.listed(root.resolve("cgroup.controllers"));
    assumeTrue(!there.isEmpty(), "needs a controller in version 2");
    controller = there.contains(Controller.HUGETLB) ? Controller.HUGETLB : there.iterator().next();
    holder = Files.createDirectory(root.resolve("carrel-borrowed-" + ProcessHandle.current().pid()));
    second().enableBelow(holder, Set.of(controller));
    around = Files.createDirectory(holder.resolve("around"));
    base = around.resolve("carrel");
  }

  @AfterEach
  void nothing_is_left() throws IOException {
    if (holder != null) {
      for (Path group : new Path[] {base, around.resolve("other/inner"), around.resolve("other"), around, holder}) {
        Files.deleteIfExists(group);
      }
      new Borrowed(root, root.resolve("carrel")).giveBack();
    }
  }

  private SecondBase second() {
    return new SecondBase(new OwnGroup(root), true, new SystemdScopes(Map.of(), 0));
  }

  private void use() throws IOException {
    Files.createDirectory(base);
    second().enableBelow(base, Set.of(controller));
    assertThat(enabled()).containsExactly(controller);
  }

  private void giveBack() {
    new Borrowed(around, base).giveBack();
  }

  private Set<Controller> enabled() {
    return Bases.listed(around.resolve("cgroup.subtree_control"));
  }

  private void enable(Path group) throws IOException {
    KernelFile.write(group.resolve("cgroup.subtree_control"), "+" + controller.second().orElseThrow());
  }

  @Test
  void what_carrel_has_enabled_is_disabled_when_its_own_group_goes() throws IOException {
    use();
    giveBack();
    assertThat(base).doesNotExist();
    assertThat(enabled()).isEmpty();
    giveBack();
    assertThat(base).doesNotExist();
  }

  @Test
  void what_was_enabled_before_stays_enabled() throws IOException {
    enable(around);
    use();
    giveBack();
    assertThat(base).doesNotExist();
    assertThat(enabled()).containsExactly(controller);
  }

  @Test
  void it_is_disabled_also_when_a_killed_carrel_had_enabled_it_or_somebody_has_removed_its_group() throws IOException {
    use();
    Files.delete(base);
    giveBack();
    assertThat(enabled()).isEmpty();
  }

  @Test
  void while_a_container_is_there_nothing_is_disabled() throws IOException {
    use();
    Path container = Files.createDirectory(base.resolve("container"));
    giveBack();
    assertThat(enabled()).containsExactly(controller);
    Files.delete(container);
    giveBack();
    assertThat(enabled()).isEmpty();
  }

  @Test
  void what_another_group_hands_on_stays_enabled_until_it_does_not() throws IOException {
    use();
    Path other = Files.createDirectory(around.resolve("other"));
    enable(other);
    giveBack();
    assertThat(base).doesNotExist();
    assertThat(enabled()).containsExactly(controller);
    Files.delete(other);
    giveBack();
    assertThat(enabled()).isEmpty();
  }

  @Test
  void what_limits_another_group_stays_enabled() throws IOException {
    assumeTrue(controller == Controller.HUGETLB, "needs the controller hugetlb");
    use();
    Path other = Files.createDirectory(around.resolve("other"));
    String[] limits = other.toFile().list((parent, name) -> name.matches("hugetlb\\.[^.]*\\.max"));
    assumeTrue(limits != null && limits.length > 0, "needs huge pages");
    KernelFile.write(other.resolve(limits[0]), "0");
    giveBack();
    assertThat(enabled()).containsExactly(controller);
    KernelFile.write(other.resolve(limits[0]), "max");
    giveBack();
    assertThat(enabled()).isEmpty();
  }

  @Test
  void a_group_with_processes_of_its_own_cannot_be_divided_until_they_have_left_it() throws Exception {
    assumeTrue(controller == Controller.HUGETLB, "needs the controller hugetlb");
    Files.createDirectory(base);
    Process process = new ProcessBuilder("sleep", "4321").start();
    try {
      KernelFile.write(base.resolve("cgroup.procs"), Long.toString(process.pid()));
      CarrelException refusal = catchThrowableOfType(() -> second().enableBelow(base, Set.of(controller)), CarrelException.class);
      assertThat(refusal).hasMessageContaining("by the controller hugetlb").hasMessageContaining("Processes are in that group itself");
      assertThat(KernelFile.isFinal((IOException) refusal.getCause())).isFalse();
      KernelFile.write(root.resolve("cgroup.procs"), Long.toString(process.pid()));
      second().enableBelow(base, Set.of(controller));
      assertThat(Bases.listed(base.resolve("cgroup.subtree_control"))).containsExactly(controller);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void who_begins_while_another_gives_back_has_what_it_needs() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    AtomicBoolean over = new AtomicBoolean();
    try {
      Future<?> cleaner = thread.submit(() -> {
        while (!over.get()) {
          giveBack();
        }
      });
      for (int i = 0; i < 200; i++) {
        Path container = base.resolve("container");
        while (!container.toFile().mkdir()) {
          base.toFile().mkdir();
        }
        second().enableBelow(base, Set.of(controller));
        assertThat(Bases.listed(container.resolve("cgroup.controllers"))).containsExactly(controller);
        Files.delete(container);
      }
      over.set(true);
      cleaner.get();
      giveBack();
      assertThat(enabled()).isEmpty();
    } finally {
      over.set(true);
      thread.shutdown();
    }
  }
}
