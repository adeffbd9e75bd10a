package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every bundle that implements Carrel can be exchanged while containers start and run. Properties: {@code carrel.it.swaps}, how many operations;
 * {@code carrel.it.seed}, to do the same ones again.
 */
class SwapIT {
  private static final int OPERATIONS = Integer.getInteger("carrel.it.swaps", 200);
  private static final long SEED = Long.getLong("carrel.it.seed", System.nanoTime());
  private static final int MINUTES = 45;
  /** Of the state: locks, directories without anything in them, and the addresses that were once chosen for networks. */
  private static final List<String> STANDING =
      List.of("", "lock", "names", "networks", "networks/lock", "networks/.lock", "networks/.ids", "networks/.pool6");

  @TempDir Path directory;

  @Test
  void while_bundles_come_and_go_starts_succeed_or_name_what_is_missing_and_nothing_is_lost_or_left() throws Exception {
    Traces before = Traces.now();
    Path output = directory.resolve("output");
    Path state = directory.resolve("state");
    ProcessBuilder builder = new ProcessBuilder(line()).directory(directory.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("CARREL_STATE", state.toString());
    Process run = builder.start();
    run.getOutputStream().close();
    boolean ended = run.waitFor(MINUTES, TimeUnit.MINUTES);
    run.destroyForcibly().waitFor();

    assertThat(ended && run.exitValue() == 0).as("seed " + SEED + ": " + Files.readString(output)).isTrue();
    before.awaitNothingNew();
    assertThat(ControlGroups.of(state)).isEmpty();
    assertThat(recorded(state)).isSubsetOf(STANDING);
  }

  private static List<String> line() {
    List<String> line = new ArrayList<>();
    if (User.weAreRoot()) { // bridges and addresses are the test's own
      line.addAll(List.of("unshare", "--net", "--"));
    }
    line.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dfile.encoding=UTF-8",
        "-D" + Checkout.PROPERTY + "=" + Checkout.underTest().directory(), "-cp", System.getProperty("java.class.path"),
        SwapRun.class.getName(), Integer.toString(OPERATIONS), Long.toString(SEED)));
    return line;
  }

  private static List<String> recorded(Path state) throws IOException {
    try (Stream<Path> entries = Files.walk(state)) {
      return entries.map(path -> state.relativize(path).toString()).toList();
    }
  }
}
