package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.ResourceLimit.Range;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.container.Weakness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** A program as the runtime specification writes it (config.md, "Process"), who it is and what it may do. Pure functions. */
final class ProcessObject {
  /** As Carrel has it: no file is that small, and it is by 1 alone that the kernel pipes none to a program of the host. */
  private static final Range NO_CORE = new Range(1, 1);

  private ProcessObject() {}

  static JsonObject of(ProcessSpec wanted, Identity identity, Security security, HostFacts host) {
    JsonObject user = new JsonObject();
    user.addProperty("uid", identity.user().inside());
    user.addProperty("gid", identity.group().inside());
    user.addProperty("umask", wanted.traits().umask().orElse(host.umask()));
    if (!wanted.traits().groups().isEmpty()) {
      JsonArray groups = new JsonArray();
      wanted.traits().groups().forEach(groups::add);
      user.add("additionalGids", groups);
    }
    JsonObject process = new JsonObject();
    process.addProperty("terminal", wanted.stdio().terminal().isPresent());
    if (wanted.stdio().terminal().isPresent()) {
      TerminalSize size = wanted.stdio().terminal().get();
      JsonObject console = new JsonObject();
      console.addProperty("height", size.rows());
      console.addProperty("width", size.columns());
      process.add("consoleSize", console);
    }
    process.add("user", user);
    process.add("args", Json.array(wanted.command()));
    JsonArray variables = new JsonArray();
    new TreeMap<>(wanted.environment()).forEach((name, value) -> variables.add(name + "=" + value));
    process.add("env", variables);
    process.addProperty("cwd", wanted.directory().toString());
    process.add("capabilities", capabilities(identity, security));
    process.add("rlimits", limits(security, host));
    process.addProperty("noNewPrivileges", !security.has(Weakness.NEW_PRIVILEGES));
    security.oomScoreAdjustment().ifPresent(adjustment -> process.addProperty("oomScoreAdj", adjustment));
    return process;
  }

  private static JsonObject capabilities(Identity identity, Security security) {
    List<String> names = new ArrayList<>();
    for (Capability capability : new TreeSet<>(security.capabilities())) {
      names.add(capability.label());
    }
    JsonObject capabilities = new JsonObject();
    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) {
      boolean kept = identity.user().inside() != 0 || !set.equals("inheritable") && !set.equals("ambient");
      capabilities.add(set, Json.array(kept ? names : List.of()));
    }
    return capabilities;
  }

  private static JsonArray limits(Security security, HostFacts host) {
    Map<ResourceLimit, Range> limits = new TreeMap<>();
    host.openFiles().ifPresent(files -> limits.put(ResourceLimit.NOFILE, new Range(files.soft(), files.hard())));
    if (!security.has(Weakness.CORE_DUMPS)) {
      limits.put(ResourceLimit.CORE, NO_CORE);
    }
    limits.putAll(security.limits());
    JsonArray array = new JsonArray();
    limits.forEach((limit, range) -> array.add(Json.limit(limit.name(), range.soft(), range.hard())));
    return array;
  }
}
