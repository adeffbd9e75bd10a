package dev.carrel.api.container;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Programs of the host that are run at the turns of a container's life, one after the other, by the JVM that takes the turn. Each gets
 * the state of the container on its standard input, as the OCI runtime specification has it (runtime.md, "State").
 *
 * @param created when its namespaces and mounts are there, and before its program is executed. One that fails ends the container
 * @param started when its program runs. One that fails is told, and the others are run
 * @param ended when nothing of it runs any more: with a detached container, when it is forgotten. As above
 */
public record Hooks(List<Hook> created, List<Hook> started, List<Hook> ended) {
  private static final Hooks NONE = new Hooks(List.of(), List.of(), List.of());

  /**
   * One of them.
   *
   * @param command the program, by its absolute path, and its arguments
   * @param environment its variables; none of this process's are passed on
   * @param patience how long it may take; it is killed then, and has failed
   */
  public record Hook(List<String> command, Map<String, String> environment, Duration patience) {
    /** How long one may take if nothing is said. */
    public static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);

    public Hook {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
      if (command.isEmpty() || !Path.of(command.get(0)).isAbsolute()) {
        throw new IllegalArgumentException("a hook is a program with an absolute path"
            + (command.isEmpty() ? "" : ", and '" + command.get(0) + "' is none"));
      }
      if (patience.isNegative() || patience.isZero()) {
        throw new IllegalArgumentException("a hook takes some time");
      }
    }
  }

  public Hooks {
    created = List.copyOf(created);
    started = List.copyOf(started);
    ended = List.copyOf(ended);
  }

  /** No hook. */
  public static Hooks none() {
    return NONE;
  }
}
