package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import java.util.HashMap;
import java.util.Map;

/** One thread that sees all children end: epoll(7) on their pidfds and control sockets. The thread exists while there is something to watch. */
final class ExitWatcher {
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLLIN = 1;
  private static final int BATCH = 64;
  /**
   * How long the thread waits for another child before it ends, in milliseconds. The first one does not wait at all, and a
   * first child's end is told when all is over: a command line has just one container, and a JVM's end takes longer, up to
   * 300 ms, while a thread is in native code. For what goes on after a command line there is {@link #end}.
   */
  private static final int IDLE = 10_000;

  /** struct epoll_event is packed on x86-64 only. */
  private final int eventSize = Architecture.host() == Architecture.X86_64 ? 12 : 16;
  private final int dataAt = eventSize - 8;
  private final Map<Integer, Runnable> watched = new HashMap<>();
  private int epoll = -1;
  private boolean stopped;
  private boolean ended;
  private boolean first = true;

  /** What is watched. */
  interface Watched {
    /** The pidfd has become readable: the process has ended. Called once; closes the pidfd. */
    void ended();
  }

  /**
   * Tells a process of somebody else's once that it has ended.
   *
   * @throws CarrelException if the kernel cannot watch more
   */
  synchronized void watch(Watched process, int pidfd) {
    open();
    add(pidfd, process::ended);
  }

  /**
   * Tells a process once that its control socket has something to read, and once that it has ended; the process closes both
   * descriptors.
   *
   * @throws CarrelException if the kernel cannot watch more
   */
  synchronized void watch(MachineProcess process, int pidfd, int control) {
    open();
    boolean early = !first;
    add(pidfd, process::ended);
    try {
      add(control, () -> process.told(early));
    } catch (CarrelException e) {
      LibC.epoll_ctl(epoll, EPOLL_CTL_DEL, pidfd, null);
      watched.remove(pidfd);
      throw e;
    }
  }

  private void open() {
    if (epoll < 0) {
      epoll = LibC.epoll_create1(LibC.O_CLOEXEC);
      if (epoll < 0) {
        throw CarrelException.failed("cannot watch a container: epoll_create1: " + LibC.lastError());
      }
      ended = false;
      Thread thread = new Thread(this::run, "carrel-exit-watcher");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void add(int descriptor, Runnable action) {
    watched.put(descriptor, action);
    Memory event = LibC.zeros(16);
    event.setInt(0, EPOLLIN);
    event.setLong(dataAt, descriptor);
    if (LibC.epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, event) < 0) {
      watched.remove(descriptor);
      throw CarrelException.failed("cannot watch a container: epoll_ctl: " + LibC.lastError());
    }
  }

  /** The thread ends as soon as nothing is watched any more. */
  synchronized void endWhenIdle() {
    stopped = true;
  }

  /** The thread ends now, whatever is watched: nobody will ask any more. */
  synchronized void end() {
    int[] ends = new int[2];
    if (epoll < 0 || ended || LibC.pipe2(ends, LibC.O_CLOEXEC) < 0) {
      return;
    }
    LibC.close(ends[1]); // the other end has something to tell by that
    try {
      add(ends[0], () -> LibC.close(ends[0]));
      ended = true;
    } catch (CarrelException e) {
      LibC.close(ends[0]); // then the JVM's end takes longer
    }
  }

  private void run() {
    Memory events = LibC.zeros(eventSize * BATCH);
    int descriptor;
    synchronized (this) {
      descriptor = epoll;
    }
    while (true) {
      int ready = LibC.epoll_wait(descriptor, events, BATCH, IDLE);
      for (int i = 0; i < ready; i++) {
        ready((int) events.getLong((long) i * eventSize + dataAt));
      }
      if (mayEnd(ready)) {
        return;
      }
    }
  }

  private synchronized boolean mayEnd(int ready) {
    if (ended || watched.isEmpty() && (stopped || first || ready == 0)) {
      first = false;
      watched.clear();
      LibC.close(epoll);
      epoll = -1;
      return true;
    }
    return false;
  }

  private void ready(int descriptor) {
    Runnable action;
    synchronized (this) {
      LibC.epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, null);
      action = watched.remove(descriptor);
    }
    if (action != null) {
      action.run();
    }
  }
}
