package dev.carrel.api.container;

import java.util.Objects;
import java.util.Optional;

/**
 * What a program's standard streams are.
 *
 * @param terminal a terminal of its own with this size; its other end is {@link Process#getInputStream()} and
 *     {@link Process#getOutputStream()}; {@code in} and {@code out} do not count then, and {@code err} is the terminal, too,
 *     if it is {@link Redirect#PIPE}
 */
public record Stdio(Redirect in, Redirect out, Redirect err, Optional<TerminalSize> terminal) {
  /** What one stream is. */
  public enum Redirect {
    /** The same as that of this JVM. */
    INHERIT,
    /** A pipe, whose other end {@link Process} offers. */
    PIPE,
    /** {@code /dev/null}. */
    DISCARD
  }

  public Stdio {
    Objects.requireNonNull(in);
    Objects.requireNonNull(out);
    Objects.requireNonNull(err);
    Objects.requireNonNull(terminal);
  }

  /** All three streams are those of this JVM. */
  public static Stdio inherit() {
    return new Stdio(Redirect.INHERIT, Redirect.INHERIT, Redirect.INHERIT, Optional.empty());
  }

  /** All three streams are pipes, as with {@link ProcessBuilder}. */
  public static Stdio pipes() {
    return new Stdio(Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, Optional.empty());
  }

  /** All three streams are {@code /dev/null}; what a detached container writes is kept nevertheless. */
  public static Stdio discard() {
    return new Stdio(Redirect.DISCARD, Redirect.DISCARD, Redirect.DISCARD, Optional.empty());
  }

  /** A terminal of its own. */
  public static Stdio terminal(TerminalSize size) {
    return new Stdio(Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, Optional.of(size));
  }
}
