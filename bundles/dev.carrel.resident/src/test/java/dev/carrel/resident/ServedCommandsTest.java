package dev.carrel.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServedCommandsTest {
  private static boolean served(String line) {
    return ServedCommands.include(List.of(line.split(" ")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"run -- /bin/true", "shell python3 -- python3 -c 1", "list --json", "profile install jq", "system container web.toml"})
  void what_asks_nothing_of_its_own_process_is_served(String line) {
    assertThat(served(line)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "web", "felix:lb", "doctor", "run --preserve-fds=3 -- true", "run --preserve-fds 3 -- true", "run --args=5 -- true",
    "shell --pure hello", "run --expose=/proc/self/cwd -- true", "run --seccomp=/dev/fd/5 -- true"})
  void what_does_is_not(String line) {
    assertThat(served(line)).isFalse();
  }

  @Test
  void words_of_the_program_are_its_own() {
    assertThat(served("run -- cat /proc/self/status --pure")).isTrue();
  }

  @Test
  void no_words_are_a_session_which_is_not_served() {
    assertThat(ServedCommands.include(List.of())).isFalse();
  }
}
