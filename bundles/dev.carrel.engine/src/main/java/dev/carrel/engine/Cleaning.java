package dev.carrel.engine;

import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.isolation.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Removes what belongs to no living container. */
record Cleaning(Registry registry, Backends backends) {
  List<String> clean() {
    List<String> removed = new ArrayList<>();
    for (Entry entry : registry.entries()) {
      boolean over = entry.hasStarted() ? over(entry) : !entry.starterLives();
      if (over) {
        registry.forget(entry);
        removed.add("container " + entry.id() + (entry.name().isPresent() ? " (" + entry.name().get() + ")" : "")
            + (!entry.hasStarted() ? ", which was never started" : entry.detached() ? ", which has ended" : ", whose starter is gone"));
      }
    }
    for (Path fragment : registry.fragments()) {
      Registry.remove(fragment);
      removed.add("the beginning of a record, " + fragment.getFileName());
    }
    for (Path name : registry.danglingNames()) {
      try {
        Files.deleteIfExists(name);
        removed.add("the name " + name.getFileName() + " of no container");
      } catch (IOException e) {
        continue; // it stays until somebody may remove it
      }
    }
    return removed;
  }

  /** One that has to die with its starter may not have noticed yet that it is gone. */
  private boolean over(Entry entry) {
    if (entry.runs() && !entry.detached() && !entry.starterLives()) {
      Optional<Running> running = backends.named(entry.backend()).adopt(entry.record());
      if (running.isPresent()) {
        ExitStatus ended = new Stopping(entry.id(), running.get(), running.get().exit()).kill();
        return ended != null;
      }
    }
    return !entry.runs() && (entry.detached() || !entry.starterLives());
  }
}
