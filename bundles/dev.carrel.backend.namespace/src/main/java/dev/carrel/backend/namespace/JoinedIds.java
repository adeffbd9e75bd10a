package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Join.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the caller is called in the user namespace of a process; see user_namespaces(7), uid_map. */
final class JoinedIds {
  private JoinedIds() {}

  /** @throws CarrelException if there is no such process, the caller is nobody there, or that cannot be told of a file */
  static Account of(Account caller, Source source) {
    if (!(source instanceof Source.OfProcess process)) {
      throw CarrelException.usage("cannot join the namespace " + source + ": only root may join one by its file. Name the container, or the pid of a"
          + " process that is in it");
    }
    long pid = process.pid();
    return new Account(caller.uid(), caller.gid(), caller.root(), caller.setsGroups(), translate(pid, "uid_map", caller.uid()),
        translate(pid, "gid_map", caller.gid()));
  }

  private static long translate(long pid, String file, long id) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/" + file))) {
        String[] numbers = line.strip().split("\\s+");
        long inside = Long.parseLong(numbers[0]);
        long outside = Long.parseLong(numbers[1]);
        if (id >= outside && id - outside < Long.parseLong(numbers[2])) {
          return inside + id - outside;
        }
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot join a namespace of process " + pid + ": there is no such process, or it is not yours", e);
    }
    throw CarrelException.failed("cannot join a namespace of process " + pid + ": you are nobody in its user namespace");
  }
}
