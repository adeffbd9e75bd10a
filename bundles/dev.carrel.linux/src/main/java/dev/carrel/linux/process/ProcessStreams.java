package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** A process's streams as Java sees them; what is no pipe is an empty stream, as with {@link Process}. */
record ProcessStreams(OutputStream in, InputStream out, InputStream err, Optional<TerminalDescriptor> terminal) {
  /**
   * From our ends of pipes, -1 where there is none. They stay the caller's to close: the streams open them anew.
   * Buffered, as those of the JDK: a bare FileInputStream would try to seek in a pipe.
   */
  static ProcessStreams ofPipes(int in, int out, int err) {
    try {
      return new ProcessStreams(
          in < 0 ? OutputStream.nullOutputStream() : new FileOutputStream("/proc/self/fd/" + in),
          out < 0 ? InputStream.nullInputStream() : new BufferedInputStream(new FileInputStream("/proc/self/fd/" + out)),
          err < 0 ? InputStream.nullInputStream() : new BufferedInputStream(new FileInputStream("/proc/self/fd/" + err)),
          Optional.empty());
    } catch (IOException e) {
      throw CarrelException.failed("cannot open the pipes of a container: " + e.getMessage(), e);
    }
  }

  /** Nothing to read or write. */
  static ProcessStreams none() {
    return new ProcessStreams(
        OutputStream.nullOutputStream(), InputStream.nullInputStream(), InputStream.nullInputStream(), Optional.empty());
  }

  static ProcessStreams ofTerminal(TerminalDescriptor terminal) {
    return new ProcessStreams(terminal.output(), terminal.input(), InputStream.nullInputStream(), Optional.of(terminal));
  }
}
