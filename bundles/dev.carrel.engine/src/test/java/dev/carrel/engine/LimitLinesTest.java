package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.NumberSet;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class LimitLinesTest {
  private static Optional<Limits> recorded(Limits limits) {
    Properties lines = new Properties();
    LimitLines.write(lines, limits);
    return LimitLines.read(lines);
  }

  @Test
  void what_a_container_may_consume_is_known_to_other_processes() {
    Limits limits = Limits.none().withMemory(new Bound(1 << 30)).withMemoryHigh(new Bound(1 << 29)).withSwap(new Bound(0)).withCpus(new Bound(1500))
        .withCpuWeight(7).withCpuset(NumberSet.of("0-1")).withProcesses(Bound.none()).withIoWeight(9)
        .withIo(List.of(new IoLimit(8, 16, Optional.of(new Bound(5)), Optional.empty(), Optional.of(Bound.none()), Optional.empty())))
        .withHugePages(Map.of("2MB", new Bound(0)));
    assertThat(recorded(limits)).hasValue(limits);
    assertThat(recorded(Limits.none())).hasValue(Limits.none());
    assertThat(LimitLines.read(new Properties())).isEmpty();
  }

  @Test
  void that_it_ran_out_of_memory_is_known_when_its_group_is_gone() {
    Properties lines = new Properties();
    assertThat(LimitLines.outOfMemory(lines)).isEmpty();
    OutOfMemory word = new OutOfMemory(3, OptionalLong.of(5), OptionalLong.empty());
    LimitLines.write(lines, word);
    assertThat(LimitLines.outOfMemory(lines)).hasValue(word);
  }
}
