package dev.carrel.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.felix.service.command.CommandSession;
import org.jline.utils.NonBlockingInputStream;

/**
 * A session's channels that outlive an interrupt. Gogo's own are closed when a thread that uses them is interrupted, and with
 * them the process's standard output: after Ctrl-C nothing could be written any more.
 */
final class Streams {
  private static final int PATIENCE = 100; // milliseconds between two looks whether the reader was interrupted

  private Streams() {}

  /** Gives a session channels of this kind. Gogo offers no other way in than the field. */
  static void protect(CommandSession gogo, InputStream in, OutputStream out, OutputStream err) {
    try {
      Field field = gogo.getClass().getDeclaredField("channels");
      field.setAccessible(true);
      Channel[] channels = (Channel[]) field.get(gogo);
      channels[0] = new Input(in);
      channels[1] = new Output(out);
      channels[2] = out == err ? channels[1] : new Output(err);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of gogo.runtime is not the one that the console was built for", e);
    }
  }

  private record Input(InputStream stream) implements ReadableByteChannel {
    @Override
    public int read(ByteBuffer buffer) throws IOException {
      if (!buffer.hasRemaining()) {
        return 0;
      }
      int first = stream instanceof NonBlockingInputStream terminal ? next(terminal) : stream.read();
      if (first < 0) {
        return -1;
      }
      buffer.put((byte) first);
      int count = 1;
      while (buffer.hasRemaining() && first != '\n' && !(stream instanceof NonBlockingInputStream) && stream.available() > 0) {
        first = stream.read();
        buffer.put((byte) first);
        count++;
      }
      return count;
    }

    private static int next(NonBlockingInputStream terminal) throws IOException {
      int read;
      do {
        read = terminal.read(PATIENCE);
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted");
        }
      } while (read == NonBlockingInputStream.READ_EXPIRED);
      return read;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {} // the session's, not a command's
  }

  private record Output(OutputStream stream) implements WritableByteChannel {
    @Override
    public int write(ByteBuffer buffer) throws IOException {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      stream.write(bytes);
      stream.flush();
      return bytes.length;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {} // the session's, not a command's
  }
}
