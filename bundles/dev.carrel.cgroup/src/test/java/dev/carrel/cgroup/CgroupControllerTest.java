package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Devices;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.ResourceGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Groups of this host's kernel, in each version that is mounted here; what is in them are processes of sleep(1). */
@Timeout(300)
class CgroupControllerTest {
  private static final String OWNER = "test" + ProcessHandle.current().pid();
  private static final Devices HARMLESS = new Devices(false, List.of());
  private static final Limits FEW = Limits.none().withProcesses(new Bound(7));

  private static Hierarchies here() throws IOException {
    assumeTrue(Files.isWritable(Path.of("/sys/fs/cgroup")) && "root".equals(System.getProperty("user.name")), "needs root and control groups");
    return Hierarchies.ofHost();
  }

  private static CgroupController controller(Hierarchies hierarchies) {
    return new CgroupController(new Bases(hierarchies, 0, new SystemdScopes(Map.of(), 0)));
  }

  /** All of it, and the second version alone, which may have no controllers here. */
  static Stream<CgroupController> controllers() throws IOException {
    Hierarchies here = here();
    return here.second().isEmpty() ? Stream.of(controller(here)) : Stream.of(controller(here), controller(new Hierarchies(Map.of(), here.second())));
  }

  @AfterEach
  void nothing_is_left() throws IOException {
    if ("root".equals(System.getProperty("user.name"))) {
      for (CgroupController controller : controllers().toList()) {
        controller.deactivate();
        assertThat(new Bases(here(), 0, new SystemdScopes(Map.of(), 0)).found(OWNER)).isEmpty();
      }
    }
  }

  /** A script that is in the group already, in the way of a program that is started outside. */
  private static Process in(ResourceGroup group, String script) throws IOException {
    StringBuilder line = new StringBuilder();
    group.entry().joined().forEach(file -> line.append("echo 0 > ").append(file).append("; "));
    Process process = new ProcessBuilder("sh", "-c", line + "echo; " + script).redirectErrorStream(true).start();
    assertThat(process.getInputStream().read()).isEqualTo('\n');
    return process;
  }

  private static ResourceGroup make(CgroupController controller, Limits limits) {
    return controller.make(controller.reserve(OWNER, limits), limits, HARMLESS, true);
  }

  @ParameterizedTest
  @MethodSource("controllers")
  void what_is_in_a_group_stands_still_goes_on_and_is_killed_with_all_it_starts(CgroupController controller) throws Exception {
    ResourceGroup group = make(controller, Limits.none());
    Process process = in(group, "sleep 4321 & while :; do sleep 0.01; done");
    try {
      assertThat(group.canFreeze()).isTrue();
      group.freeze();
      assertThat(((CgroupGroup) group).isFrozen()).isTrue();
      group.freeze();
      group.thaw();
      group.thaw();
      assertThat(((CgroupGroup) group).isFrozen()).isFalse();
      group.freeze();
      group.kill();
      assertThat(process.waitFor()).isEqualTo(137);
    } finally {
      group.remove();
      process.destroyForcibly();
    }
    assertThat(((CgroupGroup) group).isPopulated()).isFalse();
    group.remove();
    group.kill();
    group.thaw();
    assertThat(group.outOfMemory()).isEmpty();
    assertThat(group.usage().processes()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("controllers")
  void what_is_delegated_is_somebody_elses_to_divide_but_not_its_limits(CgroupController controller) throws Exception {
    assumeTrue(Hierarchies.ofHost().second().isPresent(), "needs control groups of version 2");
    ResourceGroup group = make(controller, Limits.none());
    assertThat(controller.find(group.name()).entry().joined()).noneMatch(file -> file.toString().contains("/inside/"));
    group.delegate(4321, 4322);
    Path inside = group.birth().born().orElseThrow();
    assertThat(inside.getFileName()).hasToString("inside");
    for (String file : new String[] {"", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"}) {
      assertThat(Files.getAttribute(inside.resolve(file), "unix:uid")).as(file).isEqualTo(4321);
      assertThat(Files.getAttribute(inside.resolve(file), "unix:gid")).as(file).isEqualTo(4322);
    }
    for (Path file : new Path[] {inside.getParent(), inside.resolveSibling("cgroup.procs"), inside.resolve("cgroup.max.depth")}) {
      assertThat(Files.getAttribute(file, "unix:uid")).as(file.toString()).isEqualTo(0);
    }
    ResourceGroup found = controller.find(group.name());
    Process process = in(found, "mkdir " + inside + "/a && echo 0 > " + inside + "/a/cgroup.procs && exec sleep 4321");
    while (!process.info().command().orElse("").endsWith("sleep")) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(Files.readString(inside.resolve("a/cgroup.procs")).strip()).isEqualTo(Long.toString(process.pid()));
    assertThat(((CgroupGroup) found).isPopulated()).isTrue();
    found.kill();
    assertThat(process.waitFor()).isEqualTo(137);
    found.remove();
    assertThat(inside.getParent()).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("controllers")
  void a_group_that_is_removed_takes_its_processes_and_the_groups_in_it_along(CgroupController controller) throws Exception {
    ResourceGroup group = make(controller, Limits.none());
    Process process = in(group, "exec sleep 4321");
    for (Path directory : GroupName.parse(group.name()).directories()) {
      if (!directory.toString().contains("cpuset")) {
        Files.createDirectories(directory.resolve("inner/most"));
      }
    }
    group.remove();
    assertThat(process.waitFor()).isEqualTo(137);
  }

  @Test
  void limits_are_set_changed_and_counted() throws Exception {
    CgroupController controller = controller(here());
    ResourceGroup group = make(controller, FEW);
    Process process = in(group, "sleep 4321 > /dev/null 2>&1 & sleep 4321 > /dev/null 2>&1 & wait");
    try {
      for (int i = 0; i < 6000 && group.usage().processes().orElse(0) < 3; i++) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertThat(group.usage().processes()).hasValue(3);
      assertThat(group.usage().memory().orElse(0)).isPositive();
      group.update(Limits.none().withCpus(new Bound(500)).withMemory(new Bound(64 << 20)).withCpuset(NumberSet.of("0")));
      assertThat(group.usage().processes()).hasValue(3);
      assertThatExceptionOfType(CarrelException.class)
          .isThrownBy(() -> group.update(Limits.none().withMemory(new Bound(32 << 20)).withCpuset(NumberSet.of("4095"))))
          .withMessageContaining("cannot keep a container to processors 4095");
      Process late = in(group, "for i in 1 2 3 4 5 6 7 8; do sleep 4321 > /dev/null 2>&1 & done");
      assertThat(new String(late.getInputStream().readAllBytes())).contains("fork");
    } finally {
      group.remove();
    }
    controller.deactivate();
  }

  @Test
  void a_limit_that_only_the_other_version_has_can_be_set_later() throws Exception {
    assumeTrue(here().first().containsKey(Controller.PIDS) && new Bases(here(), 0, new SystemdScopes(Map.of(), 0)).ofSecond().contains(Controller.HUGETLB),
        "needs a hybrid host, with hugetlb in version 2");
    CgroupController controller = controller(here());
    ResourceGroup group = make(controller, FEW);
    Process process = in(group, "exec sleep 4321");
    try {
      while (group.usage().processes().orElse(0) < 1) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      Limits huge = Limits.none().withHugePages(Map.of("2MB", new Bound(4 << 20)));
      group.update(huge);
      assertThat(Files.readString(Path.of("/proc", Long.toString(process.pid()), "cgroup"))).contains("0::/carrel/" + OWNER);
      ResourceGroup found = controller.find(group.name());
      found.update(Limits.none().withHugePages(Map.of("2MB", new Bound(8 << 20))));
      assertThat(((CgroupGroup) found).settings(huge)).allSatisfy(setting -> assertThat(KernelFile.number(setting.file())).hasValue(8 << 20));
      Process late = in(found, "grep -c 0::/carrel/" + OWNER + " /proc/self/cgroup");
      assertThat(new String(late.getInputStream().readAllBytes())).isEqualTo("1\n");
      found.freeze();
      found.kill();
      assertThat(process.waitFor()).isEqualTo(137);
    } finally {
      group.remove();
      process.destroyForcibly();
    }
  }

  @Test
  void what_a_killed_update_has_left_in_the_other_version_alone_is_killed_as_well() throws Exception {
    assumeTrue(here().first().containsKey(Controller.FREEZER) && here().second().isPresent(), "needs a hybrid host");
    CgroupController controller = controller(here());
    ResourceGroup group = make(controller, FEW);
    Process process = in(group, "sleep 4321 & while :; do sleep 0.01; done");
    Path second = here().second().get().resolve("carrel").resolve(GroupName.parse(group.name()).directories().get(0).getFileName());
    try {
      while (group.usage().processes().orElse(0) < 2) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      group.freeze();
      Files.createDirectories(second);
      CgroupGroup found = (CgroupGroup) controller.find(group.name());
      assertThat(found.birth().born()).contains(second);
      found.kill();
      assertThat(process.waitFor()).isEqualTo(137);
      found.remove();
      assertThat(second).doesNotExist();
    } finally {
      group.remove();
      process.destroyForcibly();
      Files.deleteIfExists(second);
    }
  }

  @Test
  void what_a_killed_update_has_moved_in_part_comes_along_with_the_next() throws Exception {
    Bases bases = new Bases(here(), 0, new SystemdScopes(Map.of(), 0));
    assumeTrue(bases.ofFirst().containsAll(List.of(Controller.CPUSET, Controller.FREEZER, Controller.PIDS)) && bases.ofSecond().contains(Controller.HUGETLB),
        "needs a hybrid host, with hugetlb in version 2");
    CgroupController controller = controller(here());
    ResourceGroup group = make(controller, FEW);
    Process process = in(group, "sleep 4321 & while :; do sleep 0.01; done");
    GroupName name = GroupName.parse(group.name());
    List<Path> later = List.of(bases.base(Controller.CPUSET).resolve(name.leaf()), here().second().get().resolve("carrel").resolve(name.leaf()));
    try {
      while (group.usage().processes().orElse(0) < 2) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      group.freeze();
      for (Path directory : later) {
        bases.make(directory);
        KernelFile.write(directory.resolve("cgroup.procs"), Long.toString(process.pid()));
      }
      CgroupGroup found = (CgroupGroup) controller.find(group.name());
      found.update(Limits.none().withCpuset(NumberSet.of("0")).withHugePages(Map.of("2MB", new Bound(4 << 20))));
      assertThat(found.isFrozen()).isTrue();
      List<String> all = pids(name.first().get(Controller.PIDS));
      assertThat(all).hasSizeGreaterThan(1);
      assertThat(later).allSatisfy(directory -> assertThat(pids(directory)).containsExactlyInAnyOrderElementsOf(all));
      found.kill();
      assertThat(process.waitFor()).isEqualTo(137);
      found.remove();
      assertThat(later).noneMatch(Files::exists);
    } finally {
      controller.find(group.name()).remove();
      process.destroyForcibly();
    }
  }

  private static List<String> pids(Path directory) {
    return KernelFile.read(directory.resolve("cgroup.procs")).orElse("").lines().toList();
  }

  @Test
  void a_group_that_cannot_have_its_limits_is_not_left_half_made() throws Exception {
    CgroupController controller = controller(here());
    Limits impossible = FEW.withCpuset(NumberSet.of("4095"));
    String name = controller.reserve(OWNER, impossible);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> controller.make(name, impossible, HARMLESS, true));
    assertThat(GroupName.parse(name).directories()).noneMatch(Files::exists);
  }

  @Test
  void a_controller_that_is_not_there_is_named_with_the_remedy() throws Exception {
    CgroupController bare = controller(new Hierarchies(Map.of(), here().second()));
    assumeTrue(here().first().containsKey(Controller.MEMORY), "needs the memory controller elsewhere than in version 2");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> bare.reserve(OWNER, Limits.none().withMemory(new Bound(1 << 30))))
        .withMessageContaining("by the controller memory").withMessageContaining(":");
    assertThat(controller(new Hierarchies(Map.of(), Optional.empty())).unavailable().orElse("")).contains("no control groups are mounted here");
  }

  @Test
  void what_a_killed_process_has_left_is_cleaned_and_nothing_else() throws Exception {
    CgroupController controller = controller(here());
    ResourceGroup living = make(controller, FEW);
    Path base = GroupName.parse(living.name()).directories().get(0).getParent();
    List<String> dead = List.of(OWNER + "-1-99-1", OWNER + "-4194303-1-7");
    for (String leaf : dead) {
      Files.createDirectory(base.resolve(leaf));
    }
    Path kept = Files.createDirectory(base.resolve(OWNER + "-1-98-2"));
    Path foreign = Files.createDirectory(base.resolve(OWNER + "x-1-99-1"));
    try {
      String recorded = Controller.MEMORY.first() + "=" + kept;
      assertThat(controller.clean(OWNER, Set.of(recorded))).containsExactlyInAnyOrderElementsOf(dead);
      assertThat(controller.clean(OWNER, Set.of(recorded))).isEmpty();
      assertThat(kept).exists();
      assertThat(foreign).exists();
      assertThat(((CgroupGroup) living).isPopulated()).isFalse();
      assertThat(GroupName.parse(living.name()).directories()).allMatch(Files::exists);
    } finally {
      Files.deleteIfExists(kept);
      Files.deleteIfExists(foreign);
      living.remove();
    }
  }

  @Test
  void who_makes_a_group_while_others_take_away_what_is_unused_does_not_notice_and_in_the_end_nothing_is_left() throws Exception {
    Map<Controller, Path> apart = new EnumMap<>(Controller.class); // where nobody else makes groups
    for (Controller controller : List.of(Controller.PIDS, Controller.CPUSET)) {
      Path mount = here().first().get(controller);
      assumeTrue(mount != null, "needs control groups of version 1 with " + controller);
      apart.put(controller, Files.createDirectory(mount.resolve(OWNER + "-apart")));
    }
    for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
      KernelFile.write(apart.get(Controller.CPUSET).resolve(file), KernelFile.read(here().first().get(Controller.CPUSET).resolve(file)).orElseThrow());
    }
    CgroupController controller = controller(new Hierarchies(apart, Optional.empty()));
    Limits limits = FEW.withCpuset(NumberSet.of("0"));
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      AtomicBoolean over = new AtomicBoolean();
      Future<?> cleaner = threads.submit(() -> {
        while (!over.get()) {
          controller.removeUnused();
        }
      });
      Callable<Integer> maker = () -> {
        for (int i = 0; i < 100; i++) {
          make(controller, limits).remove();
        }
        return 0;
      };
      for (Future<Integer> made : threads.invokeAll(List.of(maker, maker))) {
        made.get();
      }
      over.set(true);
      cleaner.get();
      controller.deactivate();
      assertThat(apart.values()).noneMatch(mount -> Files.exists(mount.resolve("carrel")));
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      apart.values().forEach(CgroupControllerTest::removeGroups);
    }
  }

  private static void removeGroups(Path directory) {
    Members.inside(directory).forEach(CgroupControllerTest::removeGroups);
    directory.toFile().delete();
  }

  @Test
  void fifty_at_once_have_each_their_own_also_those_made_ahead() throws Exception {
    CgroupController controller = controller(here());
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try {
      Set<String> names = new HashSet<>();
      for (int round = 0; round < 2; round++) {
        List<Callable<ResourceGroup>> makers = Collections.nCopies(50, () -> make(controller, FEW));
        for (Future<ResourceGroup> made : threads.invokeAll(makers)) {
          assertThat(names.add(made.get().name())).isTrue();
          assertThat(GroupName.parse(made.get().name()).directories()).allMatch(Files::exists);
          made.get().remove();
        }
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } finally {
      threads.shutdownNow();
    }
    controller.deactivate();
  }
}
