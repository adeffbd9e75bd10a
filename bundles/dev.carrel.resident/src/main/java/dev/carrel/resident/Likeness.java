package dev.carrel.resident;

import dev.carrel.api.host.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a process would have a container inherit, and may do, just what this one would: it has the same root, namespaces, ids, capabilities,
 * limits and so on, and the same variables where Carrel goes by them. So nobody gets more from a runtime than from a start of their own; see proc(5).
 */
final class Likeness {
  private static final Path OWN = Path.of("/proc/self");
  private static final List<String> NAMESPACES = List.of("mnt", "user", "pid", "net", "ipc", "uts", "cgroup", "time", "pid_for_children", "time_for_children");
  private static final Set<String> FACTS = Set.of("Uid", "Gid", "Groups", "Umask", "NoNewPrivs", "Seccomp", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
      "Cpus_allowed", "Mems_allowed");
  /** Of proc(5)'s stat, behind the name: nice value, realtime priority, scheduling policy. */
  private static final int[] SCHEDULING = {16, 37, 38};
  private static final Set<String> VARIABLES = Set.of("HOME", "TMPDIR", "TZ", "APT_CONFIG", "DBUS_SESSION_BUS_ADDRESS", "JAVA_TOOL_OPTIONS",
      "JDK_JAVA_OPTIONS", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_DIRS",
      "XDG_DATA_DIRS");
  private static final List<String> KINDS = List.of("CARREL_", "NIX_", "GUIX_");
  /** Where a session of systemd's is. Root's Carrel asks none, and a service of root's has none. */
  private static final Set<String> SESSION = Set.of("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR");
  private static final String ROOT = "Uid:\t0\t0\t0\t0";
  /** Says where a runtime is, and nothing to the runtime. */
  private static final String PLACE = "CARREL_RESIDENT";

  private Likeness() {}

  static boolean holds(Caller caller) {
    Path process = Path.of("/proc/" + caller.pid());
    try {
      Set<String> facts = facts(OWN);
      boolean root = facts.contains(ROOT);
      return variables(caller.environment(), root).equals(variables(System.getenv(), root)) && sameNamespaces(process)
          && Files.isSameFile(process.resolve("root"), OWN.resolve("root")) && facts(process).equals(facts)
          && scheduling(process).equals(scheduling(OWN)) && killability(process) <= killability(OWN)
          && read(process.resolve("personality")).equals(read(OWN.resolve("personality"))) && limits(process).equals(limits(OWN))
          && confinement(process).equals(confinement(OWN));
    } catch (IOException e) {
      return false; // it has gone, or is another user's after all
    }
  }

  private static boolean sameNamespaces(Path process) throws IOException {
    for (String namespace : NAMESPACES) {
      Path own = OWN.resolve("ns").resolve(namespace);
      if (Files.exists(own) && !Files.readSymbolicLink(own).equals(Files.readSymbolicLink(process.resolve("ns").resolve(namespace)))) {
        return false;
      }
    }
    return true;
  }

  /** Those by which Carrel finds its files and its way; a relative path would lead elsewhere. */
  private static Map<String, String> variables(Map<String, String> all, boolean root) {
    Map<String, String> some = new HashMap<>();
    all.forEach((name, value) -> {
      if (VARIABLES.contains(name) && !(root && SESSION.contains(name)) || name.endsWith("_proxy") || name.endsWith("_PROXY")
          || KINDS.stream().anyMatch(name::startsWith) && !name.equals(PLACE)) {
        some.put(name, value);
      }
    });
    return some;
  }

  private static Set<String> facts(Path process) throws IOException {
    Set<String> facts = new TreeSet<>();
    for (String line : read(process.resolve("status")).split("\n")) {
      if (FACTS.contains(line.substring(0, Math.max(line.indexOf(':'), 0)))) {
        facts.add(line);
      }
    }
    return facts;
  }

  private static List<String> scheduling(Path process) throws IOException {
    String stat = read(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Arrays.stream(SCHEDULING).mapToObj(i -> fields[i]).toList();
  }

  /** Who is killed sooner than otherwise when memory is short has gained nothing; services of a user manager all are. */
  private static int killability(Path process) throws IOException {
    return Integer.parseInt(read(process.resolve("oom_score_adj")).strip());
  }

  /** A JVM raises the number of files that it may open to the hard limit, which is what counts. */
  private static List<String> limits(Path process) throws IOException {
    return read(process.resolve("limits")).lines().map(line -> line.startsWith("Max open files") ? line.replaceFirst("(\\d+|unlimited) +", "") : line).toList();
  }

  /** By AppArmor, SELinux or the like; without one, there is nothing to be read. */
  private static String confinement(Path process) {
    try {
      return read(process.resolve("attr/current"));
    } catch (IOException e) {
      return "";
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }
}
