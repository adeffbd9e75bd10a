package dev.carrel.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class FamiliarNamesTest {
  @Test
  void who_comes_from_another_tool_is_told_what_it_is_called_here() {
    assertThat(FamiliarNames.own("ps", Set.of("list", "run"))).hasValue("list");
    assertThat(FamiliarNames.own("attach", Set.of("logs"))).hasValue("logs --follow");
  }

  @Test
  void nobody_is_sent_to_a_command_that_is_not_there() {
    assertThat(FamiliarNames.own("ps", Set.of("run"))).isEmpty();
    assertThat(FamiliarNames.own("nonsense", Set.of("list"))).isEmpty();
  }
}
