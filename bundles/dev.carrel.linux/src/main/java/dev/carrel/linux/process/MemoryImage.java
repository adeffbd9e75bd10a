package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.Image;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.machine.Program;

/** An executable in a sealed memfd: no file system has it, and nobody can write to it (CVE-2019-5736). */
final class MemoryImage implements Image {
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_EXEC = 0x10;
  private static final int ALL_SEALS = 0x0f; // SEAL, SHRINK, GROW, WRITE
  private static final int O_TMPFILE = 0x400000;
  private static final int O_RDWR = 2;

  private final Program program;
  private int descriptor;
  private int users;
  private boolean closed;

  private MemoryImage(Program program, int descriptor) {
    this.program = program;
    this.descriptor = descriptor;
  }

  static MemoryImage of(Program program) {
    byte[] file = program.link(Architecture.host());
    int descriptor = create();
    boolean sealed = descriptor >= 0;
    if (!sealed && LibC.errno() == Errno.EACCES.number()) {
      descriptor = temporaryFile(); // vm.memfd_noexec=2 forbids executable memfds
    }
    if (descriptor < 0) {
      throw CarrelException.failed("cannot make the program that sets up a container: memfd_create: " + LibC.lastError());
    }
    int high = LibC.fcntl(descriptor, LibC.F_DUPFD_CLOEXEC, Descriptors.FIRST_FREE);
    LibC.close(descriptor);
    if (high < 0 || LibC.write(high, file, file.length) != file.length) {
      throw discard(high, "write");
    }
    if (sealed) {
      if (LibC.fcntl(high, LibC.F_ADD_SEALS, ALL_SEALS) < 0) {
        throw discard(high, "fcntl(F_ADD_SEALS)");
      }
      return new MemoryImage(program, high);
    }
    int readOnly = LibC.open("/proc/self/fd/" + high, LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    if (readOnly < 0) {
      throw discard(high, "open");
    }
    LibC.close(high); // a file that is open for writing cannot be executed
    return new MemoryImage(program, readOnly);
  }

  private static int create() {
    int descriptor = LibC.memfd_create("carrel", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (descriptor < 0 && LibC.errno() == Errno.EINVAL.number()) {
      descriptor = LibC.memfd_create("carrel", MFD_CLOEXEC | MFD_ALLOW_SEALING); // before Linux 6.3
    }
    return descriptor;
  }

  private static int temporaryFile() {
    int directory = Architecture.host() == Architecture.X86_64 ? 0x10000 : 0x4000; // O_DIRECTORY, part of O_TMPFILE
    return LibC.open(
        System.getProperty("java.io.tmpdir", "/tmp"), O_TMPFILE | directory | O_RDWR | LibC.O_CLOEXEC, 0500);
  }

  private static CarrelException discard(int descriptor, String call) {
    String error = LibC.lastError();
    if (descriptor >= 0) {
      LibC.close(descriptor);
    }
    return CarrelException.failed("cannot make the program that sets up a container: " + call + ": " + error);
  }

  @Override
  public Program program() {
    return program;
  }

  /** The descriptor, which stays open until {@link #release()}. */
  synchronized int acquire() {
    if (closed) {
      throw new IllegalStateException("the image is closed");
    }
    users++;
    return descriptor;
  }

  synchronized void release() {
    users--;
    freeIfUnused();
  }

  @Override
  public synchronized void close() {
    closed = true;
    freeIfUnused();
  }

  private void freeIfUnused() {
    if (closed && users == 0 && descriptor >= 0) {
      LibC.close(descriptor);
      descriptor = -1;
    }
  }
}
