package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.host.Foreground;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program of the host, or the user's shell, with packages' variables and in no container. */
record HostProgram(HostVariables variables, WorkplaceRequest request) {
  /** The shell of whoever calls. */
  static String shell() {
    String shell = ForCaller.variable("SHELL");
    return shell == null || shell.isEmpty() ? "/bin/sh" : shell;
  }

  /**
   * Runs it to its end.
   *
   * @throws CarrelException of kind NOT_FOUND or CANNOT_EXECUTE if it cannot be
   */
  ExitStatus run(Foreground front) {
    List<String> command = new ArrayList<>(request.command().isEmpty() ? List.of(shell()) : request.command());
    Map<String, String> environment = variables.all();
    String name = command.get(0);
    Path program = find(name, environment.getOrDefault("PATH", ""));
    ProcessBuilder builder = new ProcessBuilder(command).directory(request.directory().toFile());
    builder.command().set(0, program.toString());
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      return front.run(builder, SignalNames.FORWARDED);
    } catch (IOException e) {
      String why = e.getMessage() == null ? "" : e.getMessage();
      throw new CarrelException(Kind.CANNOT_EXECUTE, "cannot run " + name + ": " + (why.contains("error=8,")
          ? "it is no program this machine can execute: neither for this processor nor a script that begins with #!"
          : why.contains("error=2,") ? "the interpreter that it names is not there" : why), e);
    }
  }

  /** Java looks through its own PATH, which is not that of the program. */
  private Path find(String name, String path) {
    if (name.indexOf('/') >= 0) {
      Path file = request.directory().resolve(name);
      if (!Files.exists(file)) {
        throw new CarrelException(Kind.NOT_FOUND, "cannot run " + name + ": there is no such file. Name one that is there");
      }
      return executable(name, file);
    }
    Path other = null;
    for (String directory : path.split(":", -1)) {
      Path file = request.directory().resolve(directory).resolve(name);
      if (Files.isRegularFile(file)) {
        if (Files.isExecutable(file)) {
          return file;
        }
        other = file;
      }
    }
    if (other != null) {
      return executable(name, other);
    }
    throw new CarrelException(Kind.NOT_FOUND, "cannot run " + name + ": no such program is among these packages (looked in " + path
        + "). Name the package it belongs to, or keep the host's directories with --preserve='^PATH$'");
  }

  private static Path executable(String name, Path file) {
    if (!Files.isRegularFile(file) || !Files.isExecutable(file)) {
      throw new CarrelException(Kind.CANNOT_EXECUTE, "cannot run " + name + ": permission denied: it is a directory or has no execute permission");
    }
    return file;
  }
}
