package dev.carrel.linux.terminal;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.host.Caller.RawTerminal;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Supplier;

/** A caller's terminal while lines are edited on it. While a container has it, nothing is read here. */
final class LentTerminal implements RawTerminal {
  /** Where nobody edits lines. */
  static final Aside NOBODY = () -> {};
  private static final short POLLIN = 1;

  private final int input;
  private final int output;
  private final Supplier<TerminalSize> size;
  private final RawMode mode;
  private final int[] wake = new int[2];
  private Runnable atClose = () -> {}; // guarded by this, as are the others
  private int aside;
  private boolean reading;
  private boolean ended;
  private boolean closed;

  /** Until it is closed, somebody else reads. */
  interface Aside extends AutoCloseable {
    @Override
    void close();
  }

  LentTerminal(int input, int output, Supplier<TerminalSize> size) {
    this.input = input;
    this.output = output;
    this.size = size;
    if (LibC.pipe2(wake, LibC.O_CLOEXEC) < 0) {
      throw CarrelException.failed("cannot read from a terminal: pipe2: " + LibC.lastError());
    }
    this.mode = new RawMode(input);
  }

  synchronized void atClose(Runnable work) {
    atClose = work;
  }

  /** Whoever reads does so no more when this returns, and goes on when what it returns is closed. */
  synchronized Aside standAside() {
    aside++;
    wakeReader();
    awaitReader();
    return () -> {
      synchronized (this) {
        aside--;
        notifyAll();
      }
    };
  }

  /** The input ends. */
  synchronized void end() {
    ended = true;
    wakeReader();
    notifyAll();
  }

  private void wakeReader() {
    if (!closed) {
      LibC.write(wake[1], new byte[1], 1);
    }
  }

  /** It was woken, so that this takes no time: an interrupt can wait. */
  private void awaitReader() {
    boolean interrupted = false;
    while (reading) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        byte[] chunk = new byte[length];
        int n = length == 0 ? 0 : next(chunk);
        System.arraycopy(chunk, 0, buffer, offset, Math.max(n, 0));
        return n;
      }
    };
  }

  /** What is typed next; -1 at the end. */
  private int next(byte[] chunk) throws IOException {
    while (begin()) {
      try {
        if (isReady()) {
          long n = LibC.readFully(input, chunk);
          if (n < 0) {
            throw new IOException(LibC.lastError());
          }
          return n == 0 ? -1 : (int) n;
        }
      } finally {
        finish();
      }
    }
    return -1;
  }

  private synchronized boolean begin() {
    while (aside > 0 && !ended) {
      try {
        wait();
      } catch (InterruptedException e) {
        ended = true; // by who has given it the thread to read on
      }
    }
    reading = !ended;
    return reading;
  }

  private synchronized void finish() {
    reading = false;
    notifyAll();
  }

  /** Whether something was typed; if not, somebody has woken this up. */
  private boolean isReady() {
    Memory poll = LibC.zeros(16);
    poll.setInt(0, input);
    poll.setShort(4, POLLIN);
    poll.setInt(8, wake[0]);
    poll.setShort(12, POLLIN);
    if (LibC.poll(poll, 2, -1) < 0 && LibC.errno() != Errno.EINTR.number()) {
      end();
      return false;
    }
    if (poll.getShort(14) != 0) {
      LibC.readFully(wake[0], new byte[64]);
      return false;
    }
    return poll.getShort(6) != 0;
  }

  @Override
  public OutputStream output() {
    return DescriptorStreams.output(output);
  }

  @Override
  public TerminalSize size() {
    return size.get();
  }

  @Override
  public void close() {
    end();
    synchronized (this) {
      if (closed) {
        return;
      }
      awaitReader();
      closed = true;
    }
    atClose.run();
    mode.close();
    LibC.close(wake[0]);
    LibC.close(wake[1]);
  }
}
