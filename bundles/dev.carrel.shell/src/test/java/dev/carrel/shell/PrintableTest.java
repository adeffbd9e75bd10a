package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
  @Test
  void what_would_act_on_the_terminal_is_made_visible() {
    assertThat(Printable.line("a\033]0;title\007b\n\r\t\u009b31m\u202egnp.exe\u2028"))
        .isEqualTo("a\\e]0;title\\u0007b\\n\\r\\t\\u009b31m\\u202egnp.exe\\u2028");
  }

  @Test
  void letters_of_any_language_stay() {
    assertThat(Printable.line("Grüße 世界 😀")).isEqualTo("Grüße 世界 😀");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain/-_.", "two words", "it's", "$HOME `x` \"y\"", "new\nline", "back\\slash", "it's\na\\b", "~", "*"})
  void a_word_can_be_given_back_to_a_shell(String word) throws Exception {
    Process shell = new ProcessBuilder("bash", "-c", "printf %s " + Printable.word(word)).start();

    assertThat(new String(shell.getInputStream().readAllBytes())).isEqualTo(word);
    assertThat(shell.waitFor()).isZero();
  }
}
