package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Everything made is unmade, however Carrel ends. */
@ExtendWith(TestStore.Extension.class)
class LeftoversIT {
  private static final int STARTS = 20;
  private static final int LONGEST = 400; // milliseconds, in which a start ends
  private static final String STUBBORN = "trap '' TERM INT HUP; (trap '' TERM INT HUP; setsid sleep 4321 & setsid sleep 4321) & "
      + "echo started; while :; do sleep 4321; done";

  @TempDir Path directory;

  private static void awaitText(Path output, String text) {
    Await.until(text, () -> Files.readString(output).contains(text));
  }

  private Process startStubborn(TestStore store, Path output) throws IOException {
    Process process = store.shell("--no-cwd", "--", "sh", "-c", STUBBORN).in(directory).start(output);
    awaitText(output, "started");
    return process;
  }

  @Test
  void a_container_ends_with_a_killed_carrel_whatever_its_programs_do(TestStore store) throws Exception {
    Traces before = Traces.now();
    Process process = startStubborn(store, directory.resolve("out"));
    assertThat(Traces.now().processes()).hasSizeGreaterThan(before.processes().size());

    process.destroyForcibly().waitFor();
    before.awaitNothingNew();
  }

  @Test
  void killed_at_any_moment_of_a_start_it_leaves_nothing(TestStore store) throws Exception {
    Traces before = Traces.now();
    Random random = new Random(4);
    for (int i = 0; i < STARTS; i++) {
      Process process = store.shell("--no-cwd", "--", "sleep", "4321").in(directory).start(directory.resolve("out"));
      process.waitFor((long) LONGEST * i / STARTS + random.nextInt(LONGEST / STARTS), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
    before.awaitNothingNew();
    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
    assertThat(store.shell("--no-cwd", "--", "hello").run().out()).isEqualTo("Hello, world!\n");
  }

  @Test
  void killed_at_any_moment_of_making_a_store_it_leaves_what_the_next_start_goes_on_with(TestStore store) throws Exception {
    Traces before = Traces.now();
    Path own = directory.resolve("store");
    Carrel command = Carrel.command("shell", "hello", "--no-cwd", "--", "hello").withVariable("CARREL_STORE", own.toString());
    for (int i = 1; i <= 4; i++) {
      Process process = command.start(directory.resolve("out"));
      process.waitFor(1500L * i, TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
    Carrel.Result result = command.run();

    assertThat(result.out()).as(result.err()).isEqualTo("Hello, world!\n");
    assertThat(own.resolve("staging")).isEmptyDirectory();
    before.awaitNothingNew();
    Trees.delete(own);
  }

  @Test
  void a_signal_is_passed_on_and_its_death_told(TestStore store) throws Exception {
    Traces before = Traces.now();
    Path output = directory.resolve("out");
    for (String signal : List.of("TERM", "INT", "HUP")) {
      Process process = store.shell("--no-cwd", "--", "sh", "-c", "trap 'echo got; exit 7' " + signal + "; echo started; while :; do sleep 0.05; done")
          .start(output);
      awaitText(output, "started");
      Host.says("kill", "-" + signal, Long.toString(process.pid()));

      assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).as(signal).isTrue();
      assertThat(output).content().contains("got");
      assertThat(process.exitValue()).as(signal).isEqualTo(7);
    }
    before.awaitNothingNew();
  }

  @Test
  void a_signal_at_any_moment_of_a_start_ends_it(TestStore store) throws Exception {
    Traces before = Traces.now();
    Map<String, Integer> statuses = Map.of("HUP", 129, "INT", 130, "TERM", 143);
    for (int i = 0; i < STARTS; i++) {
      String signal = List.of("HUP", "INT", "TERM").get(i % statuses.size());
      Process process = store.shell("--no-cwd", "--", "sleep", "4321").in(directory).start(directory.resolve("out"));
      process.waitFor((long) LONGEST * i / STARTS, TimeUnit.MILLISECONDS);
      Host.says("kill", "-" + signal, Long.toString(process.pid()));

      assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).as(signal).isTrue();
      assertThat(process.exitValue()).as(signal).isEqualTo(statuses.get(signal));
      assertThat(Files.readAllLines(directory.resolve("out")).stream().filter(line -> !isJavasOwn(line))).isEmpty();
    }
    before.awaitNothingNew();
  }

  /** A signal in its own first milliseconds makes Java 25 complain, and when those are over on a busy machine nobody knows. */
  private static boolean isJavasOwn(String line) {
    return Runtime.version().feature() >= 24 && (line.contains("logging failed") || line.contains("Bad level"));
  }

  @Test
  void what_a_program_leaves_running_ends_with_it(TestStore store) {
    Traces before = Traces.now();
    Carrel.Result result = store.shell("--no-cwd", "--", "sh", "-c", "setsid sleep 4321 > /dev/null 2>&1 & setsid setsid sleep 4321 & echo done").run();

    assertThat(result.out()).isEqualTo("done\n");
    assertThat(result.status()).isZero();
    before.awaitNothingNew();
  }

  @Test
  void many_at_once_in_one_directory_leave_nothing(TestStore store) throws Exception {
    Traces before = Traces.now();
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      processes.add(store.shell("--", "sh", "-c", "echo " + i + " > file" + i).in(directory).start(directory.resolve("out" + i)));
    }
    for (int i = 0; i < 8; i++) {
      assertThat(processes.get(i).waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(directory.resolve("file" + i)).hasContent("" + i);
    }
    before.awaitNothingNew();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSize(16);
    }
  }
}
