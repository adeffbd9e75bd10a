package dev.carrel.linux.crypto;

import java.security.MessageDigest;
import java.util.Optional;

/** Makes hashes by the host's libcrypto, if it has one. */
public final class Hashes {
  private Boolean isNative;

  /** A new SHA-256, if there is a libcrypto. */
  public Optional<MessageDigest> sha256() {
    return isNative() ? Optional.of(new Sha256()) : Optional.empty();
  }

  /** The library is looked for when it is needed first: who only starts a container needs none. */
  private synchronized boolean isNative() {
    if (isNative == null) {
      isNative = Sha256.isSound();
    }
    return isNative;
  }
}
