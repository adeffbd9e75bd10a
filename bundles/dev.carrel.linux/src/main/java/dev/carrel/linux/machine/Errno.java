package dev.carrel.linux.machine;

/** The errors that system calls of a program end with; numbers as on x86-64 and aarch64, see errno(3). */
public enum Errno {
  EPERM(1, "operation not permitted"),
  ENOENT(2, "no such file or directory"),
  ESRCH(3, "no such process"),
  EINTR(4, "interrupted"),
  EIO(5, "input/output error"),
  E2BIG(7, "argument list too long"),
  ENOEXEC(8, "not a program this system can execute"),
  EBADF(9, "bad file descriptor"),
  ECHILD(10, "no child processes"),
  EAGAIN(11, "resource temporarily unavailable"),
  ENOMEM(12, "out of memory"),
  EACCES(13, "permission denied"),
  EFAULT(14, "bad address"),
  EBUSY(16, "busy"),
  EEXIST(17, "exists already"),
  EXDEV(18, "would leave the tree it has to stay in"),
  ENODEV(19, "no such device, or a file system this kernel does not have"),
  ENOTDIR(20, "not a directory"),
  EISDIR(21, "is a directory"),
  EINVAL(22, "invalid argument"),
  ENFILE(23, "too many open files on this system"),
  EMFILE(24, "too many open files"),
  ETXTBSY(26, "the program file is open for writing"),
  ENOSPC(28, "no space left, or a limit of the kernel is reached"),
  EROFS(30, "read-only file system"),
  EPIPE(32, "broken pipe"),
  ENAMETOOLONG(36, "name too long"),
  ENOSYS(38, "this kernel does not have that system call"),
  ELOOP(40, "too many levels of symbolic links"),
  EUSERS(87, "too many nested namespaces"),
  EOPNOTSUPP(95, "not supported"),
  EAFNOSUPPORT(97, "address family not supported"),
  ECONNREFUSED(111, "connection refused"),
  EDQUOT(122, "quota exceeded");

  private final int number;
  private final String meaning;

  Errno(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** Its number. */
  public int number() {
    return number;
  }

  /** What it says, as part of a sentence. */
  public String meaning() {
    return meaning;
  }

  /** Name and number of any errno, also of one not listed here. */
  public static String describe(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno.meaning + " (" + errno.name() + ")";
      }
    }
    return "error " + number;
  }
}
