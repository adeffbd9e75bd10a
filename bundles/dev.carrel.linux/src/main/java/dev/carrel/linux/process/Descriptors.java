package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.api.isolation.GroupEntry;
import dev.carrel.api.container.Stdio;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.libc.LibC;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The descriptors of one start: ours, and the child's, which are closed once it has them. */
final class Descriptors {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  /** Above every number that the child's descriptors are moved to. */
  static final int FIRST_FREE = Launcher.MORE + Stdio.MOST;

  private int[] open = new int[12];
  private int count;

  /** A pipe, close-on-exec: {read end, write end}. */
  int[] pipe() {
    int[] ends = new int[2];
    if (LibC.pipe2(ends, LibC.O_CLOEXEC) < 0) {
      throw failure("pipe2");
    }
    return keep(ends);
  }

  /** A connected pair of stream sockets, close-on-exec. */
  int[] socketPair() {
    int[] ends = new int[2];
    if (LibC.socketpair(AF_UNIX, SOCK_STREAM | LibC.O_CLOEXEC, 0, ends) < 0) {
      throw failure("socketpair");
    }
    return keep(ends);
  }

  /** {@code /dev/null}, for reading and writing. */
  int nullDevice() {
    int descriptor = LibC.open("/dev/null", 2 | LibC.O_CLOEXEC, 0);
    if (descriptor < 0) {
      throw failure("open(\"/dev/null\")");
    }
    return keep(new int[] {descriptor})[0];
  }

  /** Files, for reading and writing, close-on-exec. */
  int[] files(List<Path> files) {
    int[] opened = new int[files.size()];
    for (int i = 0; i < opened.length; i++) {
      opened[i] = open(files.get(i), 2);
    }
    return opened;
  }

  /** What brings a process into control groups, close-on-exec: a directory, and files to write to. */
  int[] group(GroupEntry group) {
    int first = group.born().isPresent() ? 1 : 0;
    int[] opened = new int[first + group.joined().size()];
    if (group.born().isPresent()) {
      opened[0] = open(group.born().get(), 0);
    }
    for (int i = first; i < opened.length; i++) {
      opened[i] = open(group.joined().get(i - first), 1);
    }
    return opened;
  }

  /** @param flags of open(2); what is made can be read and written by all whom the umask does not keep from it */
  int open(Path file, int flags) {
    int descriptor = LibC.open(file.toString(), flags | LibC.O_CLOEXEC, 0666);
    if (descriptor < 0) {
      throw CarrelException.failed("cannot start a container: cannot open " + file + ": " + LibC.lastError());
    }
    return keep(new int[] {descriptor})[0];
  }

  /** A copy of one of this JVM's. */
  int copy(int descriptor) {
    int copy = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, FIRST_FREE);
    if (copy < 0) {
      throw CarrelException.usage("cannot start a container: this process has no descriptor " + descriptor + ": " + LibC.lastError());
    }
    return keep(new int[] {copy})[0];
  }

  private int[] keep(int[] descriptors) {
    for (int i = 0; i < descriptors.length; i++) {
      add(descriptors[i]);
    }
    for (int i = 0; i < descriptors.length; i++) {
      if (descriptors[i] < FIRST_FREE) {
        int high = LibC.fcntl(descriptors[i], LibC.F_DUPFD_CLOEXEC, FIRST_FREE);
        if (high < 0) {
          throw failure("fcntl(F_DUPFD_CLOEXEC)");
        }
        add(high);
        close(descriptors[i]);
        descriptors[i] = high;
      }
    }
    return descriptors;
  }

  private void add(int descriptor) {
    if (count == open.length) {
      open = Arrays.copyOf(open, 2 * count);
    }
    open[count++] = descriptor;
  }

  /** Closes one of them. */
  void close(int descriptor) {
    if (give(descriptor)) {
      LibC.close(descriptor);
    }
  }

  /** Somebody else closes it from now on. Returns whether it was open. */
  boolean give(int descriptor) {
    for (int i = 0; i < count; i++) {
      if (open[i] == descriptor) {
        open[i] = open[--count];
        return true;
      }
    }
    return false;
  }

  /** Closes what is left. */
  void closeAll() {
    while (count > 0) {
      LibC.close(open[--count]);
    }
  }

  private static CarrelException failure(String call) {
    return CarrelException.failed("cannot start a container: " + call + ": " + LibC.lastError());
  }
}
