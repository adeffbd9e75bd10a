package dev.carrel.engine;

import dev.carrel.api.resource.ResourceController;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Removes what belongs to no living container. */
record Cleaning(Registry registry, Backends backends, Controllers controllers) {
  List<String> clean() {
    List<String> removed = new ArrayList<>();
    for (Entry entry : registry.entries()) {
      boolean over = entry.hasStarted() ? over(entry) : Registry.isLeftOver(entry);
      if (over) {
        if (entry.hasStarted()) {
          registry.dismiss(entry);
        } else {
          registry.forget(entry);
        }
        removed.add("container " + entry.id() + (entry.name().isPresent() ? " (" + entry.name().get() + ")" : "")
            + (!entry.hasStarted() ? ", which was never started" : entry.kept() ? ", which has ended" : ", whose starter is gone"));
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
    for (ResourceController controller : controllers.present()) {
      for (String group : registry.ungroup(controller)) {
        removed.add("the control group " + group + " of no container");
      }
      controller.removeUnused();
    }
    return removed;
  }

  /** One that has to die with its starter may not have noticed yet that it is gone. */
  private boolean over(Entry entry) {
    if (entry.runs() && !entry.detached() && !entry.starterLives()) {
      backends.named(entry.backend()).adopt(entry.record())
          .ifPresent(running -> new Stopping(entry.id(), running, entry.first(), entry.stopSignal(), running.exit(), controllers.find(entry)).kill());
    }
    return !entry.runs() && (entry.kept() || !entry.starterLives());
  }
}
