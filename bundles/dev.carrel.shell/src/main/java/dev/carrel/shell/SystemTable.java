package dev.carrel.shell;

import static dev.carrel.shell.SystemKey.Kind.FLAG;
import static dev.carrel.shell.SystemKey.Kind.TEXT;
import static dev.carrel.shell.SystemKey.Kind.TEXTS;
import static dev.carrel.shell.SystemKey.Kind.VARIABLES;
import static dev.carrel.shell.SystemKey.Kind.WHOLE;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tables of a declaration of a system, and what each may have in it. A new key is a line here. */
enum SystemTable {
  /** That of what is no table. */
  NONE("nothing"),
  /** The whole file. */
  SYSTEM("the system"),
  GROUP("a group"),
  USER("a user"),
  FILE("a file"),
  DIRECTORY("a directory"),
  SERVICE("a service");

  /** Keys of a manifest that mean the same here: how the container is started besides. */
  private static final Set<String> AS_IN_MANIFESTS = Set.of("network", "publish", "ip", "mac", "mtu", "dns", "egress", "allow-net", "deny-net",
      "host-loopback", "memory", "memory-high", "swap", "cpus", "cpu-weight", "cpuset", "pids", "io-weight", "io-max", "hugetlb");

  private final String title;

  SystemTable(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  List<SystemKey> keys() {
    return switch (this) {
      case NONE -> List.of();
      case SYSTEM -> system();
      case GROUP -> List.of(SystemKey.required("gid", WHOLE, "its number"));
      case USER -> user();
      case FILE -> List.of(
          SystemKey.of("text", TEXT, "what stands in it"),
          SystemKey.of("source", TEXT, "the file of the host with what stands in it, from the declaration's directory on"),
          SystemKey.of("link", TEXT, "it is a symbolic link to that"),
          SystemKey.of("mode", TEXT, "its mode in octal digits; 0644 without this"));
      case DIRECTORY -> List.of(
          SystemKey.of("owner", TEXT, "the user it belongs to; root without this"),
          SystemKey.of("group", TEXT, "its group; without this, that of its owner"),
          SystemKey.of("mode", TEXT, "its mode in octal digits; 0755 without this"));
      case SERVICE -> service();
    };
  }

  /** What all keys of the table are called. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    keys().forEach(key -> names.add(key.name()));
    if (this == SYSTEM) {
      options().forEach(key -> names.add(key.name()));
    }
    return names;
  }

  /** Those of a manifest's keys that the whole file may have. */
  static List<ManifestKey> options() {
    return ManifestKey.ALL.stream().filter(key -> AS_IN_MANIFESTS.contains(key.name())).toList();
  }

  static Optional<ManifestKey> option(String name) {
    return options().stream().filter(key -> key.name().equals(name)).findAny();
  }

  private static List<SystemKey> system() {
    return List.of(
        SystemKey.of("name", TEXT, "what the system is called; without this, as its file"),
        SystemKey.of("hostname", TEXT, "its host name; without this, its name"),
        SystemKey.of("timezone", TEXT, "its time zone, such as Europe/Berlin; UTC without this"),
        SystemKey.of("locale", TEXT, "its locale; C.UTF-8 without this"),
        SystemKey.of("init", TEXT, "its first process: s6, which it is without this, runit or systemd"),
        SystemKey.of("packages", TEXTS, "its packages, each NAME or NAME=VERSION"),
        SystemKey.of("expose", TEXTS, "what it sees of the host read-only: PATH or PATH=PATH"),
        SystemKey.of("share", TEXTS, "what it sees of the host and may change: PATH or PATH=PATH"),
        SystemKey.of("expose-optional", TEXTS, "the same as expose, and left out where there is no such thing"),
        SystemKey.of("share-optional", TEXTS, "the same as share, and left out where there is no such thing"),
        SystemKey.named("group", "groups by name", GROUP),
        SystemKey.named("user", "users by name", USER),
        SystemKey.named("file", "files by their paths below /etc", FILE),
        SystemKey.named("directory", "directories that stay when the system ends, by their paths", DIRECTORY),
        SystemKey.named("service", "services by name", SERVICE));
  }

  private static List<SystemKey> user() {
    return List.of(
        SystemKey.required("uid", WHOLE, "its number"),
        SystemKey.required("group", TEXT, "its first group: one that is declared, or that packages make"),
        SystemKey.of("groups", TEXTS, "its other groups"),
        SystemKey.of("comment", TEXT, "who that is"),
        SystemKey.of("home", TEXT, "its home directory; /home/NAME without this"),
        SystemKey.of("shell", TEXT, "its shell; /bin/sh without this"),
        SystemKey.of("password", TEXT, "a hash of its password, as openssl passwd -6 makes it; without this there is none"));
  }

  private static List<SystemKey> service() {
    return List.of(
        SystemKey.required("command", TEXTS, "the program and its arguments; no shell is between"),
        SystemKey.of("once", FLAG, "it runs once at each start, and is up when it has ended well"),
        SystemKey.of("user", TEXT, "the user it runs as; root without this"),
        SystemKey.of("group", TEXT, "its first group; without this, that of its user"),
        SystemKey.of("environment", VARIABLES, "its variables, besides PATH, HOME, USER, LOGNAME and LANG"),
        SystemKey.of("directory", TEXT, "where it starts; / without this"),
        SystemKey.of("depends-on", TEXTS, "services that have to be up before"),
        SystemKey.oneOf("restart", "when it is started again after its end; always without this, never for one that runs once", "always", "on-failure", "never"),
        SystemKey.of("restart-after", WHOLE, "seconds before the first restart; 1 without this"),
        SystemKey.of("restart-most", WHOLE, "seconds before a restart at most, as each waits twice as long as the one before; 60 without this"),
        SystemKey.of("ready-port", WHOLE, "it is up when something answers at this port of TCP inside"),
        SystemKey.of("ready-descriptor", WHOLE, "it is up when it has written a line to this descriptor"),
        SystemKey.of("ready-command", TEXTS, "it is up when this command ends well"),
        SystemKey.of("ready-within", WHOLE, "seconds in which it has to be up; 60 without this"),
        SystemKey.of("log", FLAG, "whether what it prints is kept in files of its own; true without this"),
        SystemKey.of("log-size", TEXT, "how large a file of its log becomes, such as 1M, which it is without this"),
        SystemKey.of("log-files", WHOLE, "how many full files are kept; 10 without this"),
        SystemKey.oneOf("stop-signal", "the signal that ends it; TERM without this", "TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "KILL"),
        SystemKey.of("stop-within", WHOLE, "seconds in which it has to end before it is killed; 10 without this"));
  }
}
