package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Life.FirstProcess;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private final FakeBackend.FakeRunning running = new FakeBackend.FakeRunning(4321);
  private final Freezing byNobody = new Freezing(running, Optional.empty(), true);

  @Test
  void whose_program_is_its_first_process_is_paused_by_the_kernel_alone_and_who_asks_is_told_how() {
    Turns turns = new Turns("x", running, FirstProcess.PROGRAM);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> turns.requirePausable(true, false, byNobody))
        .withMessageStartingWith("cannot pause container x: its program is its first process (--as-pid-1)")
        .withMessageEndingWith("With --detach and a limit, such as --pids=unlimited, the kernel does");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> turns.requirePausable(false, false, byNobody))
        .withMessageStartingWith("cannot resume container x");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> turns.signalAll(false, false, 15))
        .withMessageStartingWith("cannot send a signal to everything in container x").withMessageEndingWith("nobody inside could do that");
  }

  @Test
  void who_has_a_first_process_of_carrels_can_be_paused_once_it_is_started() {
    for (FirstProcess first : FirstProcess.values()) {
      if (first != FirstProcess.PROGRAM) {
        Turns turns = new Turns("x", running, first);
        assertThatCode(() -> turns.requirePausable(true, false, byNobody)).doesNotThrowAnyException();
        assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> turns.requirePausable(true, true, byNobody))
            .withMessageContaining("carrel start x does that");
      }
    }
  }
}
