package dev.carrel.cgroup;

import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Component;

/** What can be limited on this host. */
@Component
public final class CgroupCheck implements Check {
  private static final String SUBJECT = "control groups";
  private static final Set<Controller> LIMITING =
      EnumSet.of(Controller.MEMORY, Controller.PIDS, Controller.CPU, Controller.CPUSET, Controller.IO, Controller.HUGETLB);

  @Override
  public List<Finding> examine() {
    try {
      return List.of(of(CgroupController.bases()));
    } catch (IOException e) {
      return List.of(new Finding(SUBJECT, Level.LIMITED, "cannot tell: " + e.getMessage(), "Needed only for limits: see that /proc is mounted"));
    }
  }

  static Finding of(Bases bases) {
    Optional<String> reason = bases.unavailable();
    if (reason.isPresent()) {
      return new Finding(SUBJECT, Level.LIMITED, "containers cannot be limited", "Needed only for --memory and its like: " + reason.get());
    }
    StringBuilder text = new StringBuilder();
    append(text, "version 1", bases.ofFirst());
    Set<Controller> second = EnumSet.noneOf(Controller.class);
    second.addAll(bases.ofSecond());
    second.removeAll(bases.hierarchies().first().keySet());
    append(text, "version 2", second);
    boolean hybrid = !bases.hierarchies().first().isEmpty() && bases.hierarchies().second().isPresent();
    return Finding.ok(SUBJECT, (text.length() == 0 ? "nothing can be limited, but containers can be paused and killed as a whole"
        : text + (bases.isRoot() ? "" : ", delegated to you")) + (hybrid ? ", with both versions mounted" : ""));
  }

  private static void append(StringBuilder text, String version, Set<Controller> controllers) {
    StringBuilder names = new StringBuilder();
    for (Controller controller : controllers) {
      if (LIMITING.contains(controller)) {
        names.append(names.length() == 0 ? "" : " ").append(controller);
      }
    }
    if (names.length() > 0) {
      text.append(text.length() == 0 ? "" : "; ").append(names).append(" by control groups of ").append(version);
    }
  }
}
