package dev.carrel.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamedCommandsTest {
  @Test
  void commands_of_add_ons_are_named_with_their_scope_and_those_of_the_shell_are_not() {
    assertThat(NamedCommands.of(List.of("gogo:cat", "osgi:eval", "cm:getconfiguration", "sample:greet", "carrel:run", "felix:lb", "carrel:list", "plain")))
        .containsExactly("list", "run", "sample:greet");
  }
}
