package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import dev.carrel.api.system.Systems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;

/** Starts systems that were built: what their {@code run-container} does. */
final class SystemStarts {
  /** As Guix's scripts end when they are called wrongly. */
  private static final int WRONG_CALL = 1;

  private static final int PROGRAM = 0555;
  private static final int PLAIN = 0444;
  private static final Set<String> HOST_FILES = Set.of("/etc/resolv.conf", "/etc/services", "/etc/hosts", "/etc/localtime");

  private final Systems systems;
  private final Workplaces workplaces;
  private final Containers containers;
  private final Foreground foreground;
  private final BundleContext context;

  SystemStarts(Systems systems, Workplaces workplaces, Containers containers, Foreground foreground, BundleContext context) {
    this.systems = systems;
    this.workplaces = workplaces;
    this.containers = containers;
    this.foreground = foreground;
    this.context = context;
  }

  /**
   * Starts one.
   *
   * @param words options, and the directory of the system
   * @return the exit status of its init, or 0 if it goes on by itself
   */
  int start(String... words) {
    SystemLine line;
    try {
      line = SystemLine.parse(words);
    } catch (CarrelException e) {
      Outcome.of(e, context);
      return WRONG_CALL;
    }
    if (line.help()) {
      System.out.print(SystemHelp.START);
      return 0;
    }
    SystemStart start = systems.start(line.item());
    Path data = SystemPlaces.data(line.instance(start), ForCaller.environment());
    WorkplaceLine place = WorkplaceOptions.SHELL.parse(SystemLine.NAME, line.words(start, data), false);
    List<Path> pidFiles = line.pidFiles(start);
    Optional<Limits> limits = place.limits();
    WorkplaceRequest request = place.request(stdio(), Long::parseLong);
    makeDirectories(line, start, data, request);
    ContainerSpec spec;
    try (ProgressReport progress = new ProgressReport(System.err, place.quiet(), foreground)) {
      Workplace workplace = workplaces.prepare(request, progress);
      spec = workplace.spec().withRoot(ownFiles(workplace.spec().root(), start));
    }
    forgetEnded(line.instance(start), start);
    ContainerSpec whole = limits.isPresent() ? spec.withLimits(limits.get()) : spec;
    if (line.detached(start)) {
      told(containers.start(whole), line.instance(start), pidFiles);
      return 0;
    }
    return foreground.run(() -> new OrderlyEnd(told(containers.start(whole), line.instance(start), pidFiles)), SignalNames.FORWARDED).shellStatus();
  }

  /** A system that was started by itself keeps its name when it has ended, until it is started again. */
  private void forgetEnded(String instance, SystemStart start) {
    Optional<ContainerHandle> before = containers.find(instance);
    if (before.isPresent() && before.get().info().state() == State.ENDED
        && start.name().name().equals(before.get().info().annotations().get(SystemLine.SYSTEM))) {
      containers.remove(before.get());
    }
  }

  /** A system has no terminal: who types into it enters it. */
  private Stdio stdio() {
    Stdio own = foreground.stdio();
    return own.terminal().isPresent() ? Stdio.pipes().withInput(Stdio.Redirect.DISCARD) : own.withInput(Stdio.Redirect.DISCARD);
  }

  private static void makeDirectories(SystemLine line, SystemStart start, Path data, WorkplaceRequest request) {
    if (!line.needsPlaces(start)) {
      return;
    }
    try {
      Files.createDirectories(data.getParent());
      if (!Files.isDirectory(data)) {
        Files.createDirectory(data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      for (Kept kept : start.persistent()) {
        Path place = SystemLine.place(data, kept);
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectory(place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        }
      }
      new SystemMountPlaces(data, start).make(request);
    } catch (IOException e) {
      throw CarrelException.failed("cannot make the persistent directories of the system " + start.name() + " in " + data + ": " + e
          + ". Say where they can be with CARREL_SYSTEMS=DIRECTORY", e);
    }
  }

  /**
   * A system says itself who and where it is, so what Carrel would cover files of the same name with is left out; as is what was opened
   * of a directory of the packages for the sake of a place in it, as the overlay over it can be written.
   */
  private static RootSpec ownFiles(RootSpec root, SystemStart start) {
    List<Mount> base = new ArrayList<>();
    for (Mount mount : root.base()) {
      if (isOfHost(mount, "/etc/resolv.conf")) {
        base.add(nameServers());
      } else if (!covers(mount, start) && !isOpened(mount, start)) {
        base.add(mount);
      }
    }
    base.add(new Mount.GeneratedFile(SystemSetup.PLACE, SystemSetup.script(start), PROGRAM));
    return new RootSpec(base, root.mappings(), root.writable(), root.protection());
  }

  /** Where it has the host's network, it would have the host's files about it, too: but for the name servers, a system has its own. */
  private static boolean covers(Mount mount, SystemStart start) {
    return isOfHost(mount, mount.target().toString()) && mount.target().startsWith("/etc")
        || mount instanceof Mount.GeneratedFile && mount.target().startsWith("/etc")
            && (exists(start.files(), mount.target()) || exists(start.profile(), mount.target()));
  }

  private static boolean isOfHost(Mount mount, String file) {
    return mount instanceof Mount.Bind bind && bind.kind() == Mapping.Kind.FILE && bind.target().toString().equals(file)
        && HOST_FILES.contains(file);
  }

  private static Mount nameServers() {
    try {
      return new Mount.GeneratedFile(Path.of("/etc/resolv.conf"), Files.readString(Path.of("/etc/resolv.conf")), PLAIN);
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the host's name servers in /etc/resolv.conf: " + e.getMessage(), e);
    }
  }

  private static boolean isOpened(Mount mount, SystemStart start) {
    return SystemLine.isOverlaid(mount.target())
        && (mount instanceof Mount.Symlink || mount instanceof Mount.Directory || mount instanceof Mount.Bind bind && isOf(start.profile(), bind));
  }

  private static boolean isOf(Path profile, Mount.Bind bind) {
    try {
      return bind.source().startsWith(profile.toRealPath());
    } catch (IOException e) {
      return false; // it is gone: mounting it will say so
    }
  }

  private static boolean exists(Path tree, Path target) {
    return Files.exists(tree.resolve(target.toString().substring(1)), LinkOption.NOFOLLOW_LINKS);
  }

  private Container told(Container container, String instance, List<Path> pidFiles) {
    for (Path file : pidFiles) {
      new PidFile(Optional.of(file)).write(container);
    }
    if (container.spec().network() instanceof NetworkSpec.Attached) {
      for (String note : container.info().network().orElseThrow().notes()) {
        System.err.println("carrel: note: " + Printable.line(note));
      }
    }
    long pid = container.info().pid();
    System.out.println("system container " + instance + " is running as PID " + pid + "\n"
        + "Run 'carrel exec " + instance + " -- /bin/bash --login'\n"
        + "or run 'sudo nsenter -a -t " + pid + "' to get a shell into it.\n");
    System.out.flush();
    return container;
  }
}
