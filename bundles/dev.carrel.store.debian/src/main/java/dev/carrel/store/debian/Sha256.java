package dev.carrel.store.debian;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 in lower-case hexadecimal. */
final class Sha256 {
  private final MessageDigest digest;

  /** By Java, for little. */
  Sha256() {
    this(java());
  }

  private Sha256(MessageDigest digest) {
    this.digest = digest;
  }

  /** Java's own. */
  static MessageDigest java() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256 (see MessageDigest)", e);
    }
  }

  static String of(String text) {
    Sha256 sha = new Sha256();
    sha.text(text);
    return sha.hex();
  }

  static String of(Path file, MessageDigest digest) throws IOException {
    Sha256 sha = new Sha256(digest);
    sha.file(file);
    return sha.hex();
  }

  void text(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  void file(Path file) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
