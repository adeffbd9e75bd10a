package dev.carrel.linux.process;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import java.util.List;

/** The host's mount table and some of its files, as they were at one moment. */
final class HostMounts implements AutoCloseable {
  private static final int AT_FDCWD = -100;
  private static final int STATX_INO = 0x100;
  private static final int STATX_SIZE = 256;
  private static final int INODE = 0x20;
  private static final int DEVICE = 0x88; // major and minor number, 32 bits each
  private static final short POLLPRI = 2;

  private final List<String> sources;
  private final long[] identities;
  private final int table;

  private HostMounts(List<String> sources, long[] identities, int table) {
    this.sources = sources;
    this.identities = identities;
    this.table = table;
  }

  static HostMounts now(List<String> sources) {
    int table = LibC.open("/proc/self/mountinfo", LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    if (table < 0) {
      throw CarrelException.failed("cannot open /proc/self/mountinfo: " + LibC.lastError());
    }
    long[] identities = new long[2 * sources.size()];
    HostMounts now = new HostMounts(List.copyOf(sources), identities, table);
    now.tableChanged(); // the first poll may report what happened before
    Memory result = LibC.zeros(STATX_SIZE);
    for (int i = 0; i < sources.size(); i++) {
      if (identify(sources.get(i), result)) {
        identities[2 * i] = result.getLong(INODE);
        identities[2 * i + 1] = result.getLong(DEVICE);
      }
    }
    return now;
  }

  private static boolean identify(String path, Memory result) {
    return LibC.statx(AT_FDCWD, path, 0, STATX_INO, result) == 0;
  }

  /** Whether nothing has been mounted or unmounted, and every source is the file it was. */
  boolean unchanged() {
    if (tableChanged()) {
      return false;
    }
    Memory result = LibC.zeros(STATX_SIZE);
    for (int i = 0; i < sources.size(); i++) {
      if (!identify(sources.get(i), result)
          || result.getLong(INODE) != identities[2 * i]
          || result.getLong(DEVICE) != identities[2 * i + 1]) {
        return false;
      }
    }
    return true;
  }

  /** proc(5): poll(2) marks /proc/PID/mountinfo with POLLPRI and POLLERR once after each change. */
  private boolean tableChanged() {
    Memory poll = LibC.zeros(8);
    poll.setInt(0, table);
    poll.setShort(4, POLLPRI);
    return LibC.poll(poll, 1, 0) > 0;
  }

  @Override
  public void close() {
    LibC.close(table);
  }
}
