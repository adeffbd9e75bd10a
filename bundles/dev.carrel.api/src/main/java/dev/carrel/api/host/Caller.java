package dev.carrel.api.host;

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

  /** Its standard input. */
  InputStream input();

  /** Its standard output, not buffered. */
  OutputStream output();

  /** Its standard error, not buffered. */
  OutputStream error();
}
