package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the processes of a container: those in its pid namespace, and in namespaces that were made in there; see pid_namespaces(7). */
final class ProcessesInside {
  private ProcessesInside() {}

  static List<ProcessHandle> of(String id, long first, Set<Namespace> namespaces) {
    if (!namespaces.contains(Namespace.PID)) {
      throw CarrelException.usage("cannot tell which processes are in container " + id + ": it has no pid namespace of its own");
    }
    Optional<String> own = namespace(first);
    Map<Long, Boolean> known = new HashMap<>();
    List<ProcessHandle> inside = new ArrayList<>();
    if (own.isPresent()) {
      List<ProcessHandle> all = ProcessHandle.allProcesses().toList();
      for (ProcessHandle process : all) {
        known.put(process.pid(), namespace(process.pid()).equals(own));
      }
      for (ProcessHandle process : all) {
        if (isInside(process, known)) {
          inside.add(process);
        }
      }
    }
    return inside;
  }

  /** Or below one that is. */
  private static boolean isInside(ProcessHandle process, Map<Long, Boolean> known) {
    Optional<ProcessHandle> one = Optional.of(process);
    while (one.isPresent()) {
      if (known.getOrDefault(one.get().pid(), false)) {
        return true;
      }
      one = one.get().parent();
    }
    return false;
  }

  /** Nothing of one that has ended, or is somebody else's. */
  private static Optional<String> namespace(long pid) {
    try {
      return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
