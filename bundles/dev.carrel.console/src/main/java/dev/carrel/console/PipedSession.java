package dev.carrel.console;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;

/** Reads commands from an input that is no terminal, a line each. Its status is that of the last one. */
final class PipedSession {
  private final Session session;
  private final InputStream in;

  PipedSession(Session session, InputStream in) {
    this.session = session;
    this.in = in;
  }

  int run() {
    try {
      for (String line = next(); line != null; line = next()) {
        String command = line.strip();
        if (Exit.isExit(command)) {
          return Exit.status(command, session.status());
        }
        if (!command.isEmpty() && !command.startsWith("#")) {
          session.execute(command);
        }
      }
      return session.status();
    } catch (IOException e) {
      System.err.println("carrel: cannot read commands from the standard input: " + e.getMessage());
      return Session.FAILED;
    }
  }

  /** A byte at a time, as sh(1) does: what comes after a line may be meant for the command in it. */
  private String next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return line.size() == 0 ? null : line.toString(Charset.defaultCharset());
      }
      line.write(c);
    }
    return line.toString(Charset.defaultCharset());
  }
}
