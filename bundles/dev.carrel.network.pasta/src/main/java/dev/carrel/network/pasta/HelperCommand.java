package dev.carrel.network.pasta;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * How a helper is called. Its standard input is the container's network namespace.
 *
 * @param arguments with its name, by which pasta knows what it is to be
 * @param saysMore whether its standard output is for people, so that it says that it is ready on {@value #READY}
 */
record HelperCommand(Path program, List<String> arguments, boolean saysMore) {
  /** Where it says so then; otherwise on its standard output. */
  static final int READY = 4;

  HelperCommand {
    Objects.requireNonNull(program);
    arguments = List.copyOf(arguments);
  }

  /** As people call it. */
  String name() {
    return arguments.get(0);
  }
}
