package dev.carrel.it;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Containers of the host's /usr that every backend can start. */
final class SwapSpecs {
  private static final List<Mount> MOUNTS = List.of(
      new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false), new Mount.Symlink(Path.of("/bin"), "usr/bin"),
      new Mount.Symlink(Path.of("/lib"), "usr/lib"), new Mount.Symlink(Path.of("/lib64"), "usr/lib64"), new Mount.Tmpfs(Path.of("/tmp"), 01777, "1m"));

  private SwapSpecs() {}

  private static ContainerSpec of(String script, Stdio stdio, NetworkSpec network, Life life, Optional<Limits> limits) {
    long uid = own("unix:uid");
    long gid = own("unix:gid");
    return new ContainerSpec(new ProcessSpec(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin"), Path.of("/"), stdio),
        Namespace.standard(), List.of(), Optional.empty(), new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Optional.empty(),
        Map.of(), new RootSpec(MOUNTS, List.of(), false), network, Security.standard(), life, limits, Optional.empty());
  }

  private static long own(String attribute) {
    try {
      return ((Number) Files.getAttribute(Path.of("/proc/self"), attribute)).longValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ContainerSpec silent(String script) {
    return of(script, Stdio.discard(), NetworkSpec.NONE, Life.unrecorded(), Optional.empty());
  }

  static ContainerSpec piped(String script) {
    return of(script, Stdio.pipes(), NetworkSpec.NONE, Life.unrecorded(), Optional.empty());
  }

  static ContainerSpec detached(String script) {
    return of(script, Stdio.discard(), NetworkSpec.NONE, Life.detached(Optional.empty(), Life.Restart.never()), Optional.empty());
  }

  static ContainerSpec limited(String script) {
    return of(script, Stdio.discard(), NetworkSpec.NONE, Life.unrecorded(), Optional.of(Limits.none().withProcesses(new Bound(20))));
  }

  static ContainerSpec networked(String script) {
    return of(script, Stdio.discard(), new NetworkSpec.Attached(Optional.empty(), NetworkOptions.none()), Life.unrecorded(), Optional.empty());
  }

  /** Another program in one of these. */
  static ProcessSpec program(String... words) {
    return new ProcessSpec(List.of(words), Map.of("PATH", "/usr/bin"), Path.of("/"), Stdio.pipes());
  }
}
