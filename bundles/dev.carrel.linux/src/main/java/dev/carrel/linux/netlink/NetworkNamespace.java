package dev.carrel.linux.netlink;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The network namespace of a process, held open. */
public final class NetworkNamespace implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x4000_0000;

  private final int descriptor;

  private NetworkNamespace(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * That of a process.
   *
   * @throws CarrelException if there is no such process, or it may not be opened
   */
  public static NetworkNamespace of(long pid) {
    int descriptor = LibC.open("/proc/" + pid + "/ns/net", LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    if (descriptor < 0) {
      throw CarrelException.failed("cannot open the network namespace of process " + pid + ": " + LibC.lastError());
    }
    return new NetworkNamespace(descriptor);
  }

  int descriptor() {
    return descriptor;
  }

  /**
   * Opens a socket in it, which stays there. A thread of its own goes there for that: one that could not come back must not do anything
   * else.
   *
   * @throws CarrelException if it may not be entered
   */
  public RouteSocket open() {
    FutureTask<RouteSocket> task = new FutureTask<>(() -> {
      if (LibC.setns(descriptor, CLONE_NEWNET) != 0) {
        throw CarrelException.failed("cannot enter a container's network namespace: setns: " + LibC.lastError());
      }
      return RouteSocket.open();
    });
    Thread visitor = new Thread(null, task, "carrel-netns", 0, false);
    visitor.setDaemon(true);
    visitor.start();
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("cannot enter a container's network namespace: interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CarrelException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    LibC.close(descriptor);
  }
}
