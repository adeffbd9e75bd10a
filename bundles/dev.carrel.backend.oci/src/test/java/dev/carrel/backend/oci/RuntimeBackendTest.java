package dev.carrel.backend.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
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
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeBackendTest {
  private static final Mount PROC = new Mount.Proc(Path.of("/proc"));
  private static final Mount DEVICES = new Mount.Dev(Path.of("/dev"), false);

  @TempDir Path directory;
  private final LinuxHost host = new LinuxHost();
  private final AtomicReference<String> wanted = new AtomicReference<>();
  private final RuntimeBackend backend =
      new RuntimeBackend(new SpawnLauncher(), host, new LibSeccompCompiler(),
          new RuntimeChoice(() -> Optional.ofNullable(wanted.get()), OciRuntime.KNOWN_ALONE, null));

  private void saying(String version) throws IOException {
    Path program = Files.writeString(directory.resolve("runtime-" + version.hashCode()), "#!/bin/sh\necho " + version + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    wanted.set(program.toString());
  }

  private static LaunchPlan plan(Mount... mounts) {
    return plan(Stdio.discard(), mounts);
  }

  private static LaunchPlan plan(Stdio stdio, Mount... mounts) {
    ContainerSpec spec = new ContainerSpec(new ProcessSpec(List.of("/proc/self/exe"), Map.of(), Path.of("/"), stdio), Namespace.standard(),
        new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)), Optional.empty(), new RootSpec(List.of(), List.of(), false), NetworkSpec.NONE,
        Optional.empty());
    return new LaunchPlan("1", spec, new MountPlan(List.of(mounts), false), Optional.empty());
  }

  @Test
  void a_runtime_with_a_kernel_of_its_own_is_taken_and_has_no_networks() throws IOException {
    saying("runsc version release-20240101.0");
    assertThat(backend.version()).isEqualTo("runsc release-20240101.0");
    assertThat(backend.features()).contains(Feature.LIMITS, Feature.DETACHED).doesNotContain(Feature.NETWORK_ATTACHMENT, Feature.UNPRIVILEGED, Feature.PROTECTED_PATHS);
    saying("crun version 1.8.1");
    assertThat(backend.features()).contains(Feature.NETWORK_ATTACHMENT, Feature.PROTECTED_PATHS);
    assumeTrue(host.administers(), "needs root");
    saying("runsc version release-20240101.0");
    assertThat(backend.unavailable()).isEmpty();
  }

  @Test
  void without_a_runtime_or_without_root_it_says_so_and_what_to_do() {
    wanted.set("/no/such/runtime");

    assertThat(backend.unavailable().orElseThrow()).containsAnyOf("no /no/such/runtime, which CARREL_OCI_RUNTIME names", "for root alone. Choose oci");
    assertThatThrownBy(() -> backend.launch(plan(PROC, DEVICES))).isInstanceOf(CarrelException.class).hasMessageContaining("the backend oci-runtime: ");
  }

  @Test
  void what_it_is_asked_for_and_cannot_give_is_refused_by_name() throws IOException {
    saying("runtime version 1.0");

    assertThatThrownBy(() -> backend.explain(plan(PROC))).isInstanceOf(CarrelException.class).hasMessageContaining("oci-runtime cannot start a container without a /dev");
    assertThatThrownBy(() -> backend.explain(plan(DEVICES))).isInstanceOf(CarrelException.class).hasMessageContaining("oci-runtime cannot start a container without a /proc");
  }

  @Test
  void a_runtime_that_fails_is_named_with_the_command() throws IOException {
    saying("runtime version 1.0; [ $1 = --version ] || exit 1");
    assumeTrue(host.administers(), "needs root");

    assertThatThrownBy(() -> backend.launch(plan(PROC, DEVICES))).isInstanceOf(CarrelException.class).hasMessageContaining(wanted.get() + " failed to create it");
  }

  /** It would be told of as a container that has ended at once. */
  @Test
  void a_runtime_that_makes_nothing_is_told() throws IOException {
    saying("runtime version 1.0");
    assumeTrue(host.administers(), "needs root");

    assertThatThrownBy(() -> backend.launch(plan(PROC, DEVICES))).isInstanceOf(CarrelException.class).hasMessageContaining(wanted.get() + " failed to start it");
  }

  @Test
  void the_plan_tells_what_the_runtime_is_asked_for() throws IOException {
    saying("runtime version 1.0");

    assertThat(backend.explain(plan(PROC, DEVICES))).anyMatch(step -> step.call().contains("\"create\", \"--bundle\""))
        .anyMatch(step -> step.call().contains("\"kill\", \"1\", \"15\"")).anyMatch(step -> step.call().contains("\"delete\", \"--force\""));
  }

  @Test
  void a_kernel_of_its_own_is_given_a_pipe_for_a_file_and_others_are_given_the_file() throws IOException {
    LaunchPlan plan = plan(Stdio.discard().withInput(new Redirect.FromFile(Files.createFile(directory.resolve("in")))), PROC, DEVICES);

    saying("crun version 1.8.1");
    assertThat(backend.explain(plan)).noneMatch(step -> step.call().contains("splice("));
    saying("runsc version release-20240101.0");
    assertThat(backend.explain(plan)).anyMatch(step -> step.call().contains("splice("));
    assertThat(backend.explain(plan(PROC, DEVICES))).noneMatch(step -> step.call().contains("splice("));
  }
}
