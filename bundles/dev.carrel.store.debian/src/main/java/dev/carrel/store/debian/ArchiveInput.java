package dev.carrel.store.debian;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells failures to read an archive from failures to write an item: the former become {@link DamagedException}. */
final class ArchiveInput extends FilterInputStream {
  ArchiveInput(InputStream in) {
    super(in);
  }

  /** One that leaves {@code in} open. */
  static InputStream of(InputStream in) {
    return new ArchiveInput(new Unclosed(in));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return in.read(buffer, offset, length);
    } catch (DamagedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Unchecked ones too: what a library throws on noise is no fault of Carrel.
      throw new DamagedException(e);
    }
  }

  /** A member's end is not the archive's. */
  static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return in.read(buffer, offset, length);
    }

    @Override
    public void close() {}
  }
}
