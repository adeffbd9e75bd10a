package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  @ParameterizedTest
  @CsvSource({"expos, expose", "shaer, share", "hostnme, hostname", "writeable-root, writable-root", "zzzzzz, ''", "network-of-mine, ''"})
  void a_slip_finds_its_name_and_nonsense_finds_none(String word, String meant) {
    assertThat(NearestName.of(word, List.of("expose", "share", "hostname", "network", "writable-root"))).isEqualTo(meant);
  }
}
