package dev.carrel.api.container;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A program to run inside.
 *
 * @param command its name or path inside, and its arguments; a name without {@code /} is looked up in the
 *     {@code PATH} of {@code environment}
 * @param environment all of its variables: nothing else is passed on
 * @param directory where it starts, inside
 */
public record ProcessSpec(List<String> command, Map<String, String> environment, Path directory, Stdio stdio, ProcessTraits traits) {
  public ProcessSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    Objects.requireNonNull(directory);
    Objects.requireNonNull(stdio);
    Objects.requireNonNull(traits);
    if (command.isEmpty() || command.get(0).isEmpty()) {
      throw new IllegalArgumentException("a program needs a name");
    }
    for (String argument : command) {
      noNul("argument", argument);
    }
    environment.forEach((name, value) -> {
      noNul("variable " + name, value);
      noNul("name of a variable", name);
      if (name.isEmpty() || name.indexOf('=') >= 0) {
        throw new IllegalArgumentException("'" + name + "' is no name of an environment variable");
      }
    });
    if (!directory.isAbsolute()) {
      throw new IllegalArgumentException("working directory " + directory + " is relative");
    }
  }

  /** With nothing special about it. */
  public ProcessSpec(List<String> command, Map<String, String> environment, Path directory, Stdio stdio) {
    this(command, environment, directory, stdio, ProcessTraits.standard());
  }

  private static void noNul(String what, String value) {
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " has a NUL character, which no program can be given");
    }
  }
}
