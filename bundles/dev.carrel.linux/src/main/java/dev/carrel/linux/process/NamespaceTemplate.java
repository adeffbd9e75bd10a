package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.MountTemplate;
import dev.carrel.linux.libc.LibC;

/** A template, kept by the descriptors of its namespaces. */
final class NamespaceTemplate implements MountTemplate {
  /** Above every descriptor that a launch puts in place. */
  private static final int FIRST_FREE = 16;

  private final int mountNamespace;
  private final int userNamespace;
  private final HostMounts mounts;
  private int users;
  private boolean outdated;
  private boolean closed;

  private NamespaceTemplate(int mountNamespace, int userNamespace, HostMounts mounts) {
    this.mountNamespace = mountNamespace;
    this.userNamespace = userNamespace;
    this.mounts = mounts;
  }

  /** The namespaces of a process, which must not end before this returns. */
  static NamespaceTemplate of(int pid, HostMounts mounts) {
    int mountNamespace = open("/proc/" + pid + "/ns/mnt");
    try {
      return new NamespaceTemplate(mountNamespace, open("/proc/" + pid + "/ns/user"), mounts);
    } catch (CarrelException e) {
      LibC.close(mountNamespace);
      throw e;
    }
  }

  private static int open(String path) {
    int low = LibC.open(path, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    int descriptor = low < 0 ? -1 : LibC.fcntl(low, LibC.F_DUPFD_CLOEXEC, FIRST_FREE);
    if (descriptor < 0) {
      throw CarrelException.failed("cannot keep a namespace: open(\"" + path + "\"): " + LibC.lastError());
    }
    LibC.close(low);
    return descriptor;
  }

  /** The descriptors, which stay open until {@link #release()}. */
  synchronized int[] acquire() {
    if (closed) {
      throw new IllegalStateException("the template is closed");
    }
    users++;
    return new int[] {mountNamespace, userNamespace};
  }

  synchronized void release() {
    users--;
    freeIfUnused();
  }

  @Override
  public synchronized boolean isCurrent() {
    outdated = outdated || closed || !mounts.unchanged();
    return !outdated;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      freeIfUnused();
    }
  }

  private void freeIfUnused() {
    if (closed && users == 0) {
      LibC.close(mountNamespace);
      LibC.close(userNamespace);
      mounts.close();
    }
  }
}
