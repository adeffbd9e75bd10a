package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The controlling side of a container's terminal; see pty(7). Closed when both of its streams are. */
final class TerminalDescriptor {
  private static final long TIOCSWINSZ = 0x5414;
  private static final int CHUNK = 16 * 1024;

  private final int descriptor;
  private int users = 2;

  TerminalDescriptor(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Sets the size, which the foreground process inside is told with SIGWINCH. */
  synchronized void resize(TerminalSize size) {
    if (users > 0) {
      Memory winsize = LibC.zeros(8);
      winsize.setShort(0, (short) size.rows());
      winsize.setShort(2, (short) size.columns());
      LibC.ioctl(descriptor, TIOCSWINSZ, winsize);
    }
  }

  private synchronized void release() {
    if (--users == 0) {
      LibC.close(descriptor);
    }
  }

  /** What the container writes to its terminal; ends when nobody inside has the terminal open. */
  InputStream input() {
    return new InputStream() {
      private boolean closed;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
          return 0;
        }
        byte[] chunk = offset == 0 && length == buffer.length ? buffer : new byte[Math.min(length, CHUNK)];
        long n = LibC.readFully(descriptor, chunk);
        if (n <= 0) {
          return -1; // EIO: hung up
        }
        if (chunk != buffer) {
          System.arraycopy(chunk, 0, buffer, offset, (int) n);
        }
        return (int) n;
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          release();
        }
      }
    };
  }

  /** The keys that the container's programs read. */
  OutputStream output() {
    return new OutputStream() {
      private boolean closed;

      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] buffer, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
          int size = Math.min(length - done, CHUNK);
          byte[] chunk = java.util.Arrays.copyOfRange(buffer, offset + done, offset + done + size);
          long n = LibC.write(descriptor, chunk, size);
          if (n < 0 && LibC.errno() != Errno.EINTR.number()) {
            throw new IOException("cannot write to the container's terminal: " + LibC.lastError());
          }
          done += (int) Math.max(n, 0);
        }
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          release();
        }
      }
    };
  }
}
