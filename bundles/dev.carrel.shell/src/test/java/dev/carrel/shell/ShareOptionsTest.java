package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IoPriority;
import dev.carrel.api.container.MemoryPolicy;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.SchedulingPolicy;
import dev.carrel.api.container.Stdio;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShareOptionsTest {
  private static ProcessTraits traits(String... options) {
    String[] words = List.of(options).toArray(new String[options.length + 1]);
    words[options.length] = "true";
    return WorkplaceOptions.RUN.parse("run", words, false).request(Stdio.inherit(), word -> 1L).traits();
  }

  @Test
  void each_option_says_one_thing_and_the_last_word_counts() {
    assertThat(traits("--nice=3", "--scheduler=rr:7", "--cpu-affinity=3,0-1", "--nice=-4", "--io-priority=best-effort:5",
        "--memory-policy=interleave:0,2").scheduling()).isEqualTo(new Scheduling(OptionalInt.of(-4),
        Optional.of(new SchedulingPolicy(SchedulingPolicy.Kind.RR, 7)), Optional.of(new NumberSet(List.of(0, 1, 3))),
        Optional.of(new IoPriority(IoPriority.Kind.BEST_EFFORT, 5)),
        Optional.of(new MemoryPolicy(MemoryPolicy.Kind.INTERLEAVE, new NumberSet(List.of(0, 2))))));
    assertThat(traits("--personality=linux32,addr-no-randomize", "--personality=linux32").personality())
        .containsExactlyInAnyOrder(Personality.LINUX32, Personality.ADDR_NO_RANDOMIZE);
    assertThat(traits()).isEqualTo(ProcessTraits.standard());
  }

  @ParameterizedTest
  @ValueSource(strings = {"other", "batch", "idle", "fifo:1", "rr:99"})
  void a_policy_is_written_as_it_is_read(String text) {
    assertThat(SchedulingPolicy.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"idle", "best-effort:0", "realtime:7"})
  void a_priority_at_disks_is_written_as_it_is_read(String text) {
    assertThat(IoPriority.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(delimiter = ' ', value = {"0 0", "3,1,2 1-3", "0-1,3 0-1,3", "0-63,64 0-64", "5,5 5", "8191 8191"})
  void numbers_are_written_in_order(String text, String written) {
    assertThat(NumberSet.of(text)).hasToString(written);
    assertThat(NumberSet.of(written)).isEqualTo(NumberSet.of(text));
  }

  @Test
  void numbers_are_bits() {
    assertThat(NumberSet.of("0,63-65").bits()).containsExactly(0x8000_0000_0000_0001L, 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nice=", "nice=20", "nice=-21", "nice=1.5", "scheduler=", "scheduler=other:0", "scheduler=fifo", "scheduler=fifo:0", "scheduler=rr:x",
      "scheduler=deadline", "cpu-affinity=", "cpu-affinity=,", "cpu-affinity=1-", "cpu-affinity=-1", "cpu-affinity=2-1", "cpu-affinity=8192", "cpu-affinity=a",
      "io-priority=", "io-priority=best-effort", "io-priority=idle:1", "io-priority=realtime:8", "io-priority=best-effort:-1", "memory-policy=", "memory-policy=bind",
      "memory-policy=bind:", "memory-policy=preferred:0-1", "memory-policy=local:0", "personality=", "personality=windows", "personality=linux32,"})
  void what_makes_no_sense_is_refused_in_one_line(String option) {
    assertThatThrownBy(() -> traits("--" + option)).isInstanceOf(CarrelException.class).hasMessageContaining("--" + option)
        .matches(refused -> ((CarrelException) refused).kind() == CarrelException.Kind.USAGE);
  }

  @Test
  void what_is_not_known_is_told_with_what_is() {
    assertThatThrownBy(() -> traits("--scheduler=deadline")).hasMessageContaining("there are other, batch, idle, fifo:PRIORITY and rr:PRIORITY");
    assertThatThrownBy(() -> traits("--io-priority=high")).hasMessageContaining("idle, best-effort:LEVEL and realtime:LEVEL");
    assertThatThrownBy(() -> traits("--memory-policy=near:0")).hasMessageContaining("bind:NODES, interleave:NODES and preferred:NODE");
    assertThatThrownBy(() -> traits("--personality=bsd")).hasMessageContaining("it is one of linux32, uname26, addr-no-randomize");
  }
}
