package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.GuestUser;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect.Descriptor;
import dev.carrel.api.environment.WorkplaceRequest.VariableChange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * The options about what a program is given at its start, in the order in which they were written.
 *
 * @param variables what is changed about its variables
 */
record ProgramOptions(List<VariableChange> variables, ProcessTraits traits, List<Descriptor> descriptors) {
  private static final int OCTAL = 8;
  private static final int FIRST = 3;

  static void addTo(Options options) {
    options.addOption("e", "env", true, "").addOption(valued("setenv")).addOption(valued("unsetenv"))
        .addOption(Option.builder().longOpt("clearenv").get()).addOption(valued("argv0")).addOption(valued("umask"))
        .addOption(valued("group-add")).addOption(valued("preserve-fds"));
    ShareOptions.addTo(options);
  }

  private static Option valued(String name) {
    return Option.builder().longOpt(name).hasArg().get();
  }

  /** @throws CarrelException of kind USAGE if one makes no sense */
  static ProgramOptions of(String command, Option[] options) {
    List<VariableChange> variables = new ArrayList<>(0);
    Optional<String> name = Optional.empty();
    OptionalInt umask = OptionalInt.empty();
    List<Long> groups = new ArrayList<>(0);
    List<Descriptor> descriptors = new ArrayList<>(0);
    Scheduling scheduling = Scheduling.standard();
    Set<Personality> personality = new HashSet<>(0);
    for (Option option : options) {
      String word = option.getLongOpt() == null ? "" : option.getLongOpt();
      switch (word) {
        case "env", "setenv" -> variables.add(variable(command, word, option.getValue()));
        case "unsetenv" -> variables.add(new VariableChange.Unset(variableName(command, word, option.getValue())));
        case "clearenv" -> variables.add(new VariableChange.Clear());
        case "argv0" -> name = Optional.of(option.getValue());
        case "umask" -> umask = OptionalInt.of((int) number(command, word, option.getValue(), OCTAL, 0777));
        case "group-add" -> {
          for (String group : option.getValue().split(",", -1)) {
            groups.add(number(command, word, group, 10, GuestUser.LARGEST_ID));
          }
        }
        case "preserve-fds" -> {
          long count = number(command, word, option.getValue(), 10, Stdio.MOST);
          for (int i = 0; i < count; i++) {
            if (!GivenDescriptors.has(FIRST + i)) {
              throw WorkplaceOptions.usage(command, "--preserve-fds=" + count + ": descriptor " + (FIRST + i) + " is not open here");
            }
            descriptors.add(new Descriptor(FIRST + i));
          }
        }
        case "nice", "scheduler", "cpu-affinity", "io-priority", "memory-policy" ->
            scheduling = ShareOptions.scheduling(command, scheduling, word, option.getValue());
        case "personality" -> ShareOptions.addPersonality(command, option.getValue(), personality);
        default -> { }
      }
    }
    return new ProgramOptions(variables, new ProcessTraits(name, umask, groups, scheduling, personality), descriptors);
  }

  private static VariableChange variable(String command, String option, String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw WorkplaceOptions.usage(command, "--" + option + "=" + text + " is no NAME=VALUE");
    }
    return new VariableChange.Set(text.substring(0, equals), text.substring(equals + 1));
  }

  private static String variableName(String command, String option, String name) {
    if (name.isEmpty() || name.indexOf('=') >= 0) {
      throw WorkplaceOptions.usage(command, "--" + option + "=" + name + ": '" + name + "' is no name of an environment variable");
    }
    return name;
  }

  static long number(String command, String option, String text, int radix, long largest) {
    boolean digits = !text.isEmpty() && text.length() < 12 && (radix == OCTAL || text.equals("0") || !text.startsWith("0"));
    for (int i = 0; i < text.length(); i++) {
      digits &= Character.digit(text.charAt(i), radix) >= 0 && text.charAt(i) < 128;
    }
    long number = digits ? Long.parseLong(text, radix) : -1;
    if (number < 0 || number > largest) {
      throw WorkplaceOptions.usage(command, "--" + option + "=" + text + ": '" + text + "' is no " + (radix == OCTAL ? "octal " : "whole ")
          + "number from 0 to " + Long.toString(largest, radix));
    }
    return number;
  }
}
