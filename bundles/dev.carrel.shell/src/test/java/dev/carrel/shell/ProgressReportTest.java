package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.Progress.Task;
import dev.carrel.api.Progress.Unit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressReportTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true);

  @Test
  void quiet_is_quiet() {
    FakeServices front = new FakeServices();
    front.terminal = true;
    try (ProgressReport report = new ProgressReport(out, true, front); Task task = report.begin("waiting", -1, Unit.ITEMS)) {
      task.done(1);
    }
    assertThat(bytes.size()).isZero();
  }

  @Test
  void where_no_terminal_is_no_control_character_is_written() {
    try (ProgressReport report = new ProgressReport(out, false, new FakeServices()); Task task = report.begin("waiting", -1, Unit.ITEMS)) {
      task.done(1);
    }
    assertThat(bytes.toString()).isEqualTo("carrel: waiting ...\n");
  }
}
