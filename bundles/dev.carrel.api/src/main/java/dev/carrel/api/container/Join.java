package dev.carrel.api.container;

import java.util.Objects;

/**
 * A namespace that a container does not have of its own, but has together with a process that runs.
 *
 * @param kind NETWORK, IPC, UTS, CGROUP or TIME: what is mounted and who runs there is not shared halfway
 * @param pid of the process, as the host sees it
 */
public record Join(Namespace kind, long pid) {
  public Join {
    Objects.requireNonNull(kind);
    if (kind == Namespace.USER || kind == Namespace.MOUNT || kind == Namespace.PID) {
      throw new IllegalArgumentException("the " + kind.label() + " namespace of another process cannot be joined; only network,"
          + " ipc, uts, cgroup and time can. To run a program in all of a container's namespaces there is exec");
    }
    if (pid <= 0) {
      throw new IllegalArgumentException(pid + " is no pid");
    }
  }
}
