package dev.carrel.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Which bundles there are, and which a command needs: a bundle that nothing needs is not installed, as each costs
 * milliseconds. Names are those of their files in the distribution, without {@code .jar}.
 */
enum BundleSets {
  /** Contracts alone: in a headless start the framework exports them, which spares three bundles. */
  CONTRACTS("org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component"),
  /** What every command needs; their classes are on the class path of a headless start. */
  CORE("org.apache.felix.scr", "jna", "commons-cli", "dev.carrel.api", "dev.carrel.linux", "dev.carrel.mount", "dev.carrel.engine", "dev.carrel.environment",
      "dev.carrel.backend.namespace", "dev.carrel.shell"),
  /** What packages need. */
  PACKAGES("dev.carrel.store", "dev.carrel.store.debian", "sqlite-jdbc", "commons-compress", "commons-io", "commons-lang3",
      "commons-codec", "xz", "zstd-jni"),
  /** What packages in other stores of the host need, besides. */
  HOST_STORES("dev.carrel.store.nix"),
  /** What manifests and locks need, besides. */
  DECLARATIONS("dev.carrel.toml", "antlr4-runtime"),
  /** What whole systems need, besides. */
  SYSTEMS("dev.carrel.system", "dev.carrel.system.init"),
  /** What limits need. */
  LIMITS("dev.carrel.cgroup"),
  /** What containers on networks need, besides. */
  NETWORKS("dev.carrel.network.veth", "dev.carrel.network.pasta"),
  /** What {@code --json} needs; a headless start has it on its class path. */
  JSON("gson"),
  /** What the interactive shell needs. */
  INTERACTIVE("org.apache.felix.gogo.runtime", "org.apache.felix.gogo.command", "org.apache.felix.gogo.jline", "jline", "dev.carrel.console");

  private static final Set<String> WITHOUT_PACKAGES = Set.of("backend", "clean", "container", "create", "events", "exec", "inspect", "kill", "list",
      "logs", "network", "pause", "processes", "remove", "resume", "run", "start", "stop", "top", "update", "wait");
  /** What is done with containers that may have limits. */
  private static final Set<String> WITH_LIMITS = Set.of("clean", "doctor", "events", "exec", "container", "inspect", "kill", "pause", "remove", "resume", "start",
      "stop", "top", "update", "wait");
  private static final List<String> LIMITS_BEGIN = List.of("--memory", "--swap", "--cpu", "--pids", "--io-", "--hugetlb", "--args");

  private static final Set<String> MANIFESTS = Set.of("allow", "deny", "lock");
  /** Commands that look for a manifest if no package is named. */
  private static final Set<String> PLACES = Set.of("shell", "environment");

  /** A manifest may say everything. */
  private static final List<BundleSets> MANIFEST = List.of(CORE, PACKAGES, HOST_STORES, DECLARATIONS, LIMITS, NETWORKS);
  /** Those of which a headless start may need any. */
  static final List<BundleSets> HEADLESS = List.of(CORE, PACKAGES, HOST_STORES, DECLARATIONS, SYSTEMS, LIMITS, NETWORKS);
  /** A declaration of a system may say everything but what is in other stores. */
  private static final List<BundleSets> SYSTEM = List.of(CORE, PACKAGES, DECLARATIONS, SYSTEMS, LIMITS, NETWORKS);

  /** Those that make networks, or take away what containers were given. */
  private static final Set<String> NETWORK_COMMANDS = Set.of("clean", "network", "stop");

  /** How they begin; {@code --args} may bring any of them. */
  private static final String[] NETWORK_OPTIONS =
      {"--network", "--publish", "--ip", "--mac", "--mtu", "--dns", "--egress", "--allow-net", "--deny-net", "--host-loopback", "--args"};

  private final List<String> bundles;

  BundleSets(String... bundles) {
    this.bundles = List.of(bundles);
  }

  /** The name of what is prepared for it. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  List<String> bundles() {
    return bundles;
  }

  /** The sets that a headless command line needs: all it could need for a command that is not known here. */
  static List<BundleSets> forCommand(List<String> words) {
    String command = words.get(0);
    if (command.equals("plan") && words.size() > 1) {
      command = words.get(1).equals("--json") && words.size() > 2 ? words.get(2) : words.get(1);
    }
    if (mayReadManifest(command, words)) {
      return MANIFEST;
    }
    if (command.equals("system")) {
      return SYSTEM;
    }
    List<BundleSets> sets = new ArrayList<>(List.of(CORE));
    if (!WITHOUT_PACKAGES.contains(command)) {
      sets.add(PACKAGES);
      if (mayNameHostStore(words)) {
        sets.add(HOST_STORES);
      }
    }
    if (WITH_LIMITS.contains(command) || mayLimit(words)) {
      sets.add(LIMITS);
    }
    if (NETWORK_COMMANDS.contains(command) || mayNeedNetwork(words)) {
      sets.add(NETWORKS);
    }
    return sets;
  }

  /** All that {@link #forCommand} can answer: what is wanted for each is prepared once. */
  static List<List<BundleSets>> combinations() {
    List<List<BundleSets>> all = new ArrayList<>();
    for (List<BundleSets> sets : List.of(List.of(CORE), List.of(CORE, PACKAGES), List.of(CORE, PACKAGES, HOST_STORES))) {
      all.add(sets);
      for (List<BundleSets> more : List.of(List.of(LIMITS), List.of(NETWORKS), List.of(LIMITS, NETWORKS))) {
        List<BundleSets> larger = new ArrayList<>(sets);
        larger.addAll(more);
        all.add(larger);
      }
    }
    all.add(MANIFEST);
    all.add(SYSTEM);
    return all;
  }

  /** Whether a word before {@code --} may be about limits: one too many costs milliseconds. */
  private static boolean mayLimit(List<String> words) {
    for (String word : words) {
      if (word.equals("--")) {
        return false;
      }
      for (String begin : LIMITS_BEGIN) {
        if (word.startsWith(begin)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a word before {@code --} may ask for an interface to a network. */
  private static boolean mayNeedNetwork(List<String> words) {
    for (String word : words) {
      if (word.equals("--")) {
        return false;
      }
      if (word.startsWith("--") && !word.equals("--network=none") && !word.equals("--network=host")) {
        for (String option : NETWORK_OPTIONS) {
          if (word.startsWith(option)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Whether a manifest may be named or looked for: where no word before {@code --} can be nothing but a package. */
  private static boolean mayReadManifest(String command, List<String> words) {
    if (MANIFESTS.contains(command)) {
      return true;
    }
    if (!PLACES.contains(command)) {
      return false;
    }
    boolean packages = false;
    boolean mayBeValue = false;
    for (String word : words.subList(words.indexOf(command) + 1, words.size())) {
      if (word.equals("--")) {
        break;
      }
      if (word.startsWith("-m") || word.startsWith("--manifest") || word.startsWith("--args")) {
        return true;
      }
      packages |= !word.startsWith("-") && !mayBeValue || word.startsWith("--profile") || word.startsWith("-p");
      mayBeValue = word.startsWith("-") && word.indexOf('=') < 0;
    }
    return !packages;
  }

  /** Whether a word before {@code --} may ask for such a store: one too many costs milliseconds. */
  private static boolean mayNameHostStore(List<String> words) {
    for (String word : words) {
      if (word.equals("--")) {
        return false;
      }
      if (word.startsWith("/") || word.startsWith("nix:") || word.startsWith("guix:") || word.endsWith("nix") || word.endsWith("guix")) {
        return true;
      }
    }
    return false;
  }
}
