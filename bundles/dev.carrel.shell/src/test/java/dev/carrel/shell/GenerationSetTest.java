package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationSetTest {
  private static final Instant NOW = Instant.parse("2026-05-31T00:00:00Z");
  private final LifeLine line = LifeLine.parse("profile delete-generations", new Options(), new String[0]);

  /** Six generations, one a day; the fifth is the present one. */
  private List<Integer> meant(String text) {
    List<Generation> there = new ArrayList<>();
    for (int number = 1; number <= 6; number++) {
      there.add(new Generation(ProfileName.DEFAULT, number, StorePath.of("0".repeat(32), "profile", ""), NOW.minus(Duration.ofDays(6 - number)),
          List.of()));
    }
    return GenerationSet.of(line, text, there, 5, NOW);
  }

  @Test
  void a_number_is_itself_a_range_and_an_age_are_what_is_there_but_not_the_present_one() {
    assertThat(meant("5")).containsExactly(5);
    assertThat(meant("9")).containsExactly(9);
    assertThat(meant("2..9")).containsExactly(2, 3, 4, 6);
    assertThat(meant("..2")).containsExactly(1, 2);
    assertThat(meant("4..")).containsExactly(4, 6);
    assertThat(meant("3d")).containsExactly(1, 2);
    assertThat(meant("0d")).containsExactly(1, 2, 3, 4);
    assertThat(meant("1w")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "x", "3..1", "1...3", "99999999999", "30", "30y", "d", "1..x", "../x"})
  void anything_else_is_refused_or_a_number(String text) {
    if (text.equals("30")) {
      assertThat(meant(text)).containsExactly(30);
    } else {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> meant(text));
    }
  }
}
