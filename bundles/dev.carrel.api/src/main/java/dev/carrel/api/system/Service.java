package dev.carrel.api.system;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Something that runs in a system.
 *
 * @param command its program, by its path inside or by a name to be found on the usual PATH, and the arguments; no shell is between
 * @param once whether it runs once at each start, and is up when it has ended well; else it is to run always
 * @param user the name of the user it runs as
 * @param group the name of its first group; empty: the user's. The user's other groups it always has
 * @param environment in the order of its names
 * @param directory where it starts
 * @param dependsOn names of services that have to be up before
 * @param log how its output is kept; empty: with that of the container
 */
public record Service(
    String name,
    List<String> command,
    boolean once,
    String user,
    Optional<String> group,
    Map<String, String> environment,
    Path directory,
    List<String> dependsOn,
    Restart restart,
    Readiness readiness,
    Optional<ServiceLog> log,
    ServiceStop stop) {
  public Service {
    if (!name.matches("[a-z0-9][a-z0-9_-]{0,39}")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a service: lower-case letters, digits, '-' and '_', at most 40,"
          + " beginning with a letter or a digit");
    }
    command = List.copyOf(command);
    checkCommand(command);
    Objects.requireNonNull(user);
    Objects.requireNonNull(group);
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    environment.forEach(Service::checkVariable);
    SystemPath.check(directory);
    dependsOn = List.copyOf(dependsOn);
    Objects.requireNonNull(restart);
    Objects.requireNonNull(readiness);
    Objects.requireNonNull(log);
    Objects.requireNonNull(stop);
    if (once && restart.when() == Restart.When.ALWAYS) {
      throw new IllegalArgumentException("the service " + name + " runs once: it cannot be restarted always");
    }
    if (once && !(readiness instanceof Readiness.Started)) {
      throw new IllegalArgumentException("the service " + name + " runs once: it is ready when it has ended");
    }
  }

  static void checkCommand(List<String> command) {
    if (command.isEmpty() || command.get(0).isEmpty()) {
      throw new IllegalArgumentException("a command has a program");
    }
    String program = command.get(0);
    if (program.indexOf('/') > 0 || program.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("'" + program + "' is no program: it is an absolute path, or a name without '/'");
    }
    for (String word : command) {
      if (word.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("a command has a NUL character");
      }
    }
  }

  private static void checkVariable(String name, String value) {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw new IllegalArgumentException("'" + name + "' is no name of a variable");
    }
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the variable " + name + " has a NUL character");
    }
  }
}
