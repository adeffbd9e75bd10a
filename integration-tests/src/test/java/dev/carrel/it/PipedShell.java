package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Carrel without words whose lines come one after the other through a pipe. */
final class PipedShell implements AutoCloseable {
  private static final long SECONDS = 120;

  private final Process process;
  private final Path output;
  private int read;

  PipedShell(Carrel carrel, Path output) throws IOException {
    List<String> line = new ArrayList<>(List.of("env"));
    carrel.environment().forEach((name, value) -> line.add(name + "=" + value));
    line.addAll(carrel.line());
    this.output = output;
    this.process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  /** Says a line again and again until the answer has these words. */
  void until(String line, String words) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!Files.readString(output).substring(read).contains(words)) {
      assertThat(System.nanoTime() - end).as("time for '" + words + "' in: " + Files.readString(output)).isNegative();
      assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      Thread.sleep(100);
    }
    read = Files.readString(output).length();
  }

  /** Ends it; all it has printed. */
  String end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
