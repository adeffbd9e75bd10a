package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an ordinary user is told to do about a controller that is not theirs. */
class MissingTest {
  private static final long USER = 1234;

  @TempDir Path mount;

  @BeforeEach
  void the_kernel_has_the_controllers() {
    String known = KernelFile.read(Path.of("/proc/cgroups")).orElse("");
    assumeTrue(Stream.of(Controller.values()).allMatch(controller -> known.contains(controller.first())), "needs a kernel with all controllers");
  }

  private String explained(Hierarchies hierarchies, Controller controller, boolean systemd) {
    return new Missing(new Bases(hierarchies, USER, new SystemdScopes(Map.of(), USER)), controller, systemd).explain().getMessage();
  }

  private Hierarchies second() {
    return new Hierarchies(Map.of(), Optional.of(mount));
  }

  @Test
  void without_systemd_an_administrator_has_to_give_a_group_away() {
    assertThat(explained(second(), Controller.IO, false)).contains("by the controller io: ", "put your session into a group of version 2 that belongs to you")
        .doesNotContain("systemctl");
  }

  @Test
  void systemd_has_to_be_told_to_delegate_it() {
    assertThat(explained(second(), Controller.IO, true)).contains("by the controller io: ", "Delegate=cpu cpuset io memory pids", "user@.service.d", "systemctl daemon-reload");
  }

  @Test
  void what_systemd_is_told_is_enough_for_each_controller_that_it_delegates() {
    for (Controller controller : EnumSet.of(Controller.MEMORY, Controller.PIDS, Controller.CPU, Controller.CPUSET, Controller.IO)) {
      assertThat(explained(second(), controller, true)).containsPattern("Delegate=[a-z ]*\\b" + controller + "\\b");
    }
  }

  @Test
  void what_systemd_delegates_to_nobody_is_roots_alone() {
    assertThat(explained(second(), Controller.HUGETLB, true)).contains("by the controller hugetlb: ", "Only root can limit that").doesNotContain("Delegate=");
  }

  @Test
  void of_version_1_directories_have_to_be_made() {
    assertThat(explained(new Hierarchies(Map.of(Controller.IO, mount.resolve("missing")), Optional.empty()), Controller.IO, true))
        .contains("mkdir -p " + mount.resolve("missing/carrel-" + USER), "chown -R " + USER);
  }
}
