package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Somebody at a terminal: a command, and what is typed and awaited one after the other. */
final class Typing {
  private final Carrel command;
  private final List<List<Object>> steps = new ArrayList<>();

  /**
   * What came of it.
   *
   * @param screen everything written to the terminal
   * @param status of the command; -n if signal n ended it
   * @param restored whether the terminal's modes are what they were before
   */
  record Seen(String screen, int status, boolean restored, String error) {}

  private record Scenario(List<String> command, String directory, Map<String, String> environment, List<List<Object>> steps) {}

  Typing(Carrel command) {
    this.command = command;
  }

  Typing expect(String text) {
    steps.add(List.of("expect", text));
    return this;
  }

  Typing send(String text) {
    steps.add(List.of("send", text));
    return this;
  }

  Typing enter(String line) {
    return send(line + "\r");
  }

  Typing size(int rows, int columns) {
    steps.add(List.of("size", rows, columns));
    return this;
  }

  Typing signal(String name) {
    steps.add(List.of("signal", name));
    return this;
  }

  Seen run() throws IOException {
    assumeTrue(Host.can("python3", "--version"), "needs python3, for a terminal to type into");
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("CARREL_"));
    environment.put("TERM", "xterm");
    environment.putAll(command.environment());
    Path script = Files.createTempFile("on-a-terminal", ".py");
    try (InputStream resource = Typing.class.getResourceAsStream("/on-a-terminal.py")) {
      Files.write(script, resource.readAllBytes());
      Process process = new ProcessBuilder("python3", script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().write(new Gson().toJson(
          new Scenario(command.line(), command.directory().toString(), environment, steps)).getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Seen seen = new Gson().fromJson(text, Seen.class);
      assertThat(seen.error()).isNull();
      return seen;
    } finally {
      Files.delete(script);
    }
  }
}
