package dev.carrel.linux.libc;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.carrel.linux.machine.Errno;

/** The C library's functions that Carrel calls from the JVM, directly mapped; see the man page of each. */
public final class LibC {
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_RDONLY = 0;
  public static final int F_DUPFD_CLOEXEC = 1030;
  public static final int F_ADD_SEALS = 1033;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int P_PID = 1;
  public static final int P_PIDFD = 3;
  public static final int WEXITED = 4;
  public static final int WNOHANG = 1;

  static {
    // The process's own symbols: spares JNA the search for a library file, which forks ldconfig.
    Native.register(LibC.class, NativeLibrary.getProcess());
  }

  private LibC() {}

  public static native int memfd_create(String name, int flags);

  public static native long read(int fd, byte[] buffer, long size);

  public static native long write(int fd, byte[] buffer, long size);

  public static native int close(int fd);

  public static native long lseek(int fd, long offset, int whence);

  public static native int fcntl(int fd, int command, int argument);

  public static native int open(String path, int flags, int mode);

  public static native int pipe2(int[] ends, int flags);

  public static native int socketpair(int domain, int type, int protocol, int[] ends);

  public static native int socket(int domain, int type, int protocol);

  public static native int setsockopt(int fd, int level, int option, int[] value, int size);

  public static native int setns(int fd, int kind);

  public static native int connect(int fd, Pointer address, int size);

  public static native int bind(int fd, Pointer address, int size);

  public static native int listen(int fd, int backlog);

  public static native int accept4(int fd, Pointer address, Pointer size, int flags);

  public static native int getsockopt(int fd, int level, int option, Pointer value, int[] size);

  public static native int shutdown(int fd, int how);

  public static native long sendmsg(int fd, Pointer message, int flags);

  public static native long recvmsg(int fd, Pointer message, int flags);

  public static native long send(int fd, byte[] buffer, long size, int flags);

  public static native int posix_spawn(
      int[] pid, String path, Pointer actions, Pointer attributes, Pointer argv, Pointer envp);

  public static native int posix_spawn_file_actions_init(Pointer actions);

  public static native int posix_spawn_file_actions_adddup2(Pointer actions, int fd, int newfd);

  public static native int posix_spawn_file_actions_destroy(Pointer actions);

  public static native int posix_spawnattr_init(Pointer attributes);

  public static native int posix_spawnattr_setflags(Pointer attributes, short flags);

  public static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

  public static native int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

  public static native int waitid(int idType, int id, Pointer info, int options);

  public static native int epoll_create1(int flags);

  public static native int epoll_ctl(int epoll, int operation, int fd, Pointer event);

  public static native int epoll_wait(int epoll, Pointer events, int max, int timeout);

  public static native int poll(Pointer descriptors, long count, int timeout);

  public static native int ioctl(int fd, long request, Pointer argument);

  public static native int isatty(int fd);

  public static native int tcgetattr(int fd, Pointer termios);

  public static native int tcsetattr(int fd, int when, Pointer termios);

  public static native void cfmakeraw(Pointer termios);

  public static native int syncfs(int fd);

  public static native int statx(int directory, String path, int flags, int mask, Pointer result);

  public static native int fchown(int fd, int uid, int gid);

  public static native int getuid();

  public static native int getgid();

  public static native int getgroups(int size, int[] groups);

  public static native Pointer getpwuid(int uid);

  public static native Pointer getgrgid(int gid);

  public static native long syscall(long number, long a, long b, long c, long d);

  /** What the last call of this thread failed with, in words. */
  public static String lastError() {
    return Errno.describe(Native.getLastError());
  }

  /** The errno of this thread's last call. */
  public static int errno() {
    return Native.getLastError();
  }

  /** Memory full of zeros. */
  public static Memory zeros(int size) {
    Memory memory = new Memory(size);
    memory.clear();
    return memory;
  }

  /** Reads again where a signal interrupted. Returns the number of bytes, 0 at the end, or -1. */
  public static long readFully(int fd, byte[] buffer) {
    long n;
    do {
      n = read(fd, buffer, buffer.length);
    } while (n < 0 && errno() == Errno.EINTR.number());
    return n;
  }
}
