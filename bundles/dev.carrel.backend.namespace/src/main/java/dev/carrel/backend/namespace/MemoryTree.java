package dev.carrel.backend.namespace;

import static dev.carrel.backend.namespace.Kernel.CURRENT;
import static dev.carrel.backend.namespace.Kernel.ZERO;

import dev.carrel.api.mount.Mount;
import dev.carrel.linux.machine.Data;
import dev.carrel.linux.machine.Operand;
import dev.carrel.linux.machine.ProgramBuilder;
import dev.carrel.linux.machine.SystemCall;

/** Writes what a file system in memory is like; see tmpfs(5). */
final class MemoryTree {
  private static final int STATX_SIZE = 256;
  /** Where the mode stands, whose upper bits the kernel does not look at. */
  private static final int MODE = 0x1C;
  private static final Operand STATX_MODE = Operand.of(2, "STATX_MODE");
  private static final int DIRECTORY_MODE = 0755;

  private MemoryTree() {}

  /** Of a place where there was nothing. */
  static String options(Mount.Tmpfs tmpfs) {
    return options(tmpfs.mode().orElse(DIRECTORY_MODE), tmpfs.size(), tmpfs.inodes());
  }

  /** Names and inodes take memory that the size does not count: they are always bounded, too. */
  static String options(int mode, String size, long inodes) {
    return "mode=0" + Integer.toOctalString(mode) + ",size=" + size + ",nr_inodes=" + inodes;
  }

  /** The mode of the current directory, to be kept. */
  static Data mode(ProgramBuilder program) {
    Data found = program.space("file", STATX_SIZE);
    program.call(SystemCall.STATX, CURRENT, program.string(".").address(), ZERO, STATX_MODE, found.address());
    return found;
  }

  /** Gives the current directory a mode that was kept. */
  static void setMode(ProgramBuilder program, Data found) {
    program.call(SystemCall.FCHMODAT, CURRENT, program.string(".").address(), found.value(MODE));
  }
}
