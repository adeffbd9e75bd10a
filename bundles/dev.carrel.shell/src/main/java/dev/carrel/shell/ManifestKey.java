package dev.carrel.shell;

import dev.carrel.api.declaration.Value;
import java.util.List;

/**
 * A key of a manifest: it says what an option of {@code carrel shell} says. A new key is a line of {@link #ALL}.
 *
 * @param name of the key
 * @param kind what its value is
 * @param option the option without its dashes; the packages and the command are none
 */
record ManifestKey(String name, Kind kind, String option) {
  static final String PACKAGES = "packages";
  static final String COMMAND = "command";

  /** What a key's value is, and how it is written. */
  enum Kind {
    TEXT("a text", "\"...\""),
    WHOLE("a whole number", "600"),
    /** An option without a value, if it is true. */
    FLAG("true or false", "true"),
    /** Each is the value of one option. */
    LIST("a list of texts", "[\"...\", \"...\"]"),
    /** The same; each begins with a path, which is taken from the manifest's directory. */
    PATHS("a list of texts", "[\"PATH\", \"PATH=PATH\"]"),
    /** The same; each has paths among its parts. */
    MOUNTS("a list of texts", "[\"type=tmpfs,target=/cache\"]"),
    /** A path that is taken from the manifest's directory. */
    PATH("a path as a text", "\"PATH\""),
    /** Names with a text or a number each, which the option takes as NAME=VALUE. */
    TABLE("a table of names with a text or a number each", "{ NAME = \"...\" }"),
    /** Words that are no options. */
    WORDS("a list of texts", "[\"...\", \"...\"]");

    private final String meaning;
    private final String example;

    Kind(String meaning, String example) {
      this.meaning = meaning;
      this.example = example;
    }

    /** In a sentence: it is to be ... */
    String meaning() {
      return meaning;
    }

    String example() {
      return example;
    }

    /** Whether a value is one as far as can be seen from outside. */
    boolean fits(Value value) {
      return switch (this) {
        case TEXT, PATH -> value instanceof Value.Text;
        case WHOLE -> value instanceof Value.Whole;
        case FLAG -> value instanceof Value.Truth;
        case LIST, PATHS, MOUNTS, WORDS -> value instanceof Value.Sequence;
        case TABLE -> value instanceof Value.Table;
      };
    }
  }

  /** All there are, in the order in which a manifest is written. */
  static final List<ManifestKey> ALL = List.of(
      new ManifestKey(PACKAGES, Kind.WORDS, ""),
      of(PackageWords.DEVELOPMENT, Kind.LIST),
      of("source", Kind.TEXT),
      of("build", Kind.FLAG),
      new ManifestKey("archives", Kind.LIST, "archive"),
      of("no-scripts", Kind.FLAG),
      of("skip-failed-scripts", Kind.FLAG),
      of("script-timeout", Kind.WHOLE),
      new ManifestKey(COMMAND, Kind.WORDS, ""),
      of("directory", Kind.PATH),
      of("no-cwd", Kind.FLAG),
      of("expose", Kind.PATHS),
      of("share", Kind.PATHS),
      of("mount", Kind.MOUNTS),
      of("symlink", Kind.LIST),
      of("mask", Kind.LIST),
      of("read-only", Kind.LIST),
      of("link-profile", Kind.FLAG),
      of("writable-root", Kind.FLAG),
      of("user", Kind.TEXT),
      of("uid", Kind.WHOLE),
      of("gid", Kind.WHOLE),
      of("ids", Kind.TEXT),
      of("hostname", Kind.TEXT),
      of("network", Kind.TEXT),
      of("publish", Kind.LIST),
      of("ip", Kind.LIST),
      of("mac", Kind.TEXT),
      of("mtu", Kind.WHOLE),
      of("dns", Kind.LIST),
      of("egress", Kind.TEXT),
      of("allow-net", Kind.LIST),
      of("deny-net", Kind.FLAG),
      of("host-loopback", Kind.FLAG),
      of("memory", Kind.TEXT),
      of("memory-high", Kind.TEXT),
      of("swap", Kind.TEXT),
      of("cpus", Kind.TEXT),
      of("cpu-weight", Kind.WHOLE),
      of("cpuset", Kind.TEXT),
      of("pids", Kind.WHOLE),
      of("io-weight", Kind.WHOLE),
      of("io-max", Kind.LIST),
      of("hugetlb", Kind.LIST),
      of("namespaces", Kind.TEXT),
      of("time-offset", Kind.WHOLE),
      of("preserve", Kind.LIST),
      of("umask", Kind.TEXT),
      of("nice", Kind.WHOLE),
      of("scheduler", Kind.TEXT),
      of("cpu-affinity", Kind.TEXT),
      of("io-priority", Kind.TEXT),
      of("memory-policy", Kind.TEXT),
      of("personality", Kind.LIST),
      of("oom-score-adj", Kind.WHOLE),
      of("cap-add", Kind.LIST),
      of("cap-drop", Kind.LIST),
      new ManifestKey("seccomp", Kind.PATHS, "seccomp"),
      of("allow", Kind.LIST),
      of("weak", Kind.LIST),
      of("backend", Kind.TEXT),
      new ManifestKey("environment", Kind.TABLE, "env"),
      new ManifestKey("limits", Kind.TABLE, "ulimit"),
      of("sysctl", Kind.TABLE));

  private static ManifestKey of(String option, Kind kind) {
    return new ManifestKey(option, kind, option);
  }
}
