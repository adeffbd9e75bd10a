package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.network.NetworkSpec;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each thing that a backend may not be able to do is refused by its name, and nothing else is. */
class NeedsTest {
  private static final Path DIRECTORY = Path.of("/d");
  private static final RootSpec PLAIN = new RootSpec(List.of(new Mount.Tmpfs(Path.of("/tmp"), 01777, "1m")),
      List.of(new Mapping(DIRECTORY, DIRECTORY, Access.SHARE, Mapping.Kind.DIRECTORY)), false);

  private static ContainerSpec spec(Set<Namespace> namespaces, List<Join> joins, Map<String, String> sysctls, RootSpec root, Security security) {
    NetworkSpec network = namespaces.contains(Namespace.NETWORK) ? NetworkSpec.NONE
        : joins.isEmpty() ? NetworkSpec.HOST : NetworkSpec.JOINED;
    return new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.pipes()), namespaces, joins, Optional.empty(),
        new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(), sysctls, root, network, security, Life.unrecorded(),
        Optional.empty());
  }

  private static ContainerSpec spec(Set<Namespace> namespaces) {
    return spec(namespaces, List.of(), Map.of(), PLAIN, Security.standard());
  }

  private static ContainerSpec spec(RootSpec root) {
    return spec(Namespace.standard(), List.of(), Map.of(), root, Security.standard());
  }

  private static ContainerSpec spec(Security security) {
    return spec(Namespace.standard(), List.of(), Map.of(), PLAIN, security);
  }

  private static RootSpec mapped(TreeOptions options, Optional<FileIdentity> identity) {
    return new RootSpec(List.of(), List.of(new Mapping(DIRECTORY, DIRECTORY, Access.SHARE, Mapping.Kind.DIRECTORY, options, identity)), false);
  }

  /** Refused without the one feature, in these words; done with it alone. */
  private static void needs(Feature feature, ContainerSpec spec, String... words) {
    FakeBackend without = new FakeBackend("simple", EnumSet.complementOf(EnumSet.of(feature)));
    assertThatExceptionOfType(CarrelException.class).as(feature.name()).isThrownBy(() -> Needs.check(spec, false, without))
        .withMessageStartingWith("the backend simple cannot give a container ").withMessageContainingAll(words);
    assertThatCode(() -> Needs.check(spec, false, new FakeBackend("able", Set.of(feature)))).as(feature.name()).doesNotThrowAnyException();
  }

  @Test
  void a_plain_container_needs_nothing() {
    assertThatCode(() -> Needs.check(spec(Namespace.standard()), false, new FakeBackend("simple", Set.of()))).doesNotThrowAnyException();
  }

  @Test
  void namespaces_that_are_not_its_own() {
    needs(Feature.SHARED_NAMESPACES, spec(Namespace.standardBut(Namespace.PID)), "the host's pid namespace");
    needs(Feature.SHARED_NAMESPACES, spec(Namespace.standardBut(Namespace.USER)), "the host's user namespace");
    needs(Feature.HOST_NETWORK, spec(Namespace.standardBut(Namespace.NETWORK)), "the host's network");
    needs(Feature.JOINED_NAMESPACES, spec(Namespace.standardBut(Namespace.NETWORK), List.of(new Join(Namespace.NETWORK, 1)), Map.of(), PLAIN,
        Security.standard()), "a namespace of another container's");
    needs(Feature.OWN_CLOCKS, spec(EnumSet.allOf(Namespace.class)), "clocks");
    needs(Feature.KERNEL_SETTINGS, spec(Namespace.standard(), List.of(), Map.of("net.core.somaxconn", "7"), PLAIN, Security.standard()), "--sysctl");
  }

  @Test
  void what_is_mounted_specially() {
    needs(Feature.OVERLAYS, spec(new RootSpec(List.of(new Mount.Overlay(DIRECTORY, List.of(Path.of("/usr")), Optional.empty(), true, "1m")), List.of(),
        false)), "the overlay at /d");
    needs(Feature.CONTROL_GROUPS, spec(new RootSpec(List.of(new Mount.ControlGroups()), List.of(), false)), "control groups that it may change");
    needs(Feature.PROTECTED_PATHS, spec(new RootSpec(List.of(), List.of(), false, new PathProtection(List.of(DIRECTORY), List.of()))), "covered");
    needs(Feature.MOUNT_OPTIONS, spec(mapped(new TreeOptions(Set.of(MountFlag.NO_EXEC), Optional.empty(), Propagation.PRIVATE), Optional.empty())), "/d");
    needs(Feature.MOUNT_OPTIONS, spec(mapped(TreeOptions.standard(), Optional.of(new FileIdentity(1, 2)))), "/d");
  }

  @Test
  void confinement_that_is_less_than_the_standard() {
    needs(Feature.CAPABILITIES, spec(Security.standard().withCapabilities(Set.of(Capability.CHOWN))), "capabilities");
    needs(Feature.NEW_PRIVILEGES, spec(Security.standard().weakenedBy(Weakness.NEW_PRIVILEGES)), "setuid");
    needs(Feature.OPEN_KERNEL_FILES, spec(Security.standard().weakenedBy(Weakness.KERNEL_FILES)), "/proc");
  }

  @Test
  void capabilities_over_namespaces_need_more_than_those_over_files() {
    FakeBackend files = new FakeBackend("simple", Set.of(Feature.CAPABILITIES));
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> Needs.check(spec(Security.standard().withCapabilities(Set.of(Capability.CHOWN, Capability.NET_RAW))), false, files))
        .withMessageContainingAll("over its namespaces", "CAP_NET_RAW");
  }
}
