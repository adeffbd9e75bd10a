package dev.carrel.api.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How long a container lives, who can know of it, and what is done at its turns.
 *
 * @param name what people call it, in place of its id
 * @param recorded whether other processes of this user can find it, by its record in the state directory
 * @param detached whether it outlives the JVM that starts it; its output is kept then. Otherwise it dies with that JVM, however
 *     that ends
 * @param restart whether its program is started again when it fails
 * @param first who is PID 1
 * @param kept whether what is known of it is kept when it has ended, as that of a detached one always is
 * @param annotations what people note about it, by keys; Carrel itself makes nothing of it
 * @param hooks programs of the host that are run at its turns
 * @param pins what a collector of another store's garbage must not take away as long as it lives
 * @param stopSignal the signal that asks its first process to end it
 * @param pidfdSocket a UNIX socket of somebody who is given a pidfd of its first process, with its pid as text; see pidfd_open(2)
 */
public record Life(Optional<String> name, boolean recorded, boolean detached, Restart restart, FirstProcess first, boolean kept,
    Map<String, String> annotations, Hooks hooks, List<Pin> pins, int stopSignal, Optional<Path> pidfdSocket) {
  /** SIGTERM: what asks to end, unless something else is said. */
  public static final int USUAL_STOP_SIGNAL = 15;

  private static final int LAST_SIGNAL = 64;
  private static final int LONGEST_NAME = 64;
  private static final Life PRIVATE = new Life(Optional.empty(), false, false, Restart.never());

  /** Who is a container's first process. */
  public enum FirstProcess {
    /** One of Carrel's: it reaps orphans, passes on signals, and ends with the program. */
    INIT,
    /** The program itself, for one that does all that: a signal it does not handle does nothing, as pid_namespaces(7) says. */
    PROGRAM
  }

  public Life {
    Objects.requireNonNull(restart);
    Objects.requireNonNull(first);
    Objects.requireNonNull(hooks);
    Objects.requireNonNull(pidfdSocket);
    annotations = Map.copyOf(annotations);
    pins = List.copyOf(pins);
    name.ifPresent(Life::check);
    if (!recorded && (name.isPresent() || detached || kept || !pins.isEmpty())) {
      throw new IllegalArgumentException("a container that has a name, is kept, pins something or outlives this process has to be recorded");
    }
    if (stopSignal < 1 || stopSignal > LAST_SIGNAL) {
      throw new IllegalArgumentException("a signal is 1 to " + LAST_SIGNAL + ", not " + stopSignal);
    }
    if (!detached && restart.attempts() != 0) {
      throw new IllegalArgumentException("only a detached container is restarted: whoever waits for another can start it again");
    }
    if (restart.attempts() != 0 && first == FirstProcess.PROGRAM) {
      throw new IllegalArgumentException("a program that is PID 1 is not restarted: its container ends with it");
    }
    for (String key : annotations.keySet()) {
      if (key.isEmpty()) {
        throw new IllegalArgumentException("an annotation has a key");
      }
    }
  }

  /** With a first process of Carrel's, and nothing more to it. */
  public Life(Optional<String> name, boolean recorded, boolean detached, Restart restart) {
    this(name, recorded, detached, restart, FirstProcess.INIT, false, Map.of(), Hooks.none());
  }

  /** With nothing pinned. */
  public Life(Optional<String> name, boolean recorded, boolean detached, Restart restart, FirstProcess first, boolean kept,
      Map<String, String> annotations, Hooks hooks) {
    this(name, recorded, detached, restart, first, kept, annotations, hooks, List.of(), USUAL_STOP_SIGNAL, Optional.empty());
  }

  /** The same, with another first process. */
  public Life withFirst(FirstProcess other) {
    return new Life(name, recorded, detached, restart, other, kept, annotations, hooks, pins, stopSignal, pidfdSocket);
  }

  /** The same, kept when it has ended. */
  public Life keeping() {
    return new Life(name, recorded, detached, restart, first, true, annotations, hooks, pins, stopSignal, pidfdSocket);
  }

  /** The same, with these annotations. */
  public Life withAnnotations(Map<String, String> others) {
    return new Life(name, recorded, detached, restart, first, kept, others, hooks, pins, stopSignal, pidfdSocket);
  }

  /** The same, with these hooks. */
  public Life withHooks(Hooks others) {
    return new Life(name, recorded, detached, restart, first, kept, annotations, others, pins, stopSignal, pidfdSocket);
  }

  private static void check(String name) {
    if (name.isEmpty() || name.length() > LONGEST_NAME || !letterOrDigit(name.charAt(0))) {
      throw bad(name);
    }
    for (int i = 1; i < name.length(); i++) {
      if (!letterOrDigit(name.charAt(i)) && "_.-".indexOf(name.charAt(i)) < 0) {
        throw bad(name);
      }
    }
  }

  private static boolean letterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }

  private static IllegalArgumentException bad(String name) {
    return new IllegalArgumentException("'" + name + "' is no name for a container: 1 to " + LONGEST_NAME
        + " letters, digits, '_', '.' and '-', beginning with a letter or a digit");
  }

  /** Known to this JVM alone, and dying with it: the default for programs. */
  public static Life unrecorded() {
    return PRIVATE;
  }

  /** Dying with this JVM, but to be seen by others of this user. */
  public static Life attached(Optional<String> name) {
    return new Life(name, true, false, Restart.never());
  }

  /** Outliving this JVM. */
  public static Life detached(Optional<String> name, Restart restart) {
    return new Life(name, true, true, restart);
  }

  /** The same, with somebody who is given its pidfd. */
  public Life withPidfdSocket(Optional<Path> socket) {
    return socket.equals(pidfdSocket) ? this : new Life(name, recorded, detached, restart, first, kept, annotations, hooks, pins, stopSignal, socket);
  }

  /** The same, asked to end by another signal. */
  public Life withStopSignal(int signal) {
    return signal == stopSignal ? this : new Life(name, recorded, detached, restart, first, kept, annotations, hooks, pins, signal, pidfdSocket);
  }

  /** The same, with these pins. */
  public Life withPins(List<Pin> others) {
    return new Life(name, recorded, detached, restart, first, kept, annotations, hooks, others, stopSignal, pidfdSocket);
  }

  /**
   * A symbolic link that is there as long as the container is, so that a collector of garbage finds what is in use. It leads to
   * another link, in the container's record, which leads to the item: without the record it leads nowhere, and counts for nothing.
   *
   * @param directory where the collector looks for links; made if only it is missing
   * @param item what they lead to
   */
  public record Pin(Path directory, Path item) {
    public Pin {
      if (!directory.isAbsolute() || !item.isAbsolute()) {
        throw new IllegalArgumentException("a pin has absolute paths, not " + directory + " and " + item);
      }
    }
  }

  /**
   * When a program is started again that failed, with an exit code other than 0 or by a signal.
   *
   * @param attempts how often; 0: never
   */
  public record Restart(int attempts) {
    /** As often as it fails. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    public Restart {
      if (attempts < 0) {
        throw new IllegalArgumentException("a number of restarts is not negative");
      }
    }

    /** Not at all. */
    public static Restart never() {
      return new Restart(0);
    }

    /** As often as it fails. */
    public static Restart onFailure() {
      return new Restart(UNLIMITED);
    }
  }
}
