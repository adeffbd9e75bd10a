package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerLog;
import dev.carrel.api.isolation.ContainerRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Reads the two files that a container's first process writes by turns. A file ends with the piece that did not fit: it is in
 * the other one, whole. A file that became shorter than what was read of it has been begun anew.
 */
final class LogFiles implements ContainerLog {
  private static final int HEADER = 32;
  private static final int LARGEST_PIECE = 1 << 20;
  private static final long POLL_MILLIS = 50;

  private final FileChannel[] files = new FileChannel[2];
  private int current;
  private long position;
  private Instant last = Instant.MIN;

  private LogFiles(Path directory) throws IOException {
    files[0] = FileChannel.open(directory.resolve(ContainerRecord.LOG), StandardOpenOption.READ);
    try {
      files[1] = FileChannel.open(directory.resolve(ContainerRecord.OTHER_LOG), StandardOpenOption.READ);
    } catch (IOException e) {
      files[0].close();
      throw e;
    }
    Instant first = firstTime(0);
    Instant other = firstTime(1);
    current = other != null && (first == null || other.isBefore(first)) ? 1 : 0;
  }

  static ContainerLog open(Path directory) {
    try {
      return new LogFiles(directory);
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the log in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** Null for a file that is empty. */
  private Instant firstTime(int file) throws IOException {
    ByteBuffer header = read(file, 0, HEADER);
    return header == null ? null : time(header);
  }

  private static Instant time(ByteBuffer header) {
    return Instant.ofEpochSecond(header.getLong(0), header.getLong(8));
  }

  /** Null if there is less. */
  private ByteBuffer read(int file, long at, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    while (buffer.hasRemaining()) {
      if (files[file].read(buffer, at + buffer.position()) < 0) {
        return null;
      }
    }
    return buffer;
  }

  @Override
  public Optional<Piece> next(Duration wait) throws InterruptedException {
    long deadline = System.nanoTime() + wait.toNanos();
    try {
      while (true) {
        Optional<Piece> piece = next();
        long left = deadline - System.nanoTime();
        if (piece.isPresent() || left <= 0) {
          return piece;
        }
        Thread.sleep(Math.min(POLL_MILLIS, left / 1_000_000 + 1));
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot read the log: " + e.getMessage(), e);
    }
  }

  private Optional<Piece> next() throws IOException {
    if (files[current].size() < position) {
      position = 0; // both were begun anew meanwhile: what was lost is lost
    }
    Optional<Piece> piece = piece();
    if (piece.isEmpty()) {
      Instant other = firstTime(1 - current);
      if (other != null && !other.isBefore(last) && !(other.equals(last) && position == 0)) {
        Optional<Piece> late = piece(); // written between the two looks
        if (late.isPresent()) {
          return late;
        }
        current = 1 - current;
        position = 0;
        piece = piece();
      }
    }
    return piece;
  }

  private Optional<Piece> piece() throws IOException {
    ByteBuffer header = read(current, position, HEADER);
    if (header == null) {
      return Optional.empty();
    }
    long size = header.getLong(16);
    if (size < 0 || size > LARGEST_PIECE) {
      throw new IOException("there is no piece at " + position);
    }
    ByteBuffer bytes = read(current, position + HEADER, (int) size);
    if (bytes == null) {
      return Optional.empty();
    }
    position += HEADER + size;
    last = time(header);
    return Optional.of(new Piece(last, header.getLong(24) == 2, bytes.array()));
  }

  @Override
  public void close() {
    for (FileChannel file : files) {
      try {
        file.close();
      } catch (IOException e) {
        // it was open for reading
      }
    }
  }
}
