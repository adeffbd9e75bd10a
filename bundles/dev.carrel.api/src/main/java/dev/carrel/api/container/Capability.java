package dev.carrel.api.container;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The capabilities(7) of Linux, in the order of their numbers. */
public enum Capability {
  CHOWN,
  DAC_OVERRIDE,
  DAC_READ_SEARCH,
  FOWNER,
  FSETID,
  KILL,
  SETGID,
  SETUID,
  SETPCAP,
  LINUX_IMMUTABLE,
  NET_BIND_SERVICE,
  NET_BROADCAST,
  NET_ADMIN,
  NET_RAW,
  IPC_LOCK,
  IPC_OWNER,
  SYS_MODULE,
  SYS_RAWIO,
  SYS_CHROOT,
  SYS_PTRACE,
  SYS_PACCT,
  SYS_ADMIN,
  SYS_BOOT,
  SYS_NICE,
  SYS_RESOURCE,
  SYS_TIME,
  SYS_TTY_CONFIG,
  MKNOD,
  LEASE,
  AUDIT_WRITE,
  AUDIT_CONTROL,
  SETFCAP,
  MAC_OVERRIDE,
  MAC_ADMIN,
  SYSLOG,
  WAKE_ALARM,
  BLOCK_SUSPEND,
  AUDIT_READ,
  PERFMON,
  BPF,
  CHECKPOINT_RESTORE;

  /** The kernel's number. */
  public int number() {
    return ordinal();
  }

  /** The name that people know: {@code CAP_CHOWN}. */
  public String label() {
    return "CAP_" + name();
  }

  /** The one of a name, with or without {@code CAP_}, in capitals or not. */
  public static Optional<Capability> of(String name) {
    String plain = name.toUpperCase(Locale.ROOT);
    String wanted = plain.startsWith("CAP_") ? plain.substring("CAP_".length()) : plain;
    for (Capability capability : values()) {
      if (capability.name().equals(wanted)) {
        return Optional.of(capability);
      }
    }
    return Optional.empty();
  }

  /** All of them. */
  public static Set<Capability> all() {
    return EnumSet.allOf(Capability.class);
  }
}
