package dev.carrel.store.nix;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * What the name of an item says, {@code <hash>-<name>-<version>[-<output>]}. The version begins at the first dash that no letter
 * follows, as in Nix's {@code builtins.parseDrvName}.
 *
 * @param output of a package that has several; empty: the first
 */
record ItemName(String name, String version, String output) {
  private static final int HASH = 32;
  private static final Set<String> OUTPUTS = Set.of("bin", "debug", "dev", "devdoc", "doc", "info", "lib", "man", "static", "out", "gui",
      "include", "terminfo", "tcl", "sub", "tk");

  /** Reads the name of an item's directory; nothing if it is none of a package, but a recipe or somebody's lock. */
  static Optional<ItemName> of(Path item) {
    String file = item.getFileName().toString();
    if (file.length() < HASH + 2 || file.charAt(HASH) != '-' || file.endsWith(".drv") || file.endsWith(".lock")) {
      return Optional.empty();
    }
    String whole = file.substring(HASH + 1);
    int dash = whole.lastIndexOf('-');
    String output = dash > 0 && OUTPUTS.contains(whole.substring(dash + 1)) ? whole.substring(dash + 1) : "";
    String versioned = output.isEmpty() ? whole : whole.substring(0, dash);
    for (int i = 1; i + 1 < versioned.length(); i++) {
      if (versioned.charAt(i) == '-' && !Character.isLetter(versioned.charAt(i + 1))) {
        return Optional.of(new ItemName(versioned.substring(0, i), versioned.substring(i + 1), output));
      }
    }
    return Optional.of(new ItemName(versioned, "", output));
  }

  /** Whether it is what somebody calls so: the name, or the name and version, and no further output unless that is said, too. */
  boolean isCalled(String wanted, Optional<String> wantedVersion) {
    String suffix = output.isEmpty() ? "" : "-" + output;
    boolean named = wanted.equals(name + suffix) || wantedVersion.isEmpty() && wanted.equals(name + "-" + version + suffix);
    return named && (wantedVersion.isEmpty() || wantedVersion.get().equals(version));
  }
}
