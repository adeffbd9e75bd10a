package dev.carrel.backend.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.linux.host.LinuxHost;
import dev.carrel.linux.process.SpawnLauncher;
import dev.carrel.linux.seccomp.LibSeccompCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciBackendTest {
  @TempDir Path directory;
  private final AtomicReference<String> wanted = new AtomicReference<>();
  private final OciBackend backend = new OciBackend(new SpawnLauncher(), new LinuxHost(), new LibSeccompCompiler(),
      new RuntimeChoice(() -> Optional.ofNullable(wanted.get()), OciRuntime.KNOWN, null));

  private Path program(String name, String script) throws IOException {
    Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  private static LaunchPlan plan(Mount... mounts) {
    ContainerSpec spec = new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.discard()), Namespace.standard(),
        new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(), new RootSpec(List.of(), List.of(), false), NetworkSpec.NONE,
        Optional.empty());
    return new LaunchPlan("1", spec, new MountPlan(List.of(mounts), false), Optional.empty());
  }

  @Test
  void without_a_runtime_it_says_so_and_what_to_do() {
    wanted.set("/no/such/runtime");

    assertThat(backend.unavailable().orElseThrow()).contains("no /no/such/runtime", "CARREL_OCI_RUNTIME", "name another");
    assertThat(backend.version()).isEqualTo("-");
    assertThatThrownBy(() -> backend.launch(plan())).isInstanceOf(CarrelException.class).hasMessageContaining("/no/such/runtime");
  }

  @Test
  void as_soon_as_another_is_wanted_that_is_taken() throws IOException {
    wanted.set(program("one", "echo one version 1.2").toString());
    assertThat(backend.version()).isEqualTo("one 1.2");
    wanted.set(program("two", "echo two version 3.4").toString());
    assertThat(backend.version()).isEqualTo("two 3.4");
  }

  @Test
  void one_that_was_removed_since_it_was_found_is_named() throws IOException {
    Path program = program("runtime", "echo runtime version 1.0");
    wanted.set(program.toString());
    assertThat(backend.unavailable()).isEmpty();
    Files.delete(program);

    assertThatThrownBy(() -> backend.launch(plan(new Mount.Proc(Path.of("/proc"))))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("cannot execute the tool " + program).hasMessageContaining("Install it again");
  }

  @Test
  void what_it_says_when_it_fails_is_told_in_one_line() throws IOException {
    wanted.set(program("runtime", "[ \"$1\" = --version ] && exec echo runtime version 1.0\necho No luck today >&2\nexit 1").toString());

    assertThatThrownBy(() -> backend.launch(plan(new Mount.Proc(Path.of("/proc"))))).isInstanceOf(CarrelException.class)
        .hasMessageContaining(directory.resolve("runtime") + " failed: No luck today");
  }

  @Test
  void without_a_proc_it_is_refused() throws IOException {
    wanted.set(program("runtime", "echo runtime version 1.0").toString());

    assertThatThrownBy(() -> backend.launch(plan())).isInstanceOf(CarrelException.class).hasMessageContaining("without a /proc of its own");
  }

  @Test
  void where_the_runtime_makes_all_mounts_private_none_that_follows_the_hosts_is_promised() throws IOException {
    wanted.set(program("crun", "echo crun version 1.8.1").toString());
    TreeOptions slave = new TreeOptions(Set.of(), Optional.empty(), Propagation.SLAVE);
    Mount follows = new Mount.Bind(Path.of("/srv"), Path.of("/srv"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false, slave, Optional.empty());

    assertThatThrownBy(() -> backend.launch(plan(new Mount.Proc(Path.of("/proc")), follows))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("cannot mount /srv with propagation=slave").hasMessageContaining("CARREL_OCI_RUNTIME");
  }

  @Test
  void what_no_runtime_can_do_is_not_declared() {
    assertThat(backend.features()).contains(Feature.TERMINAL, Feature.DETACHED, Feature.OVERLAYS, Feature.LOCKED_MOUNTS)
        .doesNotContain(Feature.JOINED_NAMESPACES, Feature.PROGRAM_FIRST, Feature.NAMESPACE_CAPABILITIES);
  }
}
