package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Option;

/** Writes the manifest that says what a command line says. */
final class ManifestExport {
  private static final int SHORT = 70;
  /** Options that say how this command is to be done, and nothing of the place. */
  private static final List<String> OWN = List.of("manifest", "export-manifest", "no-lock", "quiet", "refresh",
      PackageWords.AD_HOC);

  private ManifestExport() {}

  /**
   * As it is to be saved in the working directory.
   *
   * @throws CarrelException of kind USAGE if no package is named, or an option cannot be said in a manifest
   */
  static String text(String command, WorkplaceLine line) {
    line.packages();
    ManifestLine own = line.manifestLine();
    Map<ManifestKey, List<String>> values = new LinkedHashMap<>();
    for (ManifestKey key : ManifestKey.ALL) {
      values.put(key, new ArrayList<>());
    }
    for (Option option : own.options()) {
      String name = option.getLongOpt() == null ? option.getOpt() : option.getLongOpt();
      if (!OWN.contains(name)) {
        String bare = name.equals("N") ? "host" : name.equals("network") ? NetworkLine.PRIVATE : "true";
        values.get(key(command, name)).add(option.getValue() == null ? bare : option.getValue());
      }
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<ManifestKey, List<String>> entry : values.entrySet()) {
      List<String> said = switch (entry.getKey().name()) {
        case ManifestKey.PACKAGES -> own.packages();
        case PackageWords.DEVELOPMENT -> own.inputs();
        case ManifestKey.COMMAND -> own.command();
        default -> entry.getValue();
      };
      if (!said.isEmpty()) {
        write(entry.getKey(), said, text);
      }
    }
    return text.toString();
  }

  private static ManifestKey key(String command, String option) {
    String usual = switch (option) {
      case "N" -> "network";
      case "setenv" -> "env";
      default -> option;
    };
    for (ManifestKey key : ManifestKey.ALL) {
      if (key.option().equals(usual)) {
        return key;
      }
    }
    throw WorkplaceOptions.usage(command, "--" + option + " cannot be said in a manifest: leave it out of --export-manifest, and say it with carrel shell");
  }

  private static void write(ManifestKey key, List<String> values, StringBuilder text) {
    String last = values.get(values.size() - 1);
    switch (key.kind()) {
      case TEXT, PATH -> text.append(key.name()).append(" = ").append(TomlText.quoted(last)).append('\n');
      case WHOLE, FLAG -> text.append(key.name()).append(" = ").append(last).append('\n');
      case LIST, PATHS, MOUNTS, WORDS -> list(key.name(), values, text);
      case TABLE -> {
        text.append("\n[").append(key.name()).append("]\n");
        Map<String, String> named = new LinkedHashMap<>();
        for (String value : values) {
          named.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        }
        named.forEach((name, value) -> text.append(TomlText.key(name)).append(" = ").append(TomlText.quoted(value)).append('\n'));
      }
    }
  }

  private static void list(String name, List<String> values, StringBuilder text) {
    List<String> quoted = new ArrayList<>();
    values.forEach(value -> quoted.add(TomlText.quoted(value)));
    String line = name + " = [" + String.join(", ", quoted) + "]\n";
    text.append(line.length() <= SHORT ? line : name + " = [\n  " + String.join(",\n  ", quoted) + ",\n]\n");
  }
}
