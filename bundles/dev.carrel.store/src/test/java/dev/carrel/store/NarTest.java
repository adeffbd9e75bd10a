package dev.carrel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against serializations written down by hand, as figure 5.2 of Dolstra's thesis has the format. */
class NarTest {
  @TempDir Path directory;

  /** Words, each with its length in 8 bytes, little-endian, and padded to 8. */
  private static byte[] words(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length).array());
      out.writeBytes(bytes);
      out.writeBytes(new byte[(8 - bytes.length % 8) % 8]);
    }
    return out.toByteArray();
  }

  private static void assertSerialized(Path tree, String... words) throws Exception {
    byte[] expected = words(words);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(expected));
    assertThat(Nar.of(tree, Samples.host())).isEqualTo(new Nar.Result("sha256:" + hash, expected.length));
  }

  @Test
  void a_file() throws Exception {
    Path file = Files.writeString(directory.resolve("f"), "hello, world");

    assertSerialized(file, "nix-archive-1", "(", "type", "regular", "contents", "hello, world", ")");
  }

  @Test
  void an_empty_file_and_one_whose_length_is_a_multiple_of_eight() throws Exception {
    assertSerialized(Files.createFile(directory.resolve("empty")), "nix-archive-1", "(", "type", "regular", "contents", "", ")");
    assertSerialized(Files.writeString(directory.resolve("eight"), "12345678"),
        "nix-archive-1", "(", "type", "regular", "contents", "12345678", ")");
  }

  @Test
  void a_directory_in_the_order_of_bytes_with_a_program_and_a_link() throws Exception {
    Files.createSymbolicLink(directory.resolve("b"), Path.of("/somewhere"));
    Path program = Files.writeString(directory.resolve("Z"), "#!");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("r-xr-xr-x"));
    Files.createDirectory(directory.resolve("é"));

    assertSerialized(directory, "nix-archive-1", "(", "type", "directory",
        "entry", "(", "name", "Z", "node", "(", "type", "regular", "executable", "", "contents", "#!", ")", ")",
        "entry", "(", "name", "b", "node", "(", "type", "symlink", "target", "/somewhere", ")", ")",
        "entry", "(", "name", "é", "node", "(", "type", "directory", ")", ")", ")");
  }

  @Test
  void what_is_no_file_directory_or_link_has_no_hash() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> Nar.of(directory, Samples.host())).withMessageContaining(pipe.toString());
  }

  @Test
  void it_is_the_hash_that_nix_tells() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/nix-hash")), "needs nix-hash (Debian's nix-bin), to compare with");
    Files.writeString(directory.resolve("file"), "content");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
    Process nix = new ProcessBuilder("nix-hash", "--type", "sha256", directory.toString()).start();

    assertThat(Nar.of(directory, Samples.host()).hash()).isEqualTo("sha256:" + new String(nix.getInputStream().readAllBytes()).strip());
  }
}
