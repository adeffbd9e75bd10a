package dev.carrel.conformance;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A container of the host's own programs, with what one test wants to be different. Immutable: each method gives another one. */
record SampleContainer(List<String> command, Map<String, String> environment, Path directory, Stdio stdio, Identity identity, Security security,
    Set<Namespace> namespaces, List<Mount> more, Optional<Path> record, boolean held, boolean writableRoot, Optional<String> backend) {
  static final String PATH = "/usr/bin:/bin";
  private static final List<String> PROGRAMS = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64");

  /** One that runs a line of a shell. */
  static SampleContainer sh(String script) {
    return of("sh", "-c", script);
  }

  static SampleContainer of(String... command) {
    long uid = own("unix:uid");
    long gid = own("unix:gid");
    return new SampleContainer(List.of(command), Map.of("PATH", PATH), Path.of("/"), Stdio.pipes(),
        new Identity(new IdMapping(uid, uid, 1), new IdMapping(gid, gid, 1)), Security.standard(), Namespace.standard(), List.of(), Optional.empty(),
        false, false, Optional.empty());
  }

  private static long own(String attribute) {
    try {
      return ((Number) Files.getAttribute(Path.of("/proc/self"), attribute)).longValue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  SampleContainer with(Map<String, String> variables) {
    return new SampleContainer(command, variables, directory, stdio, identity, security, namespaces, more, record, held, writableRoot, backend);
  }

  SampleContainer in(String place) {
    return new SampleContainer(command, environment, Path.of(place), stdio, identity, security, namespaces, more, record, held, writableRoot, backend);
  }

  SampleContainer with(Stdio streams) {
    return new SampleContainer(command, environment, directory, streams, identity, security, namespaces, more, record, held, writableRoot, backend);
  }

  SampleContainer as(long uid, long gid) {
    Identity other = new Identity(new IdMapping(uid, identity.user().outside(), 1), new IdMapping(gid, identity.group().outside(), 1));
    return new SampleContainer(command, environment, directory, stdio, other, security, namespaces, more, record, held, writableRoot, backend);
  }

  SampleContainer with(Identity other) {
    return new SampleContainer(command, environment, directory, stdio, other, security, namespaces, more, record, held, writableRoot, backend);
  }

  SampleContainer with(Security other) {
    return new SampleContainer(command, environment, directory, stdio, identity, other, namespaces, more, record, held, writableRoot, backend);
  }

  SampleContainer with(Set<Namespace> others) {
    return new SampleContainer(command, environment, directory, stdio, identity, security, others, more, record, held, writableRoot, backend);
  }

  SampleContainer with(Mount... mounts) {
    List<Mount> all = new ArrayList<>(more);
    all.addAll(List.of(mounts));
    return new SampleContainer(command, environment, directory, stdio, identity, security, namespaces, all, record, held, writableRoot, backend);
  }

  /** Outlives the JVM; its record is in this directory. */
  SampleContainer detached(Path recorded) throws IOException {
    for (String file : List.of(ContainerRecord.EXIT, ContainerRecord.LOG, ContainerRecord.OTHER_LOG, ContainerRecord.RESTARTS, ContainerRecord.START)) {
      Files.createFile(recorded.resolve(file));
    }
    return new SampleContainer(command, environment, directory, Stdio.discard(), identity, security, namespaces, more, Optional.of(recorded), held,
        writableRoot, backend);
  }

  /** Its program waits to be started. */
  SampleContainer waiting() {
    return new SampleContainer(command, environment, directory, stdio, identity, security, namespaces, more, record, true, writableRoot, backend);
  }

  SampleContainer onWritableRoot() {
    return new SampleContainer(command, environment, directory, stdio, identity, security, namespaces, more, record, held, true, backend);
  }

  SampleContainer by(String name) {
    return new SampleContainer(command, environment, directory, stdio, identity, security, namespaces, more, record, held, writableRoot,
        Optional.of(name));
  }

  ProcessSpec process() {
    return new ProcessSpec(command, environment, directory, stdio);
  }

  ContainerSpec spec() {
    NetworkSpec network = namespaces.contains(Namespace.NETWORK) ? NetworkSpec.NONE : NetworkSpec.HOST;
    Optional<String> hostname = namespaces.contains(Namespace.UTS) ? Optional.of("desk") : Optional.empty();
    Life life = record.isPresent() ? Life.detached(Optional.empty(), Life.Restart.never()) : Life.unrecorded();
    boolean mounts = namespaces.contains(Namespace.MOUNT);
    return new ContainerSpec(process(), namespaces, List.of(), Optional.empty(), identity, hostname, Map.of(),
        new RootSpec(mounts ? mounts() : List.of(), List.of(), writableRoot), network, security, life, backend);
  }

  /** What it is before a provider attaches it to a network: it waits for that. */
  LaunchPlan attachedPlan() {
    ContainerSpec plain = spec();
    NetworkSpec network = new NetworkSpec.Attached(Optional.empty(), NetworkOptions.none());
    ContainerSpec attached = new ContainerSpec(plain.process(), plain.namespaces(), plain.joins(), plain.clockOffset(), plain.identity(), plain.hostname(),
        plain.sysctls(), plain.root(), network, plain.security(), plain.life(), plain.backend());
    return new LaunchPlan("c0ffee00", attached, new MountPlan(mounts(), writableRoot), true, record, Optional.empty());
  }

  LaunchPlan plan() {
    return plan("c0ffee00", Optional.empty());
  }

  LaunchPlan plan(String id, Optional<GroupEntry> group) {
    return new LaunchPlan(id, spec(), new MountPlan(mounts(), writableRoot), held, record, group);
  }

  private List<Mount> mounts() {
    List<Mount> mounts = new ArrayList<>();
    for (String name : PROGRAMS) {
      Path path = Path.of(name);
      if (Files.isSymbolicLink(path)) {
        mounts.add(new Mount.Symlink(path, link(path)));
      } else if (Files.isDirectory(path)) {
        mounts.add(exposed(path));
      }
    }
    mounts.add(exposed(Path.of("/usr")));
    mounts.add(new Mount.Proc(Path.of("/proc")));
    mounts.add(new Mount.Dev(Path.of("/dev"), stdio.terminal().isPresent()));
    mounts.add(new Mount.Tmpfs(Path.of("/tmp"), 01777, "16m"));
    mounts.addAll(more);
    return mounts;
  }

  private static String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Mount exposed(Path directory) {
    return new Mount.Bind(directory, directory, Access.EXPOSE, Mapping.Kind.DIRECTORY, false);
  }
}
