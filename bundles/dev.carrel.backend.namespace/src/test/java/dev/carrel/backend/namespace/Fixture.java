package dev.carrel.backend.namespace;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.Account;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.linux.host.LinuxHost;
import dev.carrel.linux.process.SpawnLauncher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Starts real containers on the host's own /usr, with a few lines a test. */
final class Fixture {
  final NamespaceBackend backend = new NamespaceBackend(new SpawnLauncher(), new LinuxHost(), new dev.carrel.linux.seccomp.LibSeccompCompiler(), java.util.Optional.empty());
  final Account account = new LinuxHost().account();

  /** What a program printed, and how it ended. */
  record Result(ExitStatus status, String out, String err) {}

  Result run(String script, Mount... more) {
    return run(plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c", script), more));
  }

  Result run(LaunchPlan plan) {
    Running running = backend.launch(plan);
    try {
      running.process().getOutputStream().close();
      String out = new String(running.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String err = new String(running.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(running.exit().get(60, TimeUnit.SECONDS), out, err);
    } catch (Exception e) {
      running.kill();
      throw new IllegalStateException(e);
    }
  }

  LaunchPlan plan(Stdio stdio, boolean writableRoot, Set<Namespace> namespaces, List<String> command, Mount... more) {
    List<Mount> mounts = new ArrayList<>(system());
    mounts.addAll(Arrays.asList(more));
    ProcessSpec process = new ProcessSpec(
        command, Map.of("PATH", "/usr/local/bin:/usr/bin:/bin"), Path.of("/"), stdio);
    Identity identity = new Identity(
        new IdMapping(account.uid(), account.uid(), 1), new IdMapping(account.gid(), account.gid(), 1));
    NetworkSpec network = namespaces.contains(Namespace.NETWORK) ? NetworkSpec.NONE : NetworkSpec.HOST;
    ContainerSpec spec = new ContainerSpec(process, namespaces, identity, Optional.of("fixture"),
        new RootSpec(List.of(), List.of(), writableRoot), network, Optional.empty());
    return new LaunchPlan("test", spec, new MountPlan(mounts, writableRoot), java.util.Optional.empty());
  }

  private static List<Mount> system() {
    List<Mount> mounts = new ArrayList<>();
    for (String name : List.of("bin", "lib", "lib64", "sbin")) {
      Path path = Path.of("/", name);
      if (Files.isSymbolicLink(path)) {
        mounts.add(new Mount.Symlink(path, "usr/" + name));
      } else if (Files.isDirectory(path)) {
        mounts.add(bind(path, path, Access.EXPOSE));
      }
    }
    mounts.add(new Mount.Dev(Path.of("/dev"), false));
    mounts.add(new Mount.Directory(Path.of("/etc"), 0755));
    mounts.add(new Mount.Proc(Path.of("/proc")));
    mounts.add(new Mount.Sys(Path.of("/sys")));
    mounts.add(new Mount.Tmpfs(Path.of("/tmp"), 01777, "10%"));
    mounts.add(bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE));
    return mounts;
  }

  static Mount.Bind bind(Path source, Path target, Access access) {
    Mapping.Kind kind = Files.isDirectory(source) ? Mapping.Kind.DIRECTORY : Mapping.Kind.FILE;
    try {
      return new Mount.Bind(source.toRealPath(), target, access, kind, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
