package dev.carrel.api.host;

import dev.carrel.api.container.TerminalSize;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Another process of this user, which asks a resident runtime for a command. It waits until it has its answer. */
@ProviderType
public interface Caller {
  /** As this process sees it. */
  long pid();

  /** The program that it is. */
  Path program();

  /** The command and its words. */
  List<String> words();

  /** Its variables. */
  Map<String, String> environment();

  /** Where it is: absolute, and without links. */
  Path directory();

  /** Its terminal, its streams and its signals. Of a program of the host ({@code run(ProcessBuilder, ...)}) it knows nothing. */
  Foreground foreground();

  /**
   * Its terminal, for who edits lines on it: with all keys as they are typed, until it is closed. What is run by {@link #foreground()} meanwhile has the
   * terminal for itself.
   *
   * @param resized is told when the window has another size
   * @throws IllegalStateException if standard input and output are no terminal
   */
  RawTerminal terminal(Runnable resized);

  /** A terminal in raw mode; see termios(3). */
  interface RawTerminal extends AutoCloseable {
    /** Ends when the caller has gone, or was told to end, and when this is closed. */
    InputStream input();

    /** Not buffered. */
    OutputStream output();

    TerminalSize size();

    /** It is as before. */
    @Override
    void close();
  }

  /** Its standard input. */
  InputStream input();

  /** Its standard output, not buffered. */
  OutputStream output();

  /** Its standard error, not buffered. */
  OutputStream error();
}
