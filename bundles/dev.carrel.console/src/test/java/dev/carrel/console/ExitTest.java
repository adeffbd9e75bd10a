package dev.carrel.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExitTest {
  @Test
  void exit_ends_with_the_status_of_the_last_command() {
    assertThat(Exit.isExit("exit")).isTrue();
    assertThat(Exit.status("exit", 3)).isEqualTo(3);
  }

  @Test
  void exit_with_a_number_ends_with_that_as_far_as_a_process_can() {
    assertThat(Exit.isExit("quit 7")).isTrue();
    assertThat(Exit.status("exit 7", 3)).isEqualTo(7);
    assertThat(Exit.status("exit 256", 3)).isZero();
  }

  @Test
  void other_words_do_not_end_a_session() {
    for (String line : new String[] {"", "exits", "echo exit", "exit now", "exit 1 2", "exit 1000"}) {
      assertThat(Exit.isExit(line)).as(line).isFalse();
    }
  }
}
