package dev.carrel.network.veth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The hosts file that all containers of a network see. It is mounted, so it has to stay the same file: each container has a piece of a
 * fixed size, which is written in one go. Who reads it meanwhile sees a piece as it was or as it is.
 */
record HostsFile(Path path) {
  private static final int PIECE = 512;

  /** What comes before the containers. */
  static String head(String host) {
    return padded("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 " + host + "\n");
  }

  private static String padded(String text) {
    return text + " ".repeat(Math.max(0, PIECE - 1 - text.length())) + "\n";
  }

  private static String mark(String id) {
    return "# " + id + "\n";
  }

  /** The caller has the lock. */
  void add(String id, String lines) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      String text = text(file);
      int at = PIECE;
      while (at < text.length() && !text.substring(at, Math.min(text.length(), at + PIECE)).isBlank()) {
        at += PIECE;
      }
      write(file, at, padded(mark(id) + lines));
    }
  }

  /** Does nothing if it is not there. The caller has the lock. */
  void remove(String id) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      String text = text(file);
      for (int at = PIECE; at < text.length(); at += PIECE) {
        if (text.startsWith(mark(id), at)) {
          write(file, at, padded(""));
        }
      }
    } catch (NoSuchFileException e) {
      // the network has gone
    }
  }

  private static String text(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) > 0) {
      continue;
    }
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }

  private static void write(FileChannel file, int at, String piece) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(piece.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      file.write(bytes, at + bytes.position());
    }
  }
}
