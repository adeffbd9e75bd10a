package dev.carrel.metrics;

import static dev.carrel.metrics.Sample.ended;
import static dev.carrel.metrics.Sample.in;
import static dev.carrel.metrics.Sample.killed;
import static dev.carrel.metrics.Sample.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.ContainerInfo.State;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
  private final Tally tally = new Tally();

  @Test
  void what_was_there_before_counts_neither_as_started_nor_as_ended() {
    tally.look(List.of(running("a"), ended("b", 0), killed("c", 5)));

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(0, Map.of(), 0));
  }

  @Test
  void what_has_ended_since_counts() {
    tally.look(List.of(running("a")));
    tally.look(List.of(ended("a", 3)));
    tally.look(List.of(ended("a", 3)));

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(0, Map.of("3", 1L), 0));
  }

  @Test
  void a_container_of_another_process_counts_when_it_is_seen_running_or_ended() {
    tally.look(List.of());
    tally.look(List.of(in(State.CREATED, "a"), running("b"), ended("c", 0)));
    tally.look(List.of(running("a"), running("b"), ended("c", 0)));

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(3, Map.of("0", 1L), 0));
  }

  @Test
  void of_one_that_is_gone_without_a_trace_it_is_not_known_how_it_ended() {
    tally.look(List.of());
    tally.look(List.of(running("a")));
    tally.look(List.of());
    tally.look(List.of());

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(1, Map.of("unknown", 1L), 0));
  }

  @Test
  void one_of_this_process_counts_once_whoever_tells_first() {
    tally.look(List.of());
    tally.look(List.of(running("seen-first")));
    tally.started(running("seen-first"));
    tally.started(running("told-first"));
    tally.look(List.of(running("seen-first"), running("told-first")));
    tally.look(List.of()); // both have ended, and that is about to be told
    tally.ended(running("seen-first"), "1");
    tally.ended(running("told-first"), "1");

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(2, Map.of("1", 2L), 0));
  }

  @Test
  void one_that_ended_before_its_start_was_told_counts_as_both() {
    tally.ended(running("a"), "");

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(1, Map.of("unknown", 1L), 0));
  }

  @Test
  void kills_are_added_up() {
    tally.look(List.of(killed("old", 2)));
    tally.look(List.of(killed("old", 3), killed("new", 1)));
    tally.look(List.of(killed("old", 3), killed("new", 2)));
    tally.look(List.of());

    assertThat(tally.counts().kills()).isEqualTo(3);
  }

  @Test
  void what_has_long_ended_is_forgotten_and_what_runs_is_not() {
    tally.look(List.of(ended("kept", 0)));
    tally.started(running("stays"));
    for (int i = 0; i < 30_000; i++) {
      tally.ended(running("container-" + i), "0");
    }
    assertThat(tally.remembered()).isEqualTo(10_000);
    tally.ended(running("stays"), "0");
    tally.look(List.of(ended("kept", 0)));

    assertThat(tally.counts()).isEqualTo(new Tally.Counts(30_001, Map.of("0", 30_001L), 0));
  }
}
