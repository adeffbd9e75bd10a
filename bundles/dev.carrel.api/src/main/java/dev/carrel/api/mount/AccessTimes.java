package dev.carrel.api.mount;

import java.util.Optional;

/** When reading a file writes down its time; see mount(8). Only root may choose: for others, the kernel keeps it as it is. */
public enum AccessTimes {
  /** Never. */
  NEVER("noatime"),
  /** If it was not read since it was changed, or for a day. */
  RELATIVE("relatime"),
  /** Each time. */
  ALWAYS("strictatime");

  private final String label;

  AccessTimes(String label) {
    this.label = label;
  }

  /** The word on a command line, as in mount(8). */
  public String label() {
    return label;
  }

  /** The one of a word. */
  public static Optional<AccessTimes> of(String label) {
    for (AccessTimes times : values()) {
      if (times.label.equals(label)) {
        return Optional.of(times);
      }
    }
    return Optional.empty();
  }
}
