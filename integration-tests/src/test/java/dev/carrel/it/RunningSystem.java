package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A whole system that was built and is started by its script.
 *
 * @param store where it is
 * @param directory for state, persistent directories and output
 * @param name of its container
 */
record RunningSystem(TestStore store, Path directory, String name) {
  private static final int PATIENCE = 120; // seconds, as other work may be done beside

  /** {@code carrel WORDS} that knows of it. */
  Carrel carrel(String... words) {
    return store.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString())
        .withVariable("CARREL_SYSTEMS", directory.resolve("systems").toString());
  }

  /** Builds what is declared; the script that starts it. */
  Path build(Path declaration) {
    return Path.of(carrel("system", "container", "--quiet", declaration.toString()).says().strip());
  }

  private ProcessBuilder script(Path script, String... options) {
    List<String> words = new ArrayList<>(List.of(script.toString(), "--name=" + name));
    words.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("CARREL_"));
    builder.environment().putAll(carrel().environment());
    builder.environment().put("CARREL", Checkout.underTest().script().toString());
    return builder;
  }

  Path output() {
    return directory.resolve(name + ".out");
  }

  /** Starts it in the foreground. */
  Process start(Path script, String... options) throws IOException {
    return script(script, options).redirectOutput(output().toFile()).start();
  }

  /** Runs its script to the end. */
  Carrel.Result run(Path script, String... options) throws IOException, InterruptedException {
    Process process = start(script, options);
    assertThat(process.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
    return new Carrel.Result(process.exitValue(), Files.readString(output()), "");
  }

  /** What a program inside prints. */
  String exec(String... command) {
    return tried(command).out();
  }

  private Carrel.Result tried(String... command) {
    List<String> words = new ArrayList<>(List.of("exec", name, "--"));
    words.addAll(List.of(command));
    return carrel(words.toArray(String[]::new)).run();
  }

  /** What a program inside prints, once that is as it is to be. */
  String await(Predicate<String> expected, String... command) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (true) {
      Carrel.Result result = tried(command);
      if (expected.test(result.out())) {
        return result.out();
      }
      assertThat(System.nanoTime()).as("it said " + result.out() + result.err() + Files.readString(output())
          + tried("sh", "-c", "tail -n 20 /var/log/*/current").out()).isLessThan(end);
    }
  }

  /** Waits until its script has printed something. */
  void awaitOutput(String text) {
    Await.until(text, () -> Files.readString(output()).contains(text));
  }

  JsonObject inspect() {
    return JsonParser.parseString(carrel("inspect", name).says()).getAsJsonArray().get(0).getAsJsonObject();
  }

  /** Ends it, with what belongs to users that exist inside alone. */
  void destroy(String persistent) {
    tried("sh", "-c", "for each in /run/service/*; do /etc/carrel/service stop ${each##*/}; done; find " + persistent + " -mindepth 1 -delete; chown 0:0 " + persistent);
    carrel("kill", "--signal=KILL", name).run();
    carrel("wait", name).run();
  }
}
