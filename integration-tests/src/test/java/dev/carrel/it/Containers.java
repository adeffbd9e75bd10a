package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Containers that are recorded in a directory of one test's, and what commands tell of them. */
final class Containers {
  private final Path directory;
  private final Traces before = Traces.now();

  /** @param directory where commands are run */
  Containers(Path directory) {
    this.directory = directory;
  }

  Path state() {
    return directory.resolve("state");
  }

  Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", state().toString());
  }

  Carrel.Result run(String... words) {
    return carrel(words).run();
  }

  /** Runs a command that has to succeed without a word of complaint; returns what it printed. */
  String says(String... words) {
    Carrel.Result result = run(words);
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    return result.out();
  }

  /** Starts a shell script in a detached container. */
  String detach(String name, String script, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd", "--detach", "--name=" + name));
    words.addAll(List.of(options));
    words.addAll(List.of("--", "sh", "-c", script));
    return says(words.toArray(new String[0])).strip();
  }

  JsonObject inspect(String name) {
    JsonArray all = JsonParser.parseString(says("inspect", name)).getAsJsonArray();
    return all.get(0).getAsJsonObject();
  }

  static void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
  }

  void awaitLog(String name, String text) {
    Await.until(() -> text + " in " + run("logs", name), () -> run("logs", name).out().contains(text));
  }

  /** Ends them all; nothing of them may be left then. */
  void endAll() throws IOException {
    List<String> ended = new ArrayList<>(); // to be told if something of them is still there
    for (String id : run("list", "--quiet").out().lines().toList()) {
      Carrel.Result killed = run("kill", id);
      // One whose Carrel was killed may just be ending by itself, and is forgotten by whoever sees that.
      assertThat(killed.status() == 0 || killed.err().contains("it has ended") || killed.err().contains("no container is called")).as(killed.toString()).isTrue();
      ended.add(id + killed);
    }
    ended.add(run("clean").out());
    assertThat(run("list", "--all").out().lines()).hasSize(1);
    try {
      before.awaitNothingNew();
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\nafter these were ended: " + ended, e);
    }
    if (Files.exists(state())) {
      try (Stream<Path> entries = Files.walk(state())) {
        assertThat(entries.map(path -> state().relativize(path).toString())).isSubsetOf("", "lock", "names");
      }
    }
  }
}
