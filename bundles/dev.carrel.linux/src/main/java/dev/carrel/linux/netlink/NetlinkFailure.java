package dev.carrel.linux.netlink;

import dev.carrel.linux.machine.Errno;

/** The kernel has refused a request. */
public final class NetlinkFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final int errno;

  NetlinkFailure(String request, int errno, String reason) {
    super(request + ": " + (reason.isEmpty() ? "" : reason + ": ") + Errno.describe(errno));
    this.errno = errno;
  }

  /** Whether it was this error. */
  public boolean is(Errno error) {
    return errno == error.number();
  }
}
