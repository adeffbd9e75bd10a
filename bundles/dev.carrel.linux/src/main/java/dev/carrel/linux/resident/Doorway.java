package dev.carrel.linux.resident;

import com.sun.jna.Memory;
import dev.carrel.api.host.Reception.Desk;
import dev.carrel.api.host.Reception.Door;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** A socket that is open: lets callers in, each on a thread of its own. */
final class Doorway implements Door {
  private static final short POLLIN = 1;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  /** struct ucred: pid, uid, gid. */
  private static final int CREDENTIALS = 12;
  private static final long PAUSE_MILLIS = 100;

  private final Path socket;
  private final Object key;
  private final int listener;
  private final Desk desk;
  private final int[] wake = new int[2];
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread atShutdown = new Thread(this::removeSocket, "carrel-reception-end");

  Doorway(Path socket, int listener, Desk desk) {
    this.socket = socket;
    this.listener = listener;
    this.desk = desk;
    this.key = key(socket);
    LibC.pipe2(wake, LibC.O_CLOEXEC);
    Runtime.getRuntime().addShutdownHook(atShutdown);
    Thread thread = new Thread(this::receive, "carrel-reception");
    thread.setDaemon(true);
    thread.start();
  }

  private static Object key(Path socket) {
    try {
      return Files.getAttribute(socket, "unix:ino");
    } catch (IOException e) {
      return "";
    }
  }

  private void receive() {
    Memory poll = LibC.zeros(16);
    try {
      while (!closed.get()) {
        poll.setInt(0, listener);
        poll.setInt(4, POLLIN);
        poll.setInt(8, wake[0]);
        poll.setInt(12, POLLIN);
        if (LibC.poll(poll, 2, -1) < 0) {
          continue; // EINTR
        }
        if (poll.getShort(14) != 0) {
          return;
        }
        letIn();
      }
    } finally {
      LibC.close(listener);
      LibC.close(wake[0]);
    }
  }

  private void letIn() {
    int connection = LibC.accept4(listener, null, null, LibC.O_CLOEXEC);
    if (connection < 0) {
      if (LibC.errno() == Errno.EMFILE.number() || LibC.errno() == Errno.ENFILE.number()) {
        pause(); // who waits is let in when somebody has gone
      }
      return;
    }
    Memory credentials = LibC.zeros(CREDENTIALS);
    boolean known = LibC.getsockopt(connection, SOL_SOCKET, SO_PEERCRED, credentials, new int[] {CREDENTIALS}) == 0;
    int pid = credentials.getInt(0);
    if (!known || credentials.getInt(4) != LibC.getuid() || pid <= 0) {
      LibC.close(connection); // somebody else, or in a pid namespace that is not seen from here
      return;
    }
    new Thread(new Visit(connection, pid, desk), "carrel-caller-" + pid).start();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Not that of another runtime, which took its place. */
  private void removeSocket() {
    try {
      if (key(socket).equals(key)) {
        Files.deleteIfExists(socket);
      }
    } catch (IOException e) {
      // the next runtime removes it
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      removeSocket();
      LibC.close(wake[1]);
      try {
        Runtime.getRuntime().removeShutdownHook(atShutdown);
      } catch (IllegalStateException e) {
        // it runs
      }
    }
  }
}
