package dev.carrel.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which bundles there are, and which a command needs: a bundle that nothing needs is not installed, as each costs
 * milliseconds. Names are those of their files in the distribution, without {@code .jar}.
 */
enum BundleSets {
  /** Contracts alone: in a headless start the framework exports them, which spares three bundles. */
  CONTRACTS("org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component"),
  /** What reads the files that configure Carrel, if there are any: it has to be there before what they configure. */
  SETTINGS("org.apache.felix.configadmin", "dev.carrel.configuration"),
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
  /** What another backend than Carrel's own needs, besides; and with it all that those who did not start a container may need. */
  BACKENDS("dev.carrel.backend.bubblewrap", "dev.carrel.backend.oci"),
  /** What containers on networks need, besides. */
  NETWORKS("dev.carrel.network.veth", "dev.carrel.network.pasta"),
  /** What keeps bundles of others. */
  ADDONS("dev.carrel.addon"),
  /** What knows what can be configured. */
  METATYPE("org.osgi.service.log", "org.apache.felix.metatype"),
  /** What tells figures, besides what these are of. */
  METRICS("dev.carrel.metrics"),
  /** What serves pages to browsers, never in a headless start: the server itself is not started before it is needed. */
  WEB("org.apache.felix.http.servlet-api", "commons-fileupload", "dev.carrel.silent", "org.apache.felix.http.jetty12", "dev.carrel.web"),
  /** What connects checks of Carrel's and of others; in a headless start there are no others. */
  HEALTH("org.apache.felix.healthcheck.api", "dev.carrel.health"),
  /** What {@code --json} needs; a headless start has it on its class path. */
  JSON("gson"),
  /** What the interactive shell needs. */
  INTERACTIVE("org.apache.felix.gogo.runtime", "org.apache.felix.gogo.command", "org.apache.felix.gogo.jline", "jline", "dev.carrel.console", "dev.carrel.resident"),
  /** What watches the folders of add-ons, in the interactive shell. */
  WATCHER("org.apache.felix.fileinstall");

  private static final Set<String> WITHOUT_PACKAGES = Set.of("backend", "clean", "connect", "container", "create", "exec", "inspect", "kill", "list",
      "logs", "network", "pause", "processes", "remove", "resume", "run", "serve", "start", "stop", "top", "update", "wait");
  /** What is done with containers that may have limits, and be another backend's. */
  private static final Set<String> WITH_LIMITS = Set.of("backend", "clean", "doctor", "events", "exec", "container", "inspect", "kill", "pause", "remove", "resume", "start",
      "stop", "top", "update", "wait");
  private static final List<String> LIMITS_BEGIN = List.of("--memory", "--swap", "--cpu", "--pids", "--io-", "--hugetlb", "--args");

  /** In a mount: its control groups are there. */
  private static final String GROUPS_INSIDE = "type=cgroup";

  /** What Carrel's own bundles offer: any other word may be a command of an add-on. */
  private static final Set<String> COMMANDS = Set.of("addon", "allow", "backend", "clean", "config", "connect", "container", "create", "deny", "doctor", "environment", "events",
      "exec", "help", "inspect", "kill", "list", "lock", "logs", "metrics", "network", "pause", "plan", "processes", "profile", "remove", "resume", "run", "serve", "shell",
      "start", "stop", "store", "system", "top", "update", "version", "wait", "web");
  /** Options whose value may be offered by an add-on, each with those that Carrel itself has. */
  private static final Map<String, Set<String>> OFFERED = Map.of("--source", Set.of("debian", "nix", "guix"),
      "--backend", Set.of("namespace", "bubblewrap", "oci", "oci-runtime"), "--network", Set.of("none", "host", "veth", "pasta", "slirp4netns"),
      "--provider", Set.of("veth", "pasta", "slirp4netns"));

  private static final Set<String> NAMES_PACKAGES = Set.of("environment", "plan", "profile", "shell");
  private static final Set<String> ARCHITECTURES = Set.of("all", "amd64", "any", "arm64", "armel", "armhf", "i386", "native", "ppc64el", "riscv64", "s390x");

  private static final Set<String> MANIFESTS = Set.of("allow", "deny", "lock");
  /** Commands that look for a manifest if no package is named. */
  private static final Set<String> PLACES = Set.of("shell", "environment");

  /** A manifest may say everything. */
  private static final List<BundleSets> MANIFEST = List.of(CORE, PACKAGES, HOST_STORES, DECLARATIONS, LIMITS, BACKENDS, NETWORKS);
  private static final List<BundleSets> WITH_ADDONS = List.of(CORE, ADDONS);
  private static final List<BundleSets> FIGURES = List.of(CORE, PACKAGES, LIMITS, BACKENDS, NETWORKS, METRICS);
  /** Those of which a headless start may need any. */
  static final List<BundleSets> HEADLESS = List.of(CORE, PACKAGES, HOST_STORES, DECLARATIONS, SYSTEMS, LIMITS, BACKENDS, NETWORKS, ADDONS, SETTINGS, METATYPE, METRICS);
  /** A declaration of a system may say everything but what is in other stores. */
  private static final List<BundleSets> SYSTEM = List.of(CORE, PACKAGES, DECLARATIONS, SYSTEMS, LIMITS, BACKENDS, NETWORKS);

  /** All that can be configured. */
  private static final List<BundleSets> CONFIG = List.of(SETTINGS, CORE, METATYPE, PACKAGES, NETWORKS);

  /** Those that make networks, tell of them, or see that containers have ended, and take away what those were given. */
  private static final Set<String> NETWORK_COMMANDS = Set.of("clean", "doctor", "inspect", "kill", "list", "network", "remove", "stop", "wait");

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

  /** The names of all that Carrel's own bundles offer, also of what only the interactive runtime has. */
  static Set<String> commands() {
    return new TreeSet<>(COMMANDS);
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
    if (command.equals("addon")) {
      return WITH_ADDONS;
    }
    if (command.equals("config")) {
      return CONFIG;
    }
    if (command.equals("metrics")) {
      return FIGURES;
    }
    List<BundleSets> sets = new ArrayList<>(List.of(CORE));
    if (!WITHOUT_PACKAGES.contains(command)) {
      sets.add(PACKAGES);
      if (mayNameHostStore(words)) {
        sets.add(HOST_STORES);
      }
    }
    boolean backends = WITH_LIMITS.contains(command) || mayChooseBackend(words);
    if (backends || mayLimit(words)) {
      sets.add(LIMITS);
    }
    if (backends) {
      sets.add(BACKENDS);
    }
    if (NETWORK_COMMANDS.contains(command) || mayNeedNetwork(words)) {
      sets.add(NETWORKS);
    }
    return sets;
  }

  /** The same where something is configured: that may be limits, a network or a backend, and few combinations are prepared. */
  static List<BundleSets> forConfigured(List<String> words) {
    List<BundleSets> sets = forCommand(words);
    return sets == CONFIG ? CONFIG : sets == WITH_ADDONS || sets == SYSTEM || sets == FIGURES ? configured(sets)
        : configured(sets.contains(PACKAGES) ? MANIFEST : List.of(CORE, LIMITS, BACKENDS, NETWORKS));
  }

  private static List<BundleSets> configured(List<BundleSets> sets) {
    List<BundleSets> all = new ArrayList<>(List.of(SETTINGS));
    all.addAll(sets);
    return all;
  }

  /** Whether a command goes on for long, and may use everything: it takes the second that starting all bundles takes. */
  static boolean needAll(List<String> words) {
    return (words.get(0).equals("web") || words.get(0).equals("serve")) && !words.contains("--help") && !words.contains("-h");
  }

  /** Whether a command tells more where there are add-ons. */
  static boolean asksAddons(List<String> words) {
    return words.get(0).equals("doctor") && !words.contains("--help") && !words.contains("-h");
  }

  /** Whether a command line asks for something that Carrel's own bundles do not offer. */
  static boolean mayNeedAddons(List<String> words) {
    if (!COMMANDS.contains(words.get(0)) || words.get(0).equals("config") && words.size() > 1) { // they have settings, too
      return true;
    }
    for (int i = 1; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--")) {
        return false;
      }
      if (NAMES_PACKAGES.contains(words.get(0)) && mayNameSource(word)) {
        return true;
      }
      if (word.startsWith("--")) {
        int equals = word.indexOf('=');
        Set<String> own = OFFERED.get(equals < 0 ? word : word.substring(0, equals));
        String value = equals >= 0 ? word.substring(equals + 1) : i + 1 < words.size() ? words.get(i + 1) : "";
        if (own != null && !value.startsWith("-") && !own.contains(value) && (equals >= 0 || !word.equals("--network"))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a word is a package with the name of its source; Debian's may have the name of an architecture behind them. */
  private static boolean mayNameSource(String word) {
    int colon = word.indexOf(':');
    return colon > 0 && word.charAt(0) != '-' && word.indexOf('/') < 0 && !word.startsWith("nix:") && !word.startsWith("guix:")
        && !ARCHITECTURES.contains(word.substring(colon + 1));
  }

  /** All that {@link #forCommand} can answer: what is wanted for each is prepared once. */
  static List<List<BundleSets>> combinations() {
    List<List<BundleSets>> all = new ArrayList<>();
    for (List<BundleSets> sets : List.of(List.of(CORE), List.of(CORE, PACKAGES), List.of(CORE, PACKAGES, HOST_STORES))) {
      all.add(sets);
      for (List<BundleSets> more : List.of(List.of(LIMITS), List.of(LIMITS, BACKENDS), List.of(NETWORKS), List.of(LIMITS, NETWORKS), List.of(LIMITS, BACKENDS, NETWORKS))) {
        List<BundleSets> larger = new ArrayList<>(sets);
        larger.addAll(more);
        all.add(larger);
      }
    }
    all.add(MANIFEST);
    all.add(SYSTEM);
    all.add(WITH_ADDONS);
    all.add(CONFIG);
    for (List<BundleSets> sets : List.of(List.of(CORE, LIMITS, BACKENDS, NETWORKS), MANIFEST, SYSTEM, WITH_ADDONS, FIGURES)) {
      all.add(configured(sets));
    }
    all.add(FIGURES);
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
      if (word.contains(GROUPS_INSIDE)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a word before {@code --} may name a backend that is not Carrel's own. */
  private static boolean mayChooseBackend(List<String> words) {
    for (String word : words) {
      if (word.equals("--")) {
        return false;
      }
      if (word.startsWith("--backend") && !word.equals("--backend=namespace") || word.startsWith("--args")) {
        return true;
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
