package dev.carrel.store;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * What a stream has, decompressed if its first bytes say that it is compressed. More than an honest archive gives is refused, for all
 * of it and for what lies between two files: a header that describes a name of gigabytes would be read into memory.
 */
final class Decompression extends FilterInputStream {
  /** Whatever the ratio, so much may come out. */
  private static final long FREE_BYTES = 256L << 20;
  /** Archives of programs stay below 100. */
  private static final long MOST_RATIO = 1000;
  private static final long LONGEST_HEADER = 1L << 20;
  private static final int BUFFER = 1 << 16;
  /** xz -9e needs 65 MiB. */
  private static final int XZ_MEMORY_KIB = 256 << 10;
  private static final int LONGEST_MARK = 6;

  private final Counted raw;
  private long total;
  private long pauseLimit = Long.MAX_VALUE;

  private Decompression(InputStream in, Counted raw) {
    super(in);
    this.raw = raw;
  }

  /** Counts what is read. */
  private static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = in.read();
      count += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      count += Math.max(read, 0);
      return read;
    }
  }

  static Decompression of(InputStream in) throws IOException {
    Counted raw = new Counted(in);
    BufferedInputStream buffered = new BufferedInputStream(raw, BUFFER);
    buffered.mark(LONGEST_MARK);
    String mark = HexFormat.of().formatHex(buffered.readNBytes(LONGEST_MARK));
    buffered.reset();
    InputStream plain = buffered;
    if (mark.startsWith("1f8b")) {
      plain = new GZIPInputStream(buffered, BUFFER);
    } else if (mark.equals("fd377a585a00")) {
      plain = new XZInputStream(buffered, XZ_MEMORY_KIB);
    } else if (mark.startsWith("28b52ffd")) {
      plain = new ZstdInputStream(buffered);
    } else if (mark.startsWith("425a68")) {
      plain = new BZip2CompressorInputStream(buffered, true);
    }
    return new Decompression(plain, raw);
  }

  /** Until {@link #endHeader} no more may be read than a header has. */
  void beginHeader() {
    pauseLimit = total + LONGEST_HEADER;
  }

  void endHeader() {
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
    int read = in.read(buffer, offset, length);
    count(Math.max(read, 0));
    return read;
  }

  @Override
  public long skip(long wanted) throws IOException {
    long skipped = in.skip(wanted);
    count(skipped);
    return skipped;
  }

  /** Decompressors do not go back. */
  @Override
  public boolean markSupported() {
    return false;
  }

  private void count(long bytes) throws IOException {
    total += bytes;
    if (total > FREE_BYTES && total / MOST_RATIO > raw.count) {
      throw new IOException("it unpacks to more than " + MOST_RATIO + " times its size, as no honest archive does");
    }
    if (total > pauseLimit) {
      throw new IOException("a header between two of its files is too long");
    }
  }
}
