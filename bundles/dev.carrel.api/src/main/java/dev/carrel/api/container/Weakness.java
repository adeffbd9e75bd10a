package dev.carrel.api.container;

import java.util.Locale;
import java.util.Optional;

/** A part of the confinement that can be left out. Each is named after what it opens. */
public enum Weakness {
  /** Files that are setuid, setgid or have capabilities work: no {@code no_new_privs}; mounts stay {@code nosuid}. */
  NEW_PRIVILEGES("setuid files and file capabilities take effect"),
  /** No filter of system calls at all. */
  SYSTEM_CALLS("every system call of the kernel can be made"),
  /** User namespaces can be made inside, and with them mounts: a container in a container. */
  USER_NAMESPACES("programs can make user namespaces, and mount in them: containers in the container"),
  /** io_uring(7). */
  IO_URING("io_uring can be used"),
  /** Sockets of every family, for example AF_VSOCK, which reaches the hypervisor. */
  SOCKET_FAMILIES("sockets of every family, also AF_VSOCK, which reaches the hypervisor, and AF_ALG"),
  /** bpf(2), perf_event_open(2) and userfaultfd(2). */
  TRACING("bpf, perf_event_open and userfaultfd can be used"),
  /** Files of /proc and /sys that tell of the kernel or change it are neither covered nor read-only. */
  KERNEL_FILES("files in /proc and /sys that tell of the kernel or change its settings are as on the host"),
  /** The session keyring of whoever started the container is kept, and keys can be used. */
  KEYRING("the keys of the session it was started from can be used"),
  /** Core dumps are written as on the host. */
  CORE_DUMPS("core dumps are written, or piped to a program of the host, as the host is set up"),
  /** Programs for the 32-bit side of the processor, whose calls cannot be filtered as finely. */
  FOREIGN_ABI("programs of the processor's 32-bit side run, whose sockets cannot be filtered by family"),
  /** With every capability, what is mounted can be unmounted and made writable as far as the kernel allows. */
  UNLOCKED_MOUNTS("a program with the capability SYS_ADMIN can take away what covers /proc, and /proc/sys's protection"),
  /** With the host's network, its abstract UNIX sockets can be reached, also where Landlock could forbid it. */
  ABSTRACT_SOCKETS("with the host's network, its abstract UNIX sockets can be reached");

  private final String opens;

  Weakness(String opens) {
    this.opens = opens;
  }

  /** What it opens, as a sentence without its end. */
  public String opens() {
    return opens;
  }

  /** The word on a command line: {@code io-uring}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one of a word. */
  public static Optional<Weakness> of(String label) {
    for (Weakness weakness : values()) {
      if (weakness.label().equals(label)) {
        return Optional.of(weakness);
      }
    }
    return Optional.empty();
  }
}
