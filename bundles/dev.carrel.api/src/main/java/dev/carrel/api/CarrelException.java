package dev.carrel.api;

import java.util.Objects;

/**
 * A failure told in the user's words: what was attempted, on what, why it failed and what to do.
 *
 * <p>The message is one paragraph and stands alone: commands print it without a stack trace.
 */
public final class CarrelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure this is; decides the exit status of the command line. */
  public enum Kind {
    /** The user's words are wrong: an unknown option, a contradiction. */
    USAGE(125),
    /** Carrel or the host could not do it. */
    FAILED(125),
    /** A service that is needed is not there now; nothing was made. The same works once a bundle offers it. */
    UNAVAILABLE(125),
    /** The contained program exists and cannot be executed. */
    CANNOT_EXECUTE(126),
    /** The contained program does not exist. */
    NOT_FOUND(127);

    private final int exitStatus;

    Kind(int exitStatus) {
      this.exitStatus = exitStatus;
    }

    /** The exit status of a command that fails this way. */
    public int exitStatus() {
      return exitStatus;
    }
  }

  private final Kind kind;

  /** A failure of a kind, with its whole message. */
  public CarrelException(Kind kind, String message) {
    this(kind, message, null);
  }

  /** A failure of a kind, with its whole message and what caused it. */
  public CarrelException(Kind kind, String message, Throwable cause) {
    super(Objects.requireNonNull(message), cause);
    this.kind = Objects.requireNonNull(kind);
  }

  /** Carrel or the host could not do it. */
  public static CarrelException failed(String message) {
    return new CarrelException(Kind.FAILED, message);
  }

  /** Carrel or the host could not do it, because of {@code cause}. */
  public static CarrelException failed(String message, Throwable cause) {
    return new CarrelException(Kind.FAILED, message, cause);
  }

  /** Nobody offers what is needed, or whoever did has stopped meanwhile; the message names the bundle to start. */
  public static CarrelException unavailable(String message) {
    return new CarrelException(Kind.UNAVAILABLE, message);
  }

  /** The user asked for something that makes no sense. */
  public static CarrelException usage(String message) {
    return new CarrelException(Kind.USAGE, message);
  }

  /** What kind of failure this is. */
  public Kind kind() {
    return kind;
  }
}
