package dev.carrel.store.debian;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Counts what comes out of a decompressor and stops it when that is more than an honest archive gives. Besides the limit
 * for all there is one for what lies between two files: a header that describes a name of gigabytes would be read into
 * memory.
 */
final class MeteredInput extends FilterInputStream {
  private final long limit;
  private long total;
  private long pauseLimit = Long.MAX_VALUE;

  /** Says that an archive unpacks to more than it may. */
  static final class TooMuch extends IOException {
    private static final long serialVersionUID = 1L;

    TooMuch(String message) {
      super(message);
    }
  }

  MeteredInput(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  /** Only so many bytes more may be read until {@link #release()}. */
  void allow(long bytes) {
    pauseLimit = total + bytes;
  }

  void release() {
    pauseLimit = Long.MAX_VALUE;
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    count(value < 0 ? 0 : 1);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    count(Math.max(0, count));
    return count;
  }

  @Override
  public long skip(long wanted) throws IOException {
    long count = in.skip(wanted);
    count(count);
    return count;
  }

  /** Decompressors do not go back. */
  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(long bytes) throws IOException {
    total += bytes;
    if (total > limit) {
      throw new TooMuch("it unpacks to more than " + limit + " bytes, which is more than a package of its size may have");
    }
    if (total > pauseLimit) {
      throw new TooMuch("a header between two of its files is too long");
    }
  }
}
