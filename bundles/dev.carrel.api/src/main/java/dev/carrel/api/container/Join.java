package dev.carrel.api.container;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A namespace that a container does not have of its own, but has together with others.
 *
 * @param kind NETWORK, IPC, UTS, CGROUP or TIME: what is mounted and who runs there is not shared halfway
 * @param source whose it is
 */
public record Join(Namespace kind, Source source) {
  /** Where a namespace is found. */
  public sealed interface Source {
    /**
     * That of a process.
     *
     * @param pid as the host sees it
     */
    record OfProcess(long pid) implements Source {
      public OfProcess {
        if (pid <= 0) {
          throw new IllegalArgumentException(pid + " is no pid");
        }
      }

      @Override
      public String toString() {
        return "process " + pid;
      }
    }

    /** One that is kept by a file, as ip-netns(8) makes them; see namespaces(7). */
    record AtPath(Path path) implements Source {
      public AtPath {
        if (!path.isAbsolute()) {
          throw new IllegalArgumentException(path + " is relative");
        }
      }

      @Override
      public String toString() {
        return path.toString();
      }
    }
  }

  public Join {
    Objects.requireNonNull(kind);
    Objects.requireNonNull(source);
    if (kind == Namespace.USER || kind == Namespace.MOUNT || kind == Namespace.PID) {
      throw new IllegalArgumentException("the " + kind.label() + " namespace of another process cannot be joined; only network,"
          + " ipc, uts, cgroup and time can. To run a program in all of a container's namespaces there is exec");
    }
  }

  /** That of a process. */
  public Join(Namespace kind, long pid) {
    this(kind, new Source.OfProcess(pid));
  }
}
