package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineIT {
  @Test
  void an_unknown_command_is_refused_with_status_125_and_the_names_there_are() {
    Carrel.Result result = Carrel.run("rnu", "--", "/bin/true");

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).startsWith("carrel: ").contains("rnu").contains("run");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void the_list_of_commands_has_those_that_only_the_interactive_shell_offers() {
    String listed = Carrel.command("help", "--list").says();
    assertThat(listed.lines()).contains("connect", "run", "help").isSorted();
    assertThat(Carrel.command().withInput("help --list\n").run().out()).isEqualTo(listed);
  }

  @Test
  void help_and_version_need_no_command() {
    assertThat(Carrel.run("--version").out()).startsWith("carrel ");
    assertThat(Carrel.run("--help")).satisfies(result -> {
      assertThat(result.status()).isZero();
      assertThat(result.out()).contains("shell").contains("run");
    });
  }

  @Test
  void commands_from_a_pipe_are_run_one_after_the_other_without_a_warning() {
    Carrel.Result result = Carrel.command().withInput("backend list\nbackend nonsense\nbackend list\n").run();

    assertThat(result.status()).isZero();
    assertThat(result.out().split("namespace", -1)).hasSizeGreaterThan(2);
    assertThat(result.err()).contains("carrel backend").doesNotContainIgnoringCase("dumb").doesNotContain("Exception");
  }

  @Test
  void the_status_of_commands_from_a_pipe_is_that_of_the_last() {
    assertThat(Carrel.command().withInput("backend nonsense\n").run().status()).isEqualTo(125);
  }

  @Test
  void the_script_works_through_a_link_and_from_any_directory(@TempDir Path directory) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("a link"), Checkout.underTest().script());
    Process process = new ProcessBuilder(link.toString(), "--version").directory(directory.toFile()).start();

    assertThat(new String(process.getInputStream().readAllBytes())).startsWith("carrel ");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void many_at_once_do_not_disturb_each_other_and_leave_nothing_behind(@TempDir Path temporary) throws IOException {
    List<CompletableFuture<Carrel.Result>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(CompletableFuture.supplyAsync(() -> Carrel.command("backend", "list")
          .withVariable("XDG_RUNTIME_DIR", temporary.toString()).run()));
    }
    assertThat(all).allSatisfy(result -> assertThat(result.join().status()).as(result.join().err()).isZero());

    try (Stream<Path> left = Files.walk(temporary)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void output_that_cannot_be_written_is_an_error() {
    for (String command : List.of("--help", "version", "plan run true", "list --help")) {
      Carrel.Result result = Carrel.command(command.split(" ")).under("sh", "-c", "exec \"$@\" > /dev/full", "sh").run();
      assertThat(result.status()).as(command).isEqualTo(125);
      assertThat(result.err()).as(command).isEqualTo("carrel: cannot write the output: standard output is closed, or its disk is full\n");
    }
  }

  @Test
  void who_has_read_enough_is_not_told_of_it() {
    Carrel.Result result = Carrel.command("plan", "run", "true").under("bash", "-c", "\"$@\" | head -n 1; echo ${PIPESTATUS[0]}", "bash").run();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).matches("(?s).*\n(0|141)\n"); // all of it may have fitted into the pipe
  }
}
