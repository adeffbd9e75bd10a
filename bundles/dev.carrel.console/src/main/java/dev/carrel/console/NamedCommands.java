package dev.carrel.console;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The commands that somebody may look for: Carrel's, by their names alone, and those of add-ons. */
final class NamedCommands {
  private static final String OWN_SCOPE = "carrel:";
  /** What the shell itself has, and Felix's bundles, which gogo:help lists. */
  private static final Set<String> OF_THE_SHELL = Set.of("cm", "felix", "gogo", "osgi", "scr");

  private NamedCommands() {}

  /** Of all that there are, as Gogo names them: {@code scope:name}. */
  static List<String> of(Collection<String> all) {
    List<String> names = new ArrayList<>();
    for (String command : all) {
      int colon = command.indexOf(':');
      if (command.startsWith(OWN_SCOPE)) {
        names.add(command.substring(OWN_SCOPE.length()));
      } else if (colon > 0 && !OF_THE_SHELL.contains(command.substring(0, colon))) {
        names.add(command);
      }
    }
    names.sort(null);
    return names;
  }
}
