package dev.carrel.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import dev.carrel.linux.libc.LibC;

/** posix_spawn(3) with an empty environment, an empty signal mask, default signal handling and given descriptors. */
final class Spawn {
  private static final short SETSIGDEF = 0x04;
  private static final short SETSIGMASK = 0x08;
  private static final int SIGSET_SIZE = 128;
  /** At least the size of posix_spawn_file_actions_t and posix_spawnattr_t in glibc (80, 336) and musl. */
  private static final int ACTIONS_SIZE = 256;
  private static final int ATTRIBUTES_SIZE = 512;

  private final Memory attributes = LibC.zeros(ATTRIBUTES_SIZE);
  private final Memory argv = LibC.zeros(16);
  private final Memory envp = LibC.zeros(8);
  private final Memory name = LibC.zeros(16);

  Spawn() {
    Memory none = LibC.zeros(SIGSET_SIZE);
    Memory all = LibC.zeros(SIGSET_SIZE);
    all.setMemory(0, SIGSET_SIZE, (byte) 0xff);
    LibC.posix_spawnattr_init(attributes);
    LibC.posix_spawnattr_setflags(attributes, (short) (SETSIGDEF | SETSIGMASK));
    LibC.posix_spawnattr_setsigmask(attributes, none);
    LibC.posix_spawnattr_setsigdefault(attributes, all);
    name.setString(0, "carrel");
    argv.setPointer(0, name);
  }

  /**
   * Executes the file behind a descriptor of this process.
   *
   * @param inherited descriptor number i of the child is {@code inherited[i]} of this process; none of them may be
   *     smaller than the array is long, unless it is at its own place; a
   *     negative one leaves a gap
   * @return the pid, or a negative errno
   */
  int execute(int file, int[] inherited) {
    Memory actions = new Memory(ACTIONS_SIZE);
    LibC.posix_spawn_file_actions_init(actions);
    try {
      for (int i = 0; i < inherited.length; i++) {
        if (inherited[i] >= 0) {
          LibC.posix_spawn_file_actions_adddup2(actions, inherited[i], i);
        }
      }
      int[] pid = new int[1];
      int error = LibC.posix_spawn(pid, "/proc/self/fd/" + file, actions, attributes, argv, (Pointer) envp);
      return error == 0 ? pid[0] : -error;
    } finally {
      LibC.posix_spawn_file_actions_destroy(actions);
    }
  }
}
