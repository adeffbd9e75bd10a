package dev.carrel.linux.terminal;

import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** Descriptors as Java's streams. To close a stream leaves its descriptor open. */
public final class DescriptorStreams {
  private DescriptorStreams() {}

  /** Reads from a descriptor, not buffered. */
  public static InputStream input(int descriptor) {
    return new InputStream() {
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
        byte[] chunk = new byte[length];
        long n = LibC.readFully(descriptor, chunk);
        if (n < 0) {
          throw new IOException(LibC.lastError());
        }
        System.arraycopy(chunk, 0, buffer, offset, (int) n);
        return n == 0 ? -1 : (int) n;
      }
    };
  }

  /** Writes to a descriptor, not buffered. */
  public static OutputStream output(int descriptor) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] buffer, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
          long n = LibC.write(descriptor, Arrays.copyOfRange(buffer, offset + done, offset + length), length - done);
          if (n < 0 && LibC.errno() != Errno.EINTR.number()) {
            throw new IOException(LibC.lastError());
          }
          done += (int) Math.max(n, 0);
        }
      }
    };
  }
}
