package dev.carrel.backend.bubblewrap;

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
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BubblewrapBackendTest {
  private final BubblewrapBackend backend = new BubblewrapBackend(new SpawnLauncher(), new LinuxHost(), new LibSeccompCompiler(), "/nowhere");

  @Test
  void without_bwrap_it_says_so_and_what_to_install() {
    assertThat(backend.unavailable().orElseThrow()).contains("no bwrap in the PATH", "apt install bubblewrap");
    assertThat(backend.version()).isEqualTo("-");
    assertThatThrownBy(() -> backend.launch(null)).isInstanceOf(CarrelException.class).hasMessageContaining("apt install bubblewrap");
  }

  @Test
  void one_that_was_removed_since_it_was_found_is_named(@TempDir Path directory) throws IOException {
    Path program = Files.writeString(directory.resolve("bwrap"), "#!/bin/sh\necho bubblewrap 0.8.0\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    BubblewrapBackend found = new BubblewrapBackend(new SpawnLauncher(), new LinuxHost(), new LibSeccompCompiler(), directory.toString());
    assertThat(found.version()).isEqualTo("0.8.0");
    Files.delete(program);
    ContainerSpec spec = new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.discard()), Namespace.standard(),
        new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(), new RootSpec(List.of(), List.of(), false), NetworkSpec.NONE,
        Optional.empty());
    MountPlan mounts = new MountPlan(List.of(new Mount.Proc(Path.of("/proc"))), false);

    assertThatThrownBy(() -> found.launch(new LaunchPlan("1", spec, mounts, Optional.empty()))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("cannot execute the tool " + program).hasMessageContaining("Install it again");
  }

  @Test
  void what_bwrap_cannot_do_is_not_declared() {
    assertThat(backend.features()).contains(Feature.TERMINAL, Feature.DETACHED)
        .doesNotContain(Feature.ID_RANGES, Feature.OVERLAYS, Feature.LOCKED_MOUNTS, Feature.NAMESPACE_CAPABILITIES);
  }
}
