package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.IoPriority;
import dev.carrel.api.container.MemoryPolicy;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.SchedulingPolicy;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Inside;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordFileTest {
  private static ProcessSpec recorded(ProcessTraits traits) {
    Properties lines = new Properties();
    Identity identity = new Identity(new IdMapping(1, 1, 1), new IdMapping(1, 1, 1));
    RecordFile.write(lines, new ProcessSpec(List.of("x"), Map.of("A", "two\nlines"), Path.of("/d"), Stdio.discard(), traits),
        new Inside(Namespace.standard(), identity, Security.standard()));
    ProcessSpec read = RecordFile.process(lines);
    assertThat(read.environment()).containsExactly(Map.entry("A", "two\nlines"));
    return read;
  }

  @Test
  void how_a_program_runs_is_known_to_other_processes() {
    ProcessTraits traits = new ProcessTraits(Optional.empty(), OptionalInt.of(027), List.of(5L), new Scheduling(OptionalInt.of(-3),
        Optional.of(SchedulingPolicy.of("fifo:9")), Optional.of(NumberSet.of("0-2,7")), Optional.of(IoPriority.of("best-effort:6")),
        Optional.of(MemoryPolicy.of("bind:0"))), Set.of(Personality.ADDR_NO_RANDOMIZE, Personality.LINUX32));
    assertThat(recorded(traits).traits()).isEqualTo(traits);
    assertThat(recorded(ProcessTraits.standard()).traits()).isEqualTo(ProcessTraits.standard());
  }

  @Test
  void what_another_program_says_itself_counts() {
    Scheduling own = new Scheduling(OptionalInt.of(1), Optional.of(SchedulingPolicy.of("batch")), Optional.empty(), Optional.empty(), Optional.empty());
    Scheduling said = new Scheduling(OptionalInt.of(2), Optional.empty(), Optional.of(NumberSet.of("0")), Optional.empty(), Optional.empty());
    assertThat(said.or(own)).isEqualTo(new Scheduling(OptionalInt.of(2), Optional.of(SchedulingPolicy.of("batch")), Optional.of(NumberSet.of("0")),
        Optional.empty(), Optional.empty()));
  }
}
