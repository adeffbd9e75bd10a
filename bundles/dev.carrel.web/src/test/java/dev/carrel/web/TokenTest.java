package dev.carrel.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTest {
  @TempDir Path directory;

  private static void refused(Path file, String reason) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> Token.of(file)).withMessageContaining(reason).withMessageContaining(file.toString());
  }

  private Path file(String text, String mode) throws IOException {
    Path file = Files.writeString(directory.resolve("token"), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @Test
  void no_two_are_the_same_and_each_is_itself_alone() {
    Token token = Token.fresh();

    assertThat(token.toString()).matches("[A-Za-z0-9_-]{32}").isNotEqualTo(Token.fresh().toString());
    assertThat(token.is(token.toString())).isTrue();
    assertThat(token.is("")).isFalse();
    assertThat(token.is(token + "x")).isFalse();
  }

  @Test
  void a_file_is_made_for_its_user_alone_and_has_the_same_token_later() throws IOException {
    Path file = directory.resolve("token");
    Token made = Token.of(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    assertThat(Token.of(file)).hasToString(made.toString());
  }

  @Test
  void a_file_that_others_may_read_or_that_is_a_link_is_refused() throws IOException {
    refused(file("a".repeat(40), "rw-r-----"), "nobody else may read (chmod 600)");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file("a".repeat(40), "rw-------"));
    refused(link, "has to be a file of yours");
    refused(Files.createDirectory(directory.resolve("directory")), "has to be a file of yours");
    refused(directory.resolve("missing/token"), "cannot make the token's file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "with/a/slash/and/long/enough/for/a/token", "two lines that are long enough\nfor a token, taken together"})
  void what_is_no_token_is_refused(String text) throws IOException {
    refused(file(text, "rw-------"), "a token has 32 to 256 letters");
    assertThat(Files.readString(directory.resolve("token"))).isEqualTo(text);
  }
}
