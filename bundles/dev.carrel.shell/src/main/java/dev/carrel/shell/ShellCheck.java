package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether the start-up files of the user's shell leave an environment's variables as they are: the shell is started as one that
 * somebody types into, and asked.
 */
record ShellCheck(HostVariables variables, Path directory) {
  private static final int PATIENCE = 30;
  /** A session of its own: a shell that reads its start-up files must not get hold of this terminal. */
  private static final Path SESSION = Path.of("/usr/bin/setsid");

  /** Prints what was found. The exit status: 1 if a variable is not what it should be. */
  int report(PrintStream out) {
    String shell = HostProgram.shell();
    Map<String, String> found = found(shell);
    int wrong = 0;
    for (Map.Entry<String, String> variable : variables.own().entrySet()) {
      String name = variable.getKey();
      String value = found.get(name);
      if (value == null) {
        out.println(name + " is unset by the start-up files of " + shell + "; it should be " + Printable.line(variable.getValue()));
        wrong++;
      } else if (value.startsWith(variable.getValue() + ":")) {
        out.println("note: the start-up files of " + shell + " add to the end of " + name + ": "
            + Printable.line(value.substring(variable.getValue().length() + 1)));
      } else if (!value.equals(variable.getValue())) {
        out.println(name + " is changed by the start-up files of " + shell + ": it should be " + Printable.line(variable.getValue())
            + " and is " + Printable.line(value));
        wrong++;
      }
    }
    out.println(wrong == 0 ? "The start-up files of " + shell + " leave the environment as it is." : "Have them set what is theirs in those"
        + " of a login shell alone (such as ~/.profile), or where CARREL_ENVIRONMENT is not set. A container reads none of them.");
    return wrong == 0 ? 0 : 1;
  }

  private Map<String, String> found(String shell) {
    try {
      Path place = Files.createTempDirectory("carrel-check");
      try {
        return ask(shell, place.resolve("variables"), place.resolve("output"));
      } finally {
        for (String name : new String[] {"variables", "output", ""}) {
          Files.deleteIfExists(place.resolve(name));
        }
      }
    } catch (IOException e) {
      throw failure(shell, e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private Map<String, String> ask(String shell, Path answer, Path output) throws IOException {
    List<String> command = new ArrayList<>(Files.isExecutable(SESSION) ? List.of(SESSION.toString(), "--wait") : List.of());
    // No quotes, and a file that is not there yet: so that every shell understands it, also one that overwrites none.
    command.addAll(List.of(shell, "-i", "-c", "/usr/bin/env -0 > " + answer));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectInput(new File("/dev/null"))
        .redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().clear();
    builder.environment().putAll(variables.all());
    Process process = builder.start();
    try {
      if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
        throw failure(shell, "its start-up files did not come to an end within " + PATIENCE + " seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(shell, "it was interrupted");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (!Files.exists(answer)) {
      String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
      throw failure(shell, "it ended with status " + process.exitValue() + " before it did what it was told"
          + (said.isEmpty() ? "" : " (" + Printable.line(said.substring(said.lastIndexOf('\n') + 1)) + ")"));
    }
    Map<String, String> found = new HashMap<>();
    for (String line : Files.readString(answer, StandardCharsets.UTF_8).split("\0")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        found.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return found;
  }

  private static CarrelException failure(String shell, String why) {
    return CarrelException.failed("cannot check the start-up files of " + shell + ": " + why + ". Set SHELL to a shell that takes -i and -c");
  }
}
