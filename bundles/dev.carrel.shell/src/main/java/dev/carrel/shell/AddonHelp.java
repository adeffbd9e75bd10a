package dev.carrel.shell;

/** The text of {@code addon --help}. */
final class AddonHelp {
  private AddonHelp() {}

  static final String ADDON = """
      Usage: carrel addon install FILE.jar|DIRECTORY|GROUP:ARTIFACT:VERSION...
             carrel addon list [--json]
             carrel addon remove NAME...

      Add-ons are OSGi bundles by others: package sources, backends, networks, commands. The interactive shell starts
      them, and so does a command line that names a command, --source, --backend or --network that Carrel itself does
      not have. Any other command line does not look at them.

        carrel addon install target/tarballs-1.0.jar
        carrel addon install org.example:tarballs:1.0
        carrel shell --source=tarballs hello

      What is installed is copied, after it was tried whether it finds all it needs, with Carrel's bundles and the
      other add-ons; of several either all are installed or none. It takes the place of what has the same name. An
      artifact is taken from your local Maven repository; if it is not there, the host's mvn fetches it, without
      what it depends on. A jar that is put into the folder by hand is started by a shell that runs, too. What another
      add-on needs is neither removed without it nor replaced by what does not offer it.

        --json               as JSON
        -h, --help           this text

      Yours are in ~/.local/share/carrel/addons ($CARREL_ADDONS overrides); root's, in /var/lib/carrel/addons, are
      everybody's. An add-on is a part of Carrel: it may do whatever you may.
      """;
}
