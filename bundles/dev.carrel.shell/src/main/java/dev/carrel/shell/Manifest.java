package dev.carrel.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * What a manifest says, as words of a command line.
 *
 * @param options those of {@code carrel shell}; each is one word
 * @param packages what they are about
 * @param command the program and its arguments; may be empty
 */
record Manifest(List<String> options, List<String> packages, List<String> command) {
  private static final String[] SCRIPTS = {"--no-scripts", "--skip-failed-scripts", "--script-timeout="};

  Manifest {
    options = List.copyOf(options);
    packages = List.copyOf(packages);
    command = List.copyOf(command);
  }

  /** What both say, this one first. */
  Manifest and(Manifest other) {
    return new Manifest(joined(options, other.options), joined(packages, other.packages), other.command.isEmpty() ? command : other.command);
  }

  private static List<String> joined(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  /**
   * The whole command line: where an option counts that comes last, it is the user's.
   *
   * @param inputsFirst whether the words of it that name packages mean what building these needs
   */
  String[] before(ManifestLine own, boolean inputsFirst) {
    List<String> words = new ArrayList<>(options.size() + packages.size() + 8);
    for (String option : options) {
      if (!isOverridden(option, own)) {
        words.add(option);
      }
    }
    if (inputsFirst) {
      words.addAll(own.given());
      words.add("--" + PackageWords.AD_HOC); // those of a manifest are packages themselves
      words.addAll(packages);
    } else {
      words.addAll(packages);
      words.addAll(own.given());
    }
    List<String> chosen = own.command().isEmpty() && own.runs() ? command : own.command();
    if (!chosen.isEmpty()) {
      words.add("--");
      words.addAll(chosen);
    }
    return words.toArray(new String[0]);
  }

  /**
   * What could not stand beside what the user says: how scripts are run, what is mapped to the same place, an interface and a container
   * where none is wanted.
   */
  private static boolean isOverridden(String option, ManifestLine own) {
    String name = option.substring(2, option.indexOf('=') < 0 ? option.length() : option.indexOf('='));
    if (!own.needs(name) || NetworkLine.isOfInterface(name) && NetworkLine.refusesInterface(own.options())) {
      return true;
    }
    for (String script : SCRIPTS) {
      if (option.startsWith(script)) {
        return own.saysOfScripts();
      }
    }
    return (option.startsWith("--expose=") || option.startsWith("--share=")) && own.mapsTo(target(option));
  }

  private static String target(String option) {
    String text = option.substring(option.indexOf('=') + 1);
    return text.substring(text.indexOf('=') + 1);
  }
}
