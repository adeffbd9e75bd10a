package dev.carrel.shell;

/** The text of {@code config --help}. */
final class ConfigHelp {
  private ConfigHelp() {}

  static final String CONFIG = """
      Usage: carrel config list [--json]
             carrel config get [--json] NAME
             carrel config set [--system] NAME VALUE...
             carrel config unset [--system] NAME

      What counts where neither an option nor a variable says otherwise: where the store is, which backend runs
      containers, what they may consume, which network they have.

        carrel config set shell.memory 512m         containers without --memory
        carrel config set engine.backend bubblewrap
        carrel config set network.veth.pools 10.200.0.0/16 fd12:3456:789a::/48

      What is set is kept in ~/.config/carrel/*.json ($XDG_CONFIG_HOME overrides ~/.config), and counts at once, also
      in a shell that runs. Root's, in /etc/carrel/*.json, counts for all users, and yours goes before it. It is a
      default for everybody, and keeps nobody from anything.

        --system             set it for all users; as root
        --json               as JSON
        -h, --help           this text

      The files may be written by hand: { "dev.carrel.shell": { "memory": "512m" } }. Without any, a start does not
      look at settings at all; with one it takes some milliseconds longer.
      """;
}
