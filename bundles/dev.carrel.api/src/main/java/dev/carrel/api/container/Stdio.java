package dev.carrel.api.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a program's standard streams are.
 *
 * @param terminal a terminal of its own with this size; its other end is {@link Process#getInputStream()} and
 *     {@link Process#getOutputStream()}; {@code in} and {@code out} do not count then, and {@code err} is the terminal, too,
 *     if it is {@link Redirect#PIPE}
 * @param more other descriptors of this JVM, which the program gets as 3, 4 and so on and which stay open here; what they lead to
 *     is as open to the container as they are
 */
public record Stdio(Redirect in, Redirect out, Redirect err, Optional<TerminalSize> terminal, List<Redirect.Descriptor> more) {
  /** How many more descriptors a program can be given. */
  public static final int MOST = 24;


  /** What one stream is; see {@link ProcessBuilder.Redirect}. */
  public sealed interface Redirect {
    /** The same as that of this JVM. */
    Redirect INHERIT = Standard.INHERIT;
    /** A pipe, whose other end {@link Process} offers. */
    Redirect PIPE = Standard.PIPE;
    /** {@code /dev/null}. */
    Redirect DISCARD = Standard.DISCARD;

    /** What needs no further word. */
    enum Standard implements Redirect {
      INHERIT,
      PIPE,
      DISCARD
    }

    /** A file of the host, to read from. */
    record FromFile(Path file) implements Redirect {
      public FromFile {
        Objects.requireNonNull(file);
      }
    }

    /** A file of the host, to write to; made if it is not there, and emptied unless it is appended to. */
    record ToFile(Path file, boolean append) implements Redirect {
      public ToFile {
        Objects.requireNonNull(file);
      }
    }

    /** A descriptor of this JVM, which stays open here. */
    record Descriptor(int number) implements Redirect {
      public Descriptor {
        if (number < 0) {
          throw new IllegalArgumentException(number + " is no descriptor");
        }
      }
    }
  }

  public Stdio {
    Objects.requireNonNull(in);
    Objects.requireNonNull(out);
    Objects.requireNonNull(err);
    Objects.requireNonNull(terminal);
    more = List.copyOf(more);
    if (more.size() > MOST) {
      throw new IllegalArgumentException("a program is given at most " + MOST + " descriptors beside its standard streams");
    }
    if (in instanceof Redirect.ToFile || out instanceof Redirect.FromFile || err instanceof Redirect.FromFile) {
      throw new IllegalArgumentException("standard input is read, and the others are written");
    }
  }

  /** The three streams alone. */
  public Stdio(Redirect in, Redirect out, Redirect err, Optional<TerminalSize> terminal) {
    this(in, out, err, terminal, List.of());
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

  /** The same, with another standard input. */
  public Stdio withInput(Redirect other) {
    return new Stdio(other, out, err, terminal, more);
  }

  /** The same, with another standard output. */
  public Stdio withOutput(Redirect other) {
    return new Stdio(in, other, err, terminal, more);
  }

  /** The same, with another standard error. */
  public Stdio withError(Redirect other) {
    return new Stdio(in, out, other, terminal, more);
  }

  /** The same, with these descriptors as well. */
  public Stdio withMore(List<Redirect.Descriptor> descriptors) {
    return new Stdio(in, out, err, terminal, descriptors);
  }

  /** A terminal of its own. */
  public static Stdio terminal(TerminalSize size) {
    return new Stdio(Redirect.PIPE, Redirect.PIPE, Redirect.PIPE, Optional.of(size));
  }
}
