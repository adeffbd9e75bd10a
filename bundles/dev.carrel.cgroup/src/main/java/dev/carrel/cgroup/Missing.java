package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * A controller that a limit needs, and this user cannot have here.
 *
 * @param systemd whether systemd divides what there is
 */
record Missing(Bases bases, Controller controller, boolean systemd) {
  CarrelException explain() {
    return CarrelException.failed("cannot limit what a container consumes by the controller " + controller + ": " + reason());
  }

  private String reason() {
    if (bases.hierarchies().first().containsKey(controller)) {
      return bases.isRoot()
          ? "its control groups, at " + bases.base(controller).getParent() + ", are read-only here, as in a container: limit that from outside"
          : delegation(bases, EnumSet.of(Controller.MEMORY, Controller.PIDS, Controller.FREEZER, controller));
    }
    boolean known = (" " + KernelFile.read(Path.of("/proc/cgroups")).orElse("").replaceAll("\\s+", " ") + " ").contains(" " + controller.first() + " ");
    if (!known) {
      return "this kernel does not have it: it was built without it, or booted with cgroup_disable=" + controller.first();
    }
    if (bases.hierarchies().second().isEmpty()) {
      return "it is not mounted: mount -t cgroup -o " + controller.first() + " none DIRECTORY, as root";
    }
    return bases.isRoot() ? "it is in no hierarchy that is mounted here, or the groups around this process do not hand it on" : notDelegated();
  }

  private String notDelegated() {
    if (!systemd) {
      return "it is one of version 2 here, and is not delegated to you. Ask an administrator to put your session into a group of version 2 that belongs"
          + " to you and has it; root can limit that without";
    }
    if (controller == Controller.HUGETLB) {
      return "systemd delegates it to nobody. Only root can limit that";
    }
    return "it is not delegated to you. Ask an administrator to write [Service] and Delegate=cpu cpuset io memory pids into"
        + " /etc/systemd/system/user@.service.d/delegate.conf, run systemctl daemon-reload, and log in again";
  }

  /** Version 1 knows no delegation but that of directories. */
  static String delegation(Bases bases, Set<Controller> wanted) {
    StringBuilder places = new StringBuilder();
    for (Controller controller : wanted) {
      Path base = bases.base(controller);
      if (base != null && !Files.isWritable(base)) {
        places.append(' ').append(base);
      }
    }
    return "this host has control groups of version 1, which belong to root. Ask an administrator to run: mkdir -p" + places + " && chown -R "
        + bases.uid() + places + "; or to boot the host with systemd.unified_cgroup_hierarchy=1";
  }
}
