package dev.carrel.linux.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SHA-256 by libcrypto: the same as Java's, however it gets its bytes. */
class HashesTest {
  private final Random random = new Random(1);
  private MessageDigest ours;

  @BeforeEach
  void find() {
    Optional<MessageDigest> found = new Hashes().sha256();
    assumeTrue(found.isPresent(), "this machine has no libcrypto (Debian: libssl3)");
    ours = found.get();
  }

  private static MessageDigest java() throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256");
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void of_nothing_is_that_of_java() throws NoSuchAlgorithmException {
    assertThat(ours.digest()).isEqualTo(java().digest());
  }

  @Test
  void of_any_length_is_that_of_java() throws NoSuchAlgorithmException {
    for (int length : new int[] {1, 55, 56, 63, 64, 65, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1}) {
      byte[] bytes = bytes(length);
      assertThat(ours.digest(bytes)).as(length + " bytes").isEqualTo(java().digest(bytes));
    }
  }

  @Test
  void of_pieces_is_that_of_the_whole() throws NoSuchAlgorithmException {
    for (int round = 0; round < 200; round++) {
      byte[] bytes = bytes(random.nextInt(200_000));
      int done = 0;
      while (done < bytes.length) {
        int bound = random.nextBoolean() ? 20 : random.nextBoolean() ? 5_000 : 100_000;
        int piece = Math.min(bytes.length - done, random.nextInt(bound));
        if (piece == 1) {
          ours.update(bytes[done]);
        } else {
          ours.update(bytes, done, piece);
        }
        done += piece;
      }
      assertThat(ours.digest()).as("round " + round).isEqualTo(java().digest(bytes));
    }
  }

  @Test
  void what_was_begun_is_forgotten_by_a_reset() throws NoSuchAlgorithmException {
    ours.update(bytes(100));
    ours.update(bytes(100_000));
    ours.reset();
    assertThat(ours.digest(new byte[] {1})).isEqualTo(java().digest(new byte[] {1}));
  }

  @Test
  void is_written_into_an_array_that_is_large_enough() throws Exception {
    byte[] target = new byte[40];
    assertThat(ours.digest(target, 8, 32)).isEqualTo(32);
    assertThat(target).endsWith(java().digest());
    assertThatExceptionOfType(DigestException.class).isThrownBy(() -> ours.digest(new byte[31], 0, 31));
  }
}
