package dev.carrel.web;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;

/** The secret that lets a browser in: letters, digits, {@code -} and {@code _}. */
final class Token {
  private static final int BYTES = 24;
  private static final String SHAPE = "[A-Za-z0-9_-]{32,256}";
  private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

  private final byte[] secret;

  private Token(String secret) {
    this.secret = secret.getBytes(StandardCharsets.US_ASCII);
  }

  /** One that nobody can guess. */
  static Token fresh() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    return new Token(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
  }

  /**
   * That of a file, which is made if it is not there.
   *
   * @throws CarrelException if it cannot be, if others could have read or written it, or if it has something else
   */
  static Token of(Path file) {
    try {
      return made(file);
    } catch (FileAlreadyExistsException e) {
      return read(file);
    } catch (IOException e) {
      throw CarrelException.failed("cannot make the token's file " + file + ": " + e.getMessage() + ". Name one in a directory that you may write to", e);
    }
  }

  private static Token made(Path file) throws IOException {
    Token token = fresh();
    Set<StandardOpenOption> fresh = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (SeekableByteChannel channel = Files.newByteChannel(file, fresh, PosixFilePermissions.asFileAttribute(PRIVATE))) {
      channel.write(ByteBuffer.wrap((token + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
    return token;
  }

  private static Token read(Path file) {
    try {
      PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      int me = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      if (!attributes.isRegularFile() || (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS) != me
          || !PRIVATE.containsAll(attributes.permissions())) {
        throw CarrelException.usage("cannot use the token's file " + file + ": it has to be a file of yours that nobody else may read (chmod 600)");
      }
      String secret = attributes.size() > 1024 ? "" : Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      if (!secret.matches(SHAPE)) {
        throw CarrelException.usage("cannot use the token's file " + file + ": a token has 32 to 256 letters, digits, '-' or '_'. Delete it, and it is made");
      }
      return new Token(secret);
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the token's file " + file + ": " + e.getMessage(), e);
    }
  }

  /** In a time that does not tell how much of it is right. */
  boolean is(String word) {
    return MessageDigest.isEqual(secret, word.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return new String(secret, StandardCharsets.US_ASCII);
  }
}
