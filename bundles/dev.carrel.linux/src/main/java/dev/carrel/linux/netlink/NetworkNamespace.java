package dev.carrel.linux.netlink;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import java.nio.charset.StandardCharsets;
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
   * Opens a socket in it, which stays there, and lets its programs listen at ports below 1024, which are nobody else's there. A thread of
   * its own goes there for that: one that could not come back must not do anything else.
   *
   * @throws CarrelException if it may not be entered
   */
  public RouteSocket open() {
    FutureTask<RouteSocket> task = new FutureTask<>(() -> {
      if (LibC.setns(descriptor, CLONE_NEWNET) != 0) {
        throw CarrelException.failed("cannot enter a container's network namespace: setns: " + LibC.lastError());
      }
      openPorts();
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

  /** What is in /proc/sys/net depends on who opens it. A value that somebody has chosen stays. */
  private static void openPorts() {
    int setting = LibC.open("/proc/sys/net/ipv4/ip_unprivileged_port_start", 2 | LibC.O_CLOEXEC, 0); // O_RDWR
    byte[] value = new byte[16];
    if (setting >= 0) { // else the ports stay closed, which their programs will say
      long size = LibC.readFully(setting, value);
      if (size > 0 && new String(value, 0, (int) size, StandardCharsets.US_ASCII).strip().equals("1024")) {
        LibC.lseek(setting, 0, 0);
        LibC.write(setting, new byte[] {'0'}, 1);
      }
      LibC.close(setting);
    }
  }

  @Override
  public void close() {
    LibC.close(descriptor);
  }
}
