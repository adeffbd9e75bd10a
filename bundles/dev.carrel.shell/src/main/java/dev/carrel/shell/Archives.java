package dev.carrel.shell;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;

/** Where locked packages are looked for that are not any more where they were. */
final class Archives {
  static final String OPTION = "archive";

  private Archives() {}

  /** @throws dev.carrel.api.CarrelException of kind USAGE if one is no address */
  static List<String> of(String command, Option[] options) {
    List<String> archives = new ArrayList<>(0);
    for (Option option : options) {
      if (OPTION.equals(option.getLongOpt())) {
        if (!option.getValue().matches("(https?|file|copy):/[!-~]+")) {
          throw WorkplaceOptions.usage(command, "--archive=" + option.getValue() + " is no address of an archive: write http://..., https://..., "
              + "or file:/... for one on this machine");
        }
        archives.add(option.getValue().replaceFirst("/+$", ""));
      }
    }
    return archives;
  }
}
