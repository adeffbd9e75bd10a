package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Programs in a container on a terminal, and without one. */
@ExtendWith(TestStore.Extension.class)
class TerminalIT {
  private static Typing shell(TestStore store, String... words) {
    return new Typing(store.shell(words).withVariable("PS1", "$ "));
  }

  @Test
  void a_program_has_a_terminal_of_its_own_of_the_same_kind_and_size(TestStore store) throws Exception {
    Typing.Seen seen = shell(store, "--no-cwd", "--", "sh", "-c", "tty; stty size; echo $TERM; test -c /dev/console && echo console; echo x > /dev/tty").run();

    assertThat(seen.status()).isZero();
    assertThat(seen.screen()).containsPattern("/dev/(pts/\\d+|console)\r\n24 80\r\nxterm\r\nconsole\r\nx\r\n");
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void without_a_command_there_is_an_interactive_shell_whose_status_is_told(TestStore store) throws Exception {
    Typing.Seen seen = shell(store, "--no-cwd").expect("[env]").enter("hello; case $- in *i*) echo inter''active;; esac")
        .expect("Hello, world!").expect("interactive").expect("[env]").enter("exit 5").run();

    assertThat(seen.status()).isEqualTo(5);
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void a_line_can_be_edited_and_ctrl_d_ends_the_shell(TestStore store) throws Exception {
    Typing.Seen seen = shell(store, "--no-cwd").expect("[env]").enter("echo edted\u001b[D\u001b[D\u001b[Di").expect("edited\r\n")
        .expect("[env]").send("\u0004").run();

    assertThat(seen.status()).isZero();
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void a_new_size_of_the_window_is_seen_inside(TestStore store) throws Exception {
    Typing.Seen seen = shell(store, "--no-cwd", "--", "sh", "-c", "trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.05; done")
        .expect("ready").size(30, 100).expect("30 100").run();

    assertThat(seen.status()).isEqualTo(3);
  }

  @Test
  void ctrl_c_interrupts_the_program_inside_and_nothing_else(TestStore store) throws Exception {
    // Not bash, which may take what is typed right after Ctrl-C for an end of the input; and the program itself says that it runs.
    Typing.Seen seen = shell(store, "--no-cwd", "--", "env", "PS1=ready: ", "sh", "-i").expect("ready:").enter("sh -c 'echo be\"\"gun; exec sleep 4321'")
        .expect("begun").send("\u0003").expect("ready:").enter("echo status $?").expect("status 130").expect("ready:").enter("exit 0").run();

    assertThat(seen.status()).isZero();
  }

  @Test
  void jobs_can_be_stopped_and_continued(TestStore store) throws Exception {
    String program = "sh -c 'trap \"echo again\" CONT; echo be''gun; until read x; do :; done; echo got $x'";
    Typing.Seen seen = shell(store, "--no-cwd").expect("[env]").enter(program.replace("be''gun", "be\"\"gun")).expect("begun").send("\u001a")
        .expect("Stopped").expect("[env]").enter("fg").expect("again").enter("this").expect("got this").expect("[env]").enter("exit").run();

    assertThat(seen.status()).isZero();
  }

  @Test
  void whatever_a_program_does_to_the_terminal_is_undone(TestStore store) throws Exception {
    assertThat(shell(store, "--no-cwd", "--", "stty", "raw", "-echo").run().restored()).isTrue();
    for (String signal : new String[] {"TERM", "HUP", "KILL"}) {
      Typing.Seen seen = shell(store, "--no-cwd", "--", "sh", "-c", "stty raw; echo begun; exec sleep 4321").expect("begun").signal(signal).run();
      assertThat(seen.restored()).as(signal).isTrue();
    }
  }

  @Test
  void a_program_ended_by_a_signal_is_told_as_a_shell_does(TestStore store) throws Exception {
    assertThat(shell(store, "--no-cwd", "--", "sh", "-c", "kill -KILL $$").run().status()).isEqualTo(137);
    assertThat(store.shell("--no-cwd", "--", "sh", "-c", "kill -TERM $$").run().status()).isEqualTo(143);
    assertThat(store.shell("--no-cwd", "--", "sh", "-c", "exit 42").run().status()).isEqualTo(42);
  }

  @Test
  void without_a_terminal_bytes_pass_unchanged_both_ways(TestStore store) throws Exception {
    byte[] bytes = new byte[1 << 20];
    new Random(7).nextBytes(bytes);
    String sum = java.util.HexFormat.of().formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));

    Carrel.Result summed = store.shell("--no-cwd", "--", "sh", "-c", "test -t 0 || test -t 1 || sha256sum").withInput(bytes).run();
    assertThat(summed.out()).startsWith(sum);
    Carrel.Result copied = store.shell("--no-cwd", "--", "cat").withInput(bytes).run();
    assertThat(copied.out().getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)).isEqualTo(bytes);
  }

  @Test
  void errors_are_a_stream_of_their_own(TestStore store) {
    Carrel.Result result = store.shell("--no-cwd", "--", "sh", "-c", "echo out; echo err >&2; cat").run();

    assertThat(result.out()).isEqualTo("out\n");
    assertThat(result.err()).isEqualTo("err\n");
  }

  @Test
  void a_reader_that_ends_early_ends_the_program_without_a_word(TestStore store, @TempDir Path directory) throws Exception {
    Path errors = directory.resolve("errors");
    Process process = new ProcessBuilder("sh", "-c", "\"$@\" 2>" + errors + " | head -1", "sh", Checkout.underTest().script().toString(), "run",
        "--no-cwd", "--", "yes").start();

    assertThat(new String(process.getInputStream().readAllBytes())).isEqualTo("y\n");
    assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(errors)).doesNotContain("Exception").doesNotContain("carrel");
  }

  @Test
  void on_a_terminal_errors_may_go_elsewhere(TestStore store, @TempDir Path directory) throws Exception {
    Path errors = directory.resolve("errors");
    Typing.Seen seen = new Typing(store.shell("--no-cwd", "--", "sh", "-c", "test -t 1 && echo out; test -t 2 || echo err >&2")
        .under("sh", "-c", "exec \"$0\" \"$@\" 2>" + errors)).run();

    assertThat(seen.screen()).contains("out").doesNotContain("err");
    assertThat(errors).hasContent("err");
  }

  @Test
  void a_closed_stream_is_closed_inside_and_no_file_of_carrels(TestStore store, @TempDir Path directory) throws Exception {
    for (String closed : List.of("<&-", ">&-", "2>&-", "<&- >&- 2>&-")) {
      Carrel.Result result = store.shell("--", "sh", "-c", "all=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2); echo \"$all\" > streams; exit 5")
          .in(directory).under("sh", "-c", "exec \"$0\" \"$@\" " + closed).run();
      long streams = closed.chars().filter(character -> character == '&').count();

      assertThat(result.status()).as(closed).isEqualTo(5);
      assertThat(Files.readAllLines(directory.resolve("streams"))).as(closed).filteredOn("/dev/null"::equals).hasSize((int) streams);
    }
    assertThat(store.shell("--no-cwd", "--", "cat").under("sh", "-c", "exec \"$0\" \"$@\" <&-").run().err()).contains("Bad file descriptor");
  }
}
