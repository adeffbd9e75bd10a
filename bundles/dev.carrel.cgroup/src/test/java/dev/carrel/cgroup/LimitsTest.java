package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.api.container.NumberSet;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final Limits NONE = Limits.none();

  @Test
  void a_change_leaves_what_it_does_not_speak_of() {
    Limits old = NONE.withMemory(new Bound(64 << 20)).withProcesses(new Bound(5)).withIo(List.of(rate(8, 0, 100)));
    Limits changed = old.changedBy(NONE.withMemory(Bound.none()).withCpus(new Bound(1500)).withIo(List.of(rate(8, 16, 7))));
    assertThat(changed).isEqualTo(NONE.withMemory(Bound.none()).withProcesses(new Bound(5)).withCpus(new Bound(1500))
        .withIo(List.of(rate(8, 0, 100), rate(8, 16, 7))));
    assertThat(NONE.changedBy(NONE).isEmpty()).isTrue();
  }

  private static IoLimit rate(int major, int minor, long bytes) {
    return new IoLimit(major, minor, Optional.of(new Bound(bytes)), Optional.empty(), Optional.empty(), Optional.empty());
  }

  @Test
  void what_no_container_could_live_with_is_no_limit() {
    for (long bytes : new long[] {0, 1, Limits.LEAST_MEMORY - 1}) {
      assertThatIllegalArgumentException().isThrownBy(() -> NONE.withMemory(new Bound(bytes))).withMessageContaining("at least 1M");
      assertThatIllegalArgumentException().isThrownBy(() -> NONE.withMemoryHigh(new Bound(bytes))).withMessageContaining("slowed down from 1M of memory on");
    }
    for (long number : new long[] {0, 4_194_305, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException().isThrownBy(() -> NONE.withProcesses(new Bound(number))).withMessageContaining("1 to 4194304 processes");
    }
    for (long thousandths : new long[] {0, 9, Long.MAX_VALUE}) {
      assertThatIllegalArgumentException().isThrownBy(() -> NONE.withCpus(new Bound(thousandths))).withMessageContaining("0.01 to 1000000 processors");
    }
    for (int weight : new int[] {-1, 0, 10_001, Integer.MAX_VALUE}) {
      assertThatIllegalArgumentException().isThrownBy(() -> NONE.withCpuWeight(weight));
      assertThatIllegalArgumentException().isThrownBy(() -> NONE.withIoWeight(weight));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new Bound(-2));
    assertThatIllegalArgumentException().isThrownBy(() -> rate(8, 0, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> rate(4096, 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> NONE.withHugePages(Map.of("../2MB", new Bound(1))));
    assertThatIllegalArgumentException().isThrownBy(() -> NONE.withMemory(new Bound(64 << 20)).withMemoryHigh(new Bound(65 << 20)))
        .withMessageContaining("is more than it may have");
  }

  @Test
  void each_limit_needs_the_controller_that_sees_to_it() {
    assertThat(Controller.neededBy(NONE)).isEmpty();
    assertThat(Controller.neededBy(NONE.withSwap(new Bound(0)))).containsExactly(Controller.MEMORY);
    assertThat(Controller.neededBy(NONE.withCpuset(NumberSet.of("0")).withCpuWeight(5))).containsExactlyInAnyOrder(Controller.CPU, Controller.CPUSET);
    assertThat(Controller.neededBy(NONE.withIoWeight(5).withHugePages(Map.of("2MB", new Bound(0)))))
        .containsExactlyInAnyOrder(Controller.IO, Controller.HUGETLB);
  }
}
