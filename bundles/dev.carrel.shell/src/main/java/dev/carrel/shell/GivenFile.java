package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A small file as it is at one moment: what is judged is what is used. */
record GivenFile(Path path, byte[] content) {
  /** No manifest or lock of people's is a tenth as long. */
  private static final int LARGEST = 8 << 20;

  /**
   * Reads it.
   *
   * @throws CarrelException of kind USAGE if it cannot be read, or is no such file
   */
  static GivenFile read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw CarrelException.usage("cannot read " + path + ": " + (Files.exists(path) ? "it is no regular file" : "there is no such file"));
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] content = in.readNBytes(LARGEST + 1);
      if (content.length > LARGEST) {
        throw CarrelException.usage("cannot read " + path + ": it is longer than " + (LARGEST >> 20) + " MiB");
      }
      return new GivenFile(path, content);
    } catch (AccessDeniedException e) {
      throw CarrelException.usage("cannot read " + path + ": you may not");
    } catch (IOException e) {
      throw CarrelException.failed("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /** @throws CarrelException of kind USAGE if it is none */
  String text() {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw CarrelException.usage("cannot read " + path + ": it is no text in UTF-8");
    }
  }

  /** In hexadecimal. */
  String sha256() {
    return sha256(content);
  }

  static String sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
