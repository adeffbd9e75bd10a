package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
  @ParameterizedTest
  @CsvSource({"0, 0 B", "999, 999 B", "1000, 1.0 kB", "1550, 1.6 kB", "53100, 53.1 kB", "99940, 99.9 kB", "99960, 100 kB", "123456, 123 kB",
      "999499, 999 kB", "999500, 1.0 MB", "999999999, 1.0 GB", "415000000, 415 MB", "9223372036854775807, 9.2 EB"})
  void a_size_has_at_least_two_digits_and_never_four(long bytes, String shown) {
    assertThat(Sizes.of(bytes)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({"0.2, 1 s", "12, 12 s", "60, 60 s", "61, 2 min", "3600, 60 min", "3601, 2 h"})
  void a_time_is_told_in_its_largest_unit(double seconds, String shown) {
    assertThat(Sizes.time(seconds)).isEqualTo(shown);
  }
}
