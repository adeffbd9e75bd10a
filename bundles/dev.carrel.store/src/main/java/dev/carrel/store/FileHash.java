package dev.carrel.store;

import dev.carrel.api.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;

/** The SHA-256 of files' contents, of one after the other. */
final class FileHash {
  private final MessageDigest digest;
  private final byte[] chunk = new byte[64 * 1024];

  FileHash(Host host) {
    digest = host.sha256();
  }

  String of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } finally {
      digest.reset(); // of what could not be read whole
    }
  }
}
