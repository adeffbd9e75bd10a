package dev.carrel.api.network;

import java.util.Locale;
import java.util.Optional;

/** What has ports. */
public enum PortProtocol {
  TCP,
  UDP;

  /** The one of a word: {@code tcp}. */
  public static Optional<PortProtocol> of(String word) {
    for (PortProtocol protocol : values()) {
      if (protocol.label().equals(word)) {
        return Optional.of(protocol);
      }
    }
    return Optional.empty();
  }

  /** The name a user knows: {@code tcp}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
