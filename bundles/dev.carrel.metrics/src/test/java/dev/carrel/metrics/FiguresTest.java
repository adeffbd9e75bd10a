package dev.carrel.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.resource.Usage;
import dev.carrel.metrics.ContainerFigures.Seen;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  /** The grammar of Prometheus' text form, for a line that is no comment. */
  private static final String SAMPLE = "[a-z_:][a-z0-9_:]*(\\{([a-z_]+=\"([^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)+})? -?[0-9.E]+(-[0-9]+)?";

  private static String text(Seen... seen) {
    Figures figures = new Figures();
    new ContainerFigures(List.of(seen)).addTo(figures, new Tally.Counts(7, Map.of("0", 5L, "137", 1L), 2));
    return figures.text();
  }

  private static Usage usage() {
    return new Usage(Optional.of(Duration.ofMillis(1500)), Optional.empty(), OptionalLong.of(4096), OptionalLong.empty(), OptionalLong.empty(),
        OptionalLong.of(3), OptionalLong.empty(), OptionalLong.empty(), 0, Map.of());
  }

  @Test
  void every_state_is_told_also_if_no_container_is_in_it() {
    assertThat(text(new Seen(Sample.running("a"), Optional.empty()), new Seen(Sample.ended("b", 1), Optional.empty())).lines())
        .contains("carrel_containers{state=\"running\"} 1.0", "carrel_containers{state=\"ended\"} 1.0", "carrel_containers{state=\"paused\"} 0.0",
            "carrel_container_starts_total 7.0", "carrel_container_ends_total{status=\"137\"} 1.0", "carrel_container_out_of_memory_kills_total 2.0");
  }

  @Test
  void of_usage_that_is_told_which_is_counted() {
    String text = text(new Seen(Sample.running("a"), Optional.of(usage())), new Seen(Sample.running("b"), Optional.empty()));

    assertThat(text.lines()).contains("carrel_container_cpu_seconds_total{id=\"a\",name=\"name-of-a\"} 1.5",
        "carrel_container_memory_bytes{id=\"a\",name=\"name-of-a\"} 4096.0", "carrel_container_pids{id=\"a\",name=\"name-of-a\"} 3.0");
    assertThat(text).doesNotContain("peak", "id=\"b\"", "written");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"a\"b | a\\\"b", "a\\b | a\\\\b", "} 1 | } 1", "ä€ | ä€"})
  void a_strange_name_cannot_be_taken_for_another_line(String name, String written) {
    String text = text(new Seen(Sample.called("a", name + "\nevil 1"), Optional.of(usage())));

    assertThat(text.lines()).contains("carrel_container_pids{id=\"a\",name=\"" + written + "\\nevil 1\"} 3.0");
    assertThat(text.lines().filter(line -> !line.startsWith("# "))).allMatch(line -> line.matches(SAMPLE));
  }
}
