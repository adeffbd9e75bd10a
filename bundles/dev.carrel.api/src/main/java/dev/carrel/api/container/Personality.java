package dev.carrel.api.container;

import java.util.Locale;
import java.util.Optional;

/** What the kernel pretends to be towards a program; see personality(2). */
public enum Personality {
  /** The machine is called as its 32-bit side. */
  LINUX32(0x0008),
  /** The kernel's version begins with 2.6. */
  UNAME26(0x002_0000),
  /** Memory always lies at the same addresses. */
  ADDR_NO_RANDOMIZE(0x004_0000),
  /** Memory is laid out as before Linux 2.6.9. */
  ADDR_COMPAT_LAYOUT(0x020_0000),
  /** 32-bit programs have 3 GiB of addresses. */
  ADDR_LIMIT_3GB(0x800_0000),
  /** Timeouts of select and its like are left as they are. */
  STICKY_TIMEOUTS(0x400_0000),
  /** Timeouts of select and its like count in seconds. */
  WHOLE_SECONDS(0x200_0000);

  private final int bits;

  Personality(int bits) {
    this.bits = bits;
  }

  /** The kernel's bits. */
  public int bits() {
    return bits;
  }

  /** The word on a command line: {@code addr-no-randomize}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one of a word. */
  public static Optional<Personality> of(String label) {
    for (Personality personality : values()) {
      if (personality.label().equals(label)) {
        return Optional.of(personality);
      }
    }
    return Optional.empty();
  }
}
