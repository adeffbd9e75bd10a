package dev.carrel.store.debian;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a package as the host's dpkg-deb decompresses them, in a process of its own, beside who reads them, which takes
 * less than xz in Java. What comes is trusted no more than what Java decompresses; and the process has no more memory than the
 * hardest honest archive needs.
 */
final class DataTar extends FilterInputStream {
  private static final Path PROGRAM = Path.of("/usr/bin/dpkg-deb");
  private static final int MEMORY_KIB = 512 << 10;

  private final Process process;

  private DataTar(Process process) {
    super(process.getInputStream());
    this.process = process;
  }

  static boolean isPossible() {
    return Files.isExecutable(PROGRAM);
  }

  /** Begins. Closing it ends the process, wherever it is. */
  static DataTar of(Path deb) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "ulimit -v " + MEMORY_KIB + " && exec " + PROGRAM + " --fsys-tarfile \"$0\"",
        deb.toString());
    builder.environment().put("DPKG_DEB_THREADS_MAX", "1"); // each would have a stack of its own
    builder.redirectInput(Path.of("/dev/null").toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
    return new DataTar(builder.start());
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    return value < 0 ? end() : value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    return count < 0 ? end() : count;
  }

  /** The end counts only if it is where the process says so. */
  private int end() throws IOException {
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException("dpkg-deb cannot decompress it, and ended with " + status);
      }
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    super.close();
  }
}
