package dev.carrel.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountRequest;
import dev.carrel.api.mount.RootSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** What holds for every plan, whatever was asked. */
class AnyMountPlanTest {
  private final OrderedMountPlanner planner = new OrderedMountPlanner();

  @Property(tries = 2000)
  void parents_come_before_children_and_each_target_once(@ForAll("requests") MountRequest request) {
    List<Mount> mounts = mounts(request);
    Set<Path> before = new HashSet<>();
    for (Mount mount : mounts) {
      assertThat(before).noneMatch(earlier -> earlier.startsWith(mount.target()));
      before.add(mount.target());
    }
  }

  @Property(tries = 1000)
  void every_parent_is_a_directory_or_lies_in_a_tree_of_the_host(@ForAll("requests") MountRequest request) {
    List<Mount> mounts = mounts(request);
    for (Mount mount : mounts) {
      for (Path parent = mount.target().getParent(); parent != null && parent.getNameCount() > 0; parent = parent.getParent()) {
        Path wanted = parent;
        assertThat(mounts).anyMatch(around -> around.target().equals(wanted) && Mounts.isDirectory(around)
            || around instanceof Mount.Bind && wanted.startsWith(around.target()));
      }
    }
  }

  @Property(tries = 2000)
  void every_mapping_is_in_the_plan(@ForAll("requests") MountRequest request) {
    Optional<MountPlan> plan = plan(request);
    Statistics.label("planned").collect(plan.isPresent());
    if (plan.isPresent()) {
      for (Mapping mapping : request.root().mappings()) {
        assertThat(plan.get().mounts()).anyMatch(mount -> mount instanceof Mount.Bind bind
            && bind.source().equals(mapping.source()) && bind.access() == mapping.access() && bind.kind() == mapping.kind());
      }
    }
  }

  @Property(tries = 1000)
  void a_plan_planned_again_is_the_same(@ForAll("requests") MountRequest request) {
    Optional<MountPlan> plan = plan(request);
    if (plan.isPresent()) {
      RootSpec root = new RootSpec(plan.get().mounts(), List.of(), request.root().writable());
      assertThat(planner.plan(new MountRequest(root, request.namespaces(), request.terminal()))).isEqualTo(plan.get());
    }
  }

  @Property(tries = 2000)
  void the_order_of_the_mappings_matters_neither_for_the_plan_nor_for_a_refusal(@ForAll("requests") MountRequest request) {
    List<Mapping> reversed = new ArrayList<>(request.root().mappings());
    Collections.reverse(reversed);
    RootSpec root = new RootSpec(request.root().base(), reversed, request.root().writable());
    assertThat(plan(new MountRequest(root, request.namespaces(), request.terminal()))).isEqualTo(plan(request));
  }

  @Property(tries = 1000)
  void no_plan_puts_anything_into_kernel_objects(@ForAll("requests") MountRequest request) {
    assertThat(mounts(request)).noneMatch(mount -> mount.target().getNameCount() > 1
        && (mount.target().startsWith("/proc") || mount.target().startsWith("/sys")));
  }

  private List<Mount> mounts(MountRequest request) {
    return plan(request).map(MountPlan::mounts).orElse(List.of());
  }

  /** Empty if it is refused; anything but a refusal in the user's words fails the property. */
  private Optional<MountPlan> plan(MountRequest request) {
    try {
      return Optional.of(planner.plan(request));
    } catch (CarrelException refused) {
      assertThat(refused.kind()).isEqualTo(CarrelException.Kind.USAGE);
      return Optional.empty();
    }
  }

  @Provide
  Arbitrary<MountRequest> requests() {
    Arbitrary<RootSpec> roots = Combinators.combine(
        baseEntry().list().ofMaxSize(6), mapping().list().ofMaxSize(3), Arbitraries.of(true, false)).as(RootSpec::new);
    return Combinators.combine(roots, Arbitraries.of(Namespace.class).set(), Arbitraries.of(true, false)).as(MountRequest::new);
  }

  private Arbitrary<Path> target() {
    Arbitrary<String> name = Arbitraries.frequencyOf(
        Tuple.of(20, Arbitraries.of("a", "b", "a-", "usr", "bin", "etc", "home", "tmp", "a\nb")),
        Tuple.of(1, Arbitraries.of("proc", "sys", "dev", "null", "fuse", ".", "..")));
    return name.list().ofMaxSize(4).map(names -> Path.of("/" + String.join("/", names)));
  }

  private Arbitrary<Path> anyTarget() {
    return Arbitraries.frequencyOf(
        Tuple.of(40, target()), Tuple.of(1, Arbitraries.of(Path.of(""), Path.of("a/b"))));
  }

  private Arbitrary<Mapping> mapping() {
    return Combinators.combine(target(), anyTarget(), Arbitraries.of(Access.class), Arbitraries.of(Mapping.Kind.class))
        .as(Mapping::new);
  }

  private Arbitrary<Mount> baseEntry() {
    Arbitrary<Mount> binds = Combinators.combine(target(), target(), Arbitraries.of(Access.class))
        .as((source, target, access) -> new Mount.Bind(source, target, access, Mapping.Kind.DIRECTORY, false));
    Arbitrary<Mount> links = Combinators.combine(target(), Arbitraries.of("usr/bin", "/a", "../a/b", "..", "", "b\0", "/proc"))
        .as(Mount.Symlink::new);
    return Arbitraries.frequencyOf(
        Tuple.of(4, binds),
        Tuple.of(2, links),
        Tuple.of(3, target().map(at -> new Mount.Tmpfs(at, 0755, "10%"))),
        Tuple.of(2, target().map(at -> new Mount.Directory(at, 0700))),
        Tuple.of(1, target().map(at -> new Mount.GeneratedFile(at, "x", 0444))));
  }
}
