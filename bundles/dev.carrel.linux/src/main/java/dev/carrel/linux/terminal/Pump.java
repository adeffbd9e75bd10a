package dev.carrel.linux.terminal;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A thread that carries bytes between a descriptor of this process and a stream of a container. */
final class Pump implements AutoCloseable {
  private static final int CHUNK = 16 * 1024;
  private static final short POLLIN = 1;

  private final Thread thread;
  private final Runnable stop;

  private Pump(Thread thread, Runnable stop) {
    this.thread = thread;
    this.stop = stop;
    thread.setDaemon(true);
    thread.start();
  }

  /** Carries nothing. */
  static Pump none() {
    return new Pump(new Thread(() -> {}), () -> {});
  }

  /** From a descriptor to a stream, which is closed at the end of the input. Stops at once when closed. */
  static Pump toStream(int descriptor, OutputStream stream) {
    int[] wake = new int[2];
    if (LibC.pipe2(wake, LibC.O_CLOEXEC) < 0) {
      throw CarrelException.failed("cannot pass input to the container: pipe2: " + LibC.lastError());
    }
    return new Pump(new Thread(() -> {
      try (stream) {
        carryIn(descriptor, wake[0], stream);
      } catch (IOException e) {
        // the container no longer reads: nothing is left to carry
      } finally {
        LibC.close(wake[0]);
      }
    }, "carrel-input"), () -> LibC.close(wake[1]));
  }

  private static void carryIn(int descriptor, int wake, OutputStream stream) throws IOException {
    byte[] chunk = new byte[CHUNK];
    Memory poll = LibC.zeros(16);
    while (true) {
      poll.setInt(0, descriptor);
      poll.setInt(4, POLLIN);
      poll.setInt(8, wake);
      poll.setInt(12, POLLIN);
      if (LibC.poll(poll, 2, -1) < 0 && LibC.errno() != Errno.EINTR.number()) {
        return;
      }
      if (poll.getShort(14) != 0) {
        return; // closed from our side
      }
      if (poll.getShort(6) != 0) {
        long n = LibC.readFully(descriptor, chunk);
        if (n <= 0) {
          return;
        }
        stream.write(chunk, 0, (int) n);
        stream.flush();
      }
    }
  }

  /** From a stream to a descriptor, until the stream ends. */
  static Pump fromStream(InputStream stream, int descriptor) {
    return new Pump(new Thread(() -> {
      byte[] chunk = new byte[CHUNK];
      try (stream) {
        int n = stream.read(chunk);
        while (n >= 0 && write(descriptor, chunk, n)) {
          n = stream.read(chunk);
        }
      } catch (IOException e) {
        // the container's end is gone: so is its output
      }
    }, "carrel-output"), () -> {});
  }

  private static boolean write(int descriptor, byte[] chunk, int size) {
    int done = 0;
    while (done < size) {
      byte[] rest = done == 0 ? chunk : java.util.Arrays.copyOfRange(chunk, done, size);
      long n = LibC.write(descriptor, rest, size - done);
      if (n < 0 && LibC.errno() != Errno.EINTR.number()) {
        return false;
      }
      done += (int) Math.max(n, 0);
    }
    return true;
  }

  /** Waits until everything has been carried: the container has ended, and with it all that could hold the stream open. */
  void drain() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop.run();
  }
}
