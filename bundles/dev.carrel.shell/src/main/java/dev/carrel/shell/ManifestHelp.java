package dev.carrel.shell;

/** The texts of {@code --help} about manifests. */
final class ManifestHelp {
  static final String LOCK = """
      Usage: carrel lock [OPTION]... [--update [PACKAGE]...]

      Writes down exactly which packages the manifest carrel.toml means: carrel.lock beside it, with versions, hashes and
      addresses of all that they need. From then on carrel shell uses these and no others, and makes the same profile, bit
      for bit, wherever it is. Packages that the lock has already keep their versions.

        carrel lock && git add carrel.toml carrel.lock
        carrel lock --update jq

        --update [PACKAGE]... fetch the lists of packages anew, and take the newest: of these, or of all
        --check               only tell whether the lock fits the manifest
        -m, --manifest=FILE   not the nearest carrel.toml, but FILE
        -q, --quiet           no progress
        -h, --help            this text

      Exit status: 0; 1 if --check found that the lock does not fit; 125 if Carrel could not do it.
      """;

  static final String ALLOW = """
      Usage: carrel allow [DIRECTORY|FILE]

      Allows the nearest carrel.toml, or that one, to say what carrel shell makes there without further words. It is allowed
      as it is now, together with the lock beside it: when somebody has changed one of them, it has to be allowed again.
      Shows the command line that it stands for.

        carrel allow
        carrel allow ~/src/project

        -h, --help           this text
      """;

  static final String DENY = """
      Usage: carrel deny [DIRECTORY|FILE]

      Takes back what carrel allow has done.

        -h, --help           this text
      """;

  private ManifestHelp() {}
}
