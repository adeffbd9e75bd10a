package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.Progress.Task;
import dev.carrel.api.Progress.Unit;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String UNWRAPPED = "\r\033[?7l";
  private static final String WRAPPED_AGAIN = "\033[K\033[?7h";
  private static final String CLEARED = "\r\033[K";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final FakeServices front = new FakeServices();
  private long now;

  private ProgressLines painted() {
    return ProgressLines.painted(out, front, () -> now);
  }

  private ProgressLines plain() {
    return ProgressLines.plain(out, () -> now);
  }

  /** What was written since the last call. */
  private String written() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  private String lastLine() {
    String text = written();
    int from = text.lastIndexOf(UNWRAPPED) + UNWRAPPED.length();
    return text.substring(from, text.lastIndexOf(WRAPPED_AGAIN));
  }

  @Test
  void a_terminal_shows_bar_amount_rate_and_rest_on_one_line_that_is_cleared_at_the_end() {
    ProgressLines lines = painted();
    Task task = lines.begin("downloading", 10_000_000, Unit.BYTES);
    assertThat(written()).isEqualTo(UNWRAPPED + "downloading [" + ".".repeat(24) + "] 0 B of 10.0 MB" + WRAPPED_AGAIN);

    now = 2 * SECOND;
    task.done(2_500_000);
    assertThat(lastLine()).isEqualTo("downloading [######..................] 2.5 MB of 10.0 MB, 1.3 MB/s, 6 s left");

    task.close();
    assertThat(written()).isEqualTo(CLEARED);
    lines.close();
    assertThat(written()).isEmpty();
  }

  @Test
  void a_line_is_never_wider_than_the_window_also_after_that_was_resized() {
    front.stdio = Stdio.terminal(new TerminalSize(24, 120));
    ProgressLines lines = painted();
    Task task = lines.begin("adding to the store", 117, Unit.ITEMS);
    task.detail("a-package-with-a-very-long-name-indeed-which-would-not-fit");
    now = SECOND;
    task.done(50);
    assertThat(lastLine()).contains("[##").hasSizeBetween(80, 119);

    front.stdio = Stdio.terminal(new TerminalSize(24, 30));
    now = 2 * SECOND;
    task.done(60);
    assertThat(lastLine()).isEqualTo("adding to the store 60 of 117");

    front.stdio = Stdio.terminal(new TerminalSize(24, 1));
    now = 3 * SECOND;
    task.done(61);
    assertThat(lastLine()).isEmpty();
  }

  @Test
  void a_terminal_that_does_not_tell_its_width_is_taken_to_have_80_columns() {
    front.stdio = Stdio.terminal(new TerminalSize(0, 0));

    painted().begin("x".repeat(100), -1, Unit.ITEMS);

    assertThat(lastLine()).hasSize(79);
  }

  @Test
  void the_line_is_painted_only_so_often() {
    Task task = painted().begin("downloading", 1000, Unit.BYTES);
    written();

    for (int i = 0; i < 1000; i++) {
      now += 1_000_000;
      task.done(i);
    }

    assertThat(written().split("\r", -1)).hasSizeBetween(15, 18);
  }

  @Test
  void when_the_last_task_ends_the_one_before_it_is_shown_again() {
    ProgressLines lines = painted();
    lines.begin("outer", -1, Unit.ITEMS);
    Task inner = lines.begin("inner", -1, Unit.ITEMS);
    assertThat(lastLine()).isEqualTo("inner");

    inner.close();
    assertThat(lastLine()).isEqualTo("outer");

    lines.close();
    assertThat(written()).isEqualTo(CLEARED);
  }

  @Test
  void nothing_is_shown_after_the_end() {
    ProgressLines lines = painted();
    Task task = lines.begin("downloading", 10, Unit.ITEMS);
    lines.close();
    written();

    now = SECOND;
    task.done(5);
    task.close();
    task.close();

    assertThat(written()).isEmpty();
  }

  @Test
  void words_of_others_cannot_move_the_cursor() {
    Task task = painted().begin("unpacking", -1, Unit.ITEMS);
    now = SECOND;
    task.detail("evil\033[2J\npackage");

    assertThat(lastLine()).isEqualTo("unpacking  evil\\e[2J\\npackage");
  }

  @Test
  void numbers_beyond_their_total_do_no_harm() {
    Task task = painted().begin("downloading", 10, Unit.BYTES);
    now = SECOND;
    task.done(Long.MAX_VALUE);

    assertThat(lastLine()).startsWith("downloading [########################] ").doesNotContain("left");
  }

  @Test
  void a_log_gets_no_line_of_short_work() {
    Task task = plain().begin("downloading", 10_000, Unit.BYTES);
    now = SECOND;
    task.done(10_000);
    task.close();

    assertThat(written()).isEmpty();
  }

  @Test
  void a_log_gets_a_line_of_long_work_now_and_then_and_one_at_its_end() {
    Task task = plain().begin("downloading", 100_000, Unit.BYTES);
    for (int second = 1; second <= 20; second++) {
      now = second * SECOND;
      task.done(second * 5_000L);
    }
    task.close();

    assertThat(written().lines()).containsExactly(
        "carrel: downloading 10.0 kB of 100 kB, 5.0 kB/s, 18 s left ...",
        "carrel: downloading 60.0 kB of 100 kB, 5.0 kB/s, 8 s left ...",
        "carrel: downloading: 100 kB in 20 s");
  }

  @Test
  void a_log_is_told_at_once_of_work_that_may_take_any_time() {
    plain().begin("waiting for another Carrel", -1, Unit.ITEMS);

    assertThat(written()).isEqualTo("carrel: waiting for another Carrel ...\n");
  }

  @Test
  void a_log_is_not_told_that_work_succeeded_which_did_not() {
    Task task = plain().begin("downloading", 100_000, Unit.BYTES);
    now = 3 * SECOND;
    task.done(5_000);
    task.close();

    assertThat(written().lines()).hasSize(1);
  }

  @Test
  void many_threads_leave_whole_lines() {
    ProgressLines lines = painted();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(CompletableFuture.runAsync(() -> {
        try (Task task = lines.begin("task", 100, Unit.ITEMS)) {
          for (int done = 0; done < 100; done++) {
            task.done(done);
          }
        }
      }));
    }
    all.forEach(CompletableFuture::join);
    lines.close();

    assertThat(written()).matches("(\r\033\\[\\?7l[^\r\033]*\033\\[K\033\\[\\?7h|\r\033\\[K)*").endsWith(CLEARED);
  }
}
