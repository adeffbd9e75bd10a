package dev.carrel.backend.namespace;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.linux.machine.Errno;
import dev.carrel.linux.seccomp.FilterPolicy;
import dev.carrel.linux.seccomp.FilterPolicy.Action;
import dev.carrel.linux.seccomp.FilterPolicy.Comparison;
import dev.carrel.linux.seccomp.FilterPolicy.Condition;
import dev.carrel.linux.seccomp.FilterPolicy.Rule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a seccomp profile: the form of the OCI runtime specification (config-linux.md, "Seccomp"), and Docker's and Podman's,
 * which adds conditions on capabilities, architectures and kernels ({@code includes}, {@code excludes}, {@code minKernel}).
 */
final class OciProfile {
  private static final int DEFAULT_ERRNO = Errno.EPERM.number();
  private static final String HAND_OVER = "sendmsg";

  private final SystemCallFilter.Oci source;
  private final Set<Capability> capabilities;
  private final List<Rule> rules = new ArrayList<>();

  OciProfile(SystemCallFilter.Oci source, Set<Capability> capabilities) {
    this.source = source;
    this.capabilities = capabilities;
  }

  /**
   * What the profile says.
   *
   * @throws CarrelException of kind USAGE, naming the field that is wrong
   */
  FilterPolicy policy() {
    JsonObject profile = parse();
    Action otherwise = action(profile, "defaultAction", "defaultErrnoRet", "the profile");
    JsonArray calls = array(profile, "syscalls", "the profile");
    for (int i = 0; i < calls.size(); i++) {
      String where = "syscalls[" + i + "]";
      JsonObject entry = object(calls.get(i), where);
      if (applies(entry, where)) {
        add(entry, where);
      }
    }
    if (otherwise.equals(Action.NOTIFY)) {
      throw wrong("defaultAction: " + CallListeners.ACTION + " would tell of the call by which the listener is handed over, too; name the calls");
    }
    return new FilterPolicy(otherwise, Action.KILL_PROCESS, rules, foreignAbi(profile));
  }

  /** Whether the kernel tells of some calls. */
  boolean notifies() {
    return policy().rules().stream().anyMatch(rule -> rule.action().equals(Action.NOTIFY));
  }

  /** The socket of who is told of calls. */
  Path listenerPath() {
    JsonObject profile = parse();
    if (!profile.has("listenerPath")) {
      throw wrong("it has " + CallListeners.ACTION + " and lacks listenerPath, the socket where somebody listens");
    }
    Path path = Path.of(string(profile, "listenerPath", "the profile"));
    if (!path.isAbsolute()) {
      throw wrong("listenerPath: " + path + " is no absolute path");
    }
    return path;
  }

  /** What that one is to be told with it. */
  Optional<String> listenerMetadata() {
    JsonObject profile = parse();
    return profile.has("listenerMetadata") ? Optional.of(string(profile, "listenerMetadata", "the profile")) : Optional.empty();
  }

  private JsonObject parse() {
    try {
      return object(JsonParser.parseString(source.json()), "the profile");
    } catch (JsonParseException e) {
      throw wrong("it is no JSON: " + e.getMessage().replaceAll("\\s*\\n.*", ""));
    }
  }

  private void add(JsonObject entry, String where) {
    Action action = action(entry, "action", "errnoRet", where);
    List<String> names = strings(entry, "names", where);
    if (entry.has("name")) { // Docker's older form
      names = List.of(string(entry, "name", where));
    }
    if (names.isEmpty()) {
      throw wrong(where + " names no system call");
    }
    List<Condition> conditions = new ArrayList<>();
    Map<Integer, Integer> uses = new HashMap<>();
    JsonArray arguments = array(entry, "args", where);
    for (int i = 0; i < arguments.size(); i++) {
      Condition condition = condition(object(arguments.get(i), where + ".args[" + i + "]"), where + ".args[" + i + "]");
      conditions.add(condition);
      uses.merge(condition.argument(), 1, Integer::sum);
    }
    boolean alternatives = uses.values().stream().anyMatch(count -> count > 1);
    for (String name : names) {
      if (action.equals(Action.NOTIFY) && name.equals(HAND_OVER)) {
        throw wrong(where + ": the call " + HAND_OVER + " cannot be told of, as the listener is handed over by it");
      }
      if (alternatives) { // runc's reading: several conditions on one argument are one rule each
        conditions.forEach(condition -> rules.add(new Rule(name, action, List.of(condition))));
      } else {
        rules.add(new Rule(name, action, conditions));
      }
    }
  }

  private Condition condition(JsonObject argument, String where) {
    String operator = string(argument, "op", where);
    Comparison comparison = switch (operator) {
      case "SCMP_CMP_NE" -> Comparison.NE;
      case "SCMP_CMP_LT" -> Comparison.LT;
      case "SCMP_CMP_LE" -> Comparison.LE;
      case "SCMP_CMP_EQ" -> Comparison.EQ;
      case "SCMP_CMP_GE" -> Comparison.GE;
      case "SCMP_CMP_GT" -> Comparison.GT;
      case "SCMP_CMP_MASKED_EQ" -> Comparison.MASKED_EQ;
      default -> throw wrong(where + ".op: '" + operator + "' is no comparison; SCMP_CMP_EQ is one");
    };
    long index = number(argument, "index", 0, where);
    if (index < 0 || index > 5) {
      throw wrong(where + ".index: a system call has the arguments 0 to 5, not " + index);
    }
    return new Condition((int) index, comparison, number(argument, "value", 0, where), number(argument, "valueTwo", 0, where));
  }

  /** Docker's conditions: what is included must hold, what is excluded must not. */
  private boolean applies(JsonObject entry, String where) {
    JsonObject includes = entry.has("includes") ? object(entry.get("includes"), where + ".includes") : new JsonObject();
    JsonObject excludes = entry.has("excludes") ? object(entry.get("excludes"), where + ".excludes") : new JsonObject();
    boolean included = allCapabilities(strings(includes, "caps", where), where)
        && (!includes.has("arches") || strings(includes, "arches", where).contains(architecture()))
        && (!includes.has("minKernel") || kernelAtLeast(string(includes, "minKernel", where), where));
    boolean excluded = anyCapability(strings(excludes, "caps", where), where)
        || strings(excludes, "arches", where).contains(architecture())
        || excludes.has("minKernel") && kernelAtLeast(string(excludes, "minKernel", where), where);
    return included && !excluded;
  }

  private boolean allCapabilities(List<String> names, String where) {
    return names.stream().allMatch(name -> capabilities.contains(capability(name, where)));
  }

  private boolean anyCapability(List<String> names, String where) {
    return names.stream().anyMatch(name -> capabilities.contains(capability(name, where)));
  }

  private Capability capability(String name, String where) {
    return Capability.of(name).orElseThrow(() -> wrong(where + ": '" + name + "' is no capability; CAP_SYS_ADMIN is one"));
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private boolean kernelAtLeast(String wanted, String where) {
    if (!wanted.matches("[0-9]+\\.[0-9]+")) {
      throw wrong(where + ".minKernel: '" + wanted + "' is no version like 5.8");
    }
    String[] want = wanted.split("\\.");
    String[] have = System.getProperty("os.version").split("[^0-9]+");
    int major = Integer.parseInt(have[0]) - Integer.parseInt(want[0]);
    return major > 0 || major == 0 && Integer.parseInt(have[1]) >= Integer.parseInt(want[1]);
  }

  /** Whether the profile names the other, 32-bit architecture of this processor. */
  private boolean foreignAbi(JsonObject profile) {
    String own = architecture().equals("amd64") ? "SCMP_ARCH_X86_64" : "SCMP_ARCH_AARCH64";
    String foreign = architecture().equals("amd64") ? "SCMP_ARCH_X86" : "SCMP_ARCH_ARM";
    if (strings(profile, "architectures", "the profile").contains(foreign)) {
      return true;
    }
    JsonArray map = array(profile, "archMap", "the profile");
    for (int i = 0; i < map.size(); i++) {
      JsonObject entry = object(map.get(i), "archMap[" + i + "]");
      if (string(entry, "architecture", "archMap").equals(own)) {
        return strings(entry, "subArchitectures", "archMap").contains(foreign);
      }
    }
    return false;
  }

  private Action action(JsonObject object, String field, String errnoField, String where) {
    String name = string(object, field, where);
    int errno = (int) number(object, errnoField, DEFAULT_ERRNO, where);
    if (errno < 0 || errno > 4095) {
      throw wrong(where + "." + errnoField + ": " + errno + " is no errno");
    }
    return switch (name) {
      case "SCMP_ACT_ALLOW" -> Action.ALLOW;
      case "SCMP_ACT_ERRNO" -> Action.errno(errno);
      case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> Action.KILL_THREAD;
      case "SCMP_ACT_KILL_PROCESS" -> Action.KILL_PROCESS;
      case "SCMP_ACT_TRAP" -> Action.TRAP;
      case "SCMP_ACT_TRACE" -> Action.trace(errno);
      case "SCMP_ACT_LOG" -> Action.LOG;
      case CallListeners.ACTION -> Action.NOTIFY;
      default -> throw wrong(where + "." + field + ": '" + name + "' is no action; SCMP_ACT_ERRNO is one");
    };
  }

  private JsonObject object(JsonElement element, String where) {
    if (!element.isJsonObject()) {
      throw wrong(where + " is no object");
    }
    return element.getAsJsonObject();
  }

  private JsonArray array(JsonObject object, String field, String where) {
    JsonElement element = object.get(field);
    if (element == null || element.isJsonNull()) {
      return new JsonArray();
    }
    if (!element.isJsonArray()) {
      throw wrong(where + "." + field + " is no list");
    }
    return element.getAsJsonArray();
  }

  private List<String> strings(JsonObject object, String field, String where) {
    List<String> strings = new ArrayList<>();
    for (JsonElement element : array(object, field, where)) {
      strings.add(text(element, where + "." + field));
    }
    return strings;
  }

  private String string(JsonObject object, String field, String where) {
    JsonElement element = object.get(field);
    if (element == null) {
      throw wrong(where + " lacks " + field);
    }
    return text(element, where + "." + field);
  }

  private String text(JsonElement element, String where) {
    if (!element.isJsonPrimitive() || !element.getAsJsonPrimitive().isString()) {
      throw wrong(where + " is no string");
    }
    return element.getAsString();
  }

  private long number(JsonObject object, String field, long otherwise, String where) {
    JsonElement element = object.get(field);
    if (element == null || element.isJsonNull()) {
      return otherwise;
    }
    try {
      return element.getAsBigDecimal().toBigIntegerExact().longValue(); // also numbers of 64 bits without a sign
    } catch (RuntimeException e) {
      throw wrong(where + "." + field + " is no whole number");
    }
  }

  private CarrelException wrong(String what) {
    return CarrelException.usage("cannot use the seccomp profile " + source.origin() + ": " + what
        + ". Its form is that of Docker, Podman and the OCI runtime specification");
  }
}
