package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.AccessTimes;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFileTest {
  /** One of each kind. */
  private static final MountPlan MOUNTS = new MountPlan(List.of(
      new Mount.Bind(Path.of("/a b=c\n#"), Path.of("/usr"), Access.SHARE, Mapping.Kind.FILE, true,
          new TreeOptions(Set.of(MountFlag.NO_EXEC, MountFlag.NO_SYMLINKS), Optional.of(AccessTimes.NEVER), Propagation.SLAVE), Optional.of(new FileIdentity(7, 8))),
      new Mount.Bind(Path.of("/lib"), Path.of("/lib"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
      new Mount.Tmpfs(Path.of("/tmp"), OptionalInt.empty(), "50%", 9), new Mount.Tmpfs(Path.of("/run"), 0755, "1m"),
      new Mount.Overlay(Path.of("/o"), List.of(Path.of("/x"), Path.of("/y")), Optional.of(Path.of("/z")), true, "10%"),
      new Mount.Overlay(Path.of("/p"), List.of(Path.of("/x"), Path.of("/y")), Optional.empty(), false, "10%"), new Mount.Directory(Path.of("/d"), 01777),
      new Mount.Symlink(Path.of("/bin"), "usr/bin"), new Mount.GeneratedFile(Path.of("/etc/passwd"), FileContent.of("....."), 0444),
      new Mount.Proc(Path.of("/proc")), new Mount.Sys(Path.of("/sys")), new Mount.ControlGroups(), new Mount.Dev(Path.of("/dev"), true)), true,
      new PathProtection(List.of(Path.of("/proc/kcore")), List.of(Path.of("/proc/sys"), Path.of("/sys"))));

  @TempDir Path state;

  private static ContainerSpec spec(Life life, Stdio stdio, Map<String, String> variables) {
    Set<Namespace> own = Set.of(Namespace.USER, Namespace.MOUNT, Namespace.PID, Namespace.UTS, Namespace.TIME, Namespace.NETWORK, Namespace.CGROUP);
    ProcessSpec process = new ProcessSpec(List.of("sh", "-c", "a b"), variables, Path.of("/w"), stdio,
        new ProcessTraits(Optional.of("-sh"), OptionalInt.of(022), List.of()));
    return new ContainerSpec(process, own, List.of(new Join(Namespace.IPC, new Join.Source.AtPath(Path.of("/run/ipc")))), Optional.of(Duration.ofSeconds(90)),
        new Identity(new IdMapping(0, 1000, 1), new IdMapping(0, 1000, 1)), Optional.of("there"), Map.of("net.core.somaxconn", "5"),
        new RootSpec(MOUNTS.mounts(), List.of(), MOUNTS.writableRoot(), MOUNTS.protection()), new NetworkSpec.Attached(Optional.of("web"), NetworkOptions.none()),
        Security.standard(), life, Optional.empty(), Optional.of("first"));
  }

  /** What another process reads of one that this has started. */
  private Optional<LaunchPlan> recorded(ContainerSpec spec, boolean held) throws IOException {
    PlanFile.write(state, spec, MOUNTS, held);
    Entry.starting(state, "12345678", spec, "first", false).started(ProcessHandle.current().pid());
    return PlanFile.read(Entry.read(state).orElseThrow(), Optional.empty());
  }

  @Test
  void what_a_detached_container_was_made_of_is_known_to_other_processes() throws IOException {
    ContainerSpec spec = spec(Life.detached(Optional.of("web"), new Life.Restart(3)), Stdio.terminal(new TerminalSize(24, 80)), Map.of("PATH", "/bin"));

    assertThat(recorded(spec, true)).contains(new LaunchPlan("12345678", spec, MOUNTS, true, Optional.of(state)));
  }

  @Test
  void of_one_that_is_not_detached_all_but_its_streams_is_known() throws IOException {
    ContainerSpec spec = spec(Life.attached(Optional.empty()).withStopSignal(3), Stdio.discard(), Map.of());

    assertThat(recorded(spec(Life.attached(Optional.empty()).withStopSignal(3), Stdio.inherit(), Map.of()), false))
        .contains(new LaunchPlan("12345678", spec, MOUNTS, false, Optional.empty()));
  }

  @Test
  void what_variables_and_files_say_is_in_no_plan() throws IOException {
    ContainerSpec spec = spec(Life.attached(Optional.empty()), Stdio.discard(), Map.of("PASSWORD", "secret"));
    Mount file = new Mount.GeneratedFile(Path.of("/key"), FileContent.of("secret"), 0400);
    LaunchPlan veiled = PlanFile.veiled(new LaunchPlan("1", spec, new MountPlan(List.of(file), true), Optional.empty()));
    PlanFile.write(state, spec, new MountPlan(List.of(file), true), false);

    assertThat(veiled.spec().process().environment()).containsExactly(Map.entry("PASSWORD", "..."));
    assertThat(veiled.mounts().mounts()).containsExactly(new Mount.GeneratedFile(Path.of("/key"), FileContent.of("......"), 0400));
    assertThat(state.resolve("plan")).content().doesNotContain("secret");
    assertThat(recorded(spec, false).orElseThrow().spec().process().environment()).containsExactly(Map.entry("PASSWORD", "..."));
  }

  @Test
  void a_damaged_or_missing_plan_is_none() throws IOException {
    ContainerSpec spec = spec(Life.attached(Optional.empty()), Stdio.discard(), Map.of());
    assertThat(recorded(spec, false)).isPresent();
    Entry entry = Entry.read(state).orElseThrow();
    for (String damaged : List.of("", "held=true\nmount.0=Tmpfs", "mount.0=Nothing\nmount.0.target=/", "\\u12")) {
      Files.writeString(state.resolve("plan"), damaged);
      assertThat(PlanFile.read(entry, Optional.empty())).as(damaged).isEmpty();
    }
    Files.delete(state.resolve("plan"));
    assertThat(PlanFile.read(entry, Optional.empty())).isEmpty();
  }
}
