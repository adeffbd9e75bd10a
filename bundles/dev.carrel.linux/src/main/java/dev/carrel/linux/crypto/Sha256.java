package dev.carrel.linux.crypto;

import com.sun.jna.Memory;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * SHA-256 by libcrypto, which uses the processor's own instructions for it. Java has them in the second compiler alone, and takes ten times as long in
 * a JVM that is to start soon, and so does without that.
 */
final class Sha256 extends MessageDigest {
  private static final int LENGTH = 32;
  /** SHA256_CTX: eight words of hash, two of length, sixteen of data, two of sizes. */
  private static final int STATE = 112;
  private static final int CHUNK = 64 * 1024;
  /** Up to that, what comes is collected: each call of the library takes as long as some hundred bytes. */
  private static final int SMALL = 4096;

  private final Memory state = new Memory(STATE);
  private final Memory data = new Memory(CHUNK);
  private final byte[] small = new byte[SMALL];
  private int collected;

  Sha256() {
    super("SHA-256");
    engineReset();
  }

  /** Whether the library is there and can be relied on: FIPS 180-2, appendix B.1. */
  static boolean isSound() {
    try {
      byte[] hash = new Sha256().digest(new byte[] {'a', 'b', 'c'});
      return HexFormat.of().formatHex(hash).equals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    } catch (LinkageError e) {
      return false;
    }
  }

  @Override
  protected int engineGetDigestLength() {
    return LENGTH;
  }

  @Override
  protected void engineUpdate(byte one) {
    if (collected == SMALL) {
      pass();
    }
    small[collected++] = one;
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    if (length > SMALL - collected) {
      pass();
    }
    if (length <= SMALL) {
      System.arraycopy(input, offset, small, collected, length);
      collected += length;
      return;
    }
    for (int done = 0; done < length; done += CHUNK) {
      hash(input, offset + done, Math.min(CHUNK, length - done));
    }
  }

  private void pass() {
    hash(small, 0, collected);
    collected = 0;
  }

  private void hash(byte[] input, int offset, int length) {
    data.write(0, input, offset, length);
    require(LibCrypto.SHA256_Update(state, data, length));
  }

  @Override
  protected byte[] engineDigest() {
    pass();
    require(LibCrypto.SHA256_Final(data, state));
    byte[] hash = data.getByteArray(0, LENGTH);
    engineReset();
    return hash;
  }

  @Override
  protected void engineReset() {
    collected = 0;
    require(LibCrypto.SHA256_Init(state));
  }

  private static void require(int success) {
    if (success != 1) {
      throw new IllegalStateException("libcrypto cannot make a SHA-256");
    }
  }
}
