package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Mount;
import dev.carrel.backend.namespace.ToolBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the config.json of a bundle, as the runtime specification of the Open Container Initiative says. What is in the root file system
 * already is not in it. A pure function.
 */
final class Configuration {
  private final ContainerSpec spec;
  private final List<Mount> views;
  private final Map<Path, Mount.Bind> inDevices;
  private final HostFacts host;
  private final boolean ranged;
  private final Views made;

  private Configuration(LaunchPlan plan, HostFacts host) {
    this.spec = plan.spec();
    this.views = ToolBackend.views(plan);
    this.inDevices = ToolBackend.inDevices(plan);
    this.host = host;
    this.ranged = spec.identity().ranged();
    this.made = new Views(spec, host);
  }

  /** The text of the file. */
  static String of(LaunchPlan plan, HostFacts host) {
    return Json.text(new Configuration(plan, host).write());
  }

  /** What the runtime mounts. */
  static JsonArray mounts(LaunchPlan plan, HostFacts host) {
    return new Configuration(plan, host).write().getAsJsonArray("mounts");
  }

  private JsonObject write() {
    for (Mount view : views) {
      mount(view);
    }
    JsonObject root = new JsonObject();
    root.addProperty("path", "rootfs");
    root.addProperty("readonly", false); // it is already, if it is to be
    JsonObject all = new JsonObject();
    all.addProperty("ociVersion", Json.VERSION);
    if (spec.hostname().isPresent() && spec.namespaces().contains(Namespace.UTS)) {
      all.addProperty("hostname", spec.hostname().get());
    }
    all.add("root", root);
    all.add("process", process());
    all.add("mounts", made.mounts());
    all.add("linux", linux());
    return all;
  }

  /** Carrel's first process, which makes of itself what the program is to be. */
  private JsonObject process() {
    JsonObject user = new JsonObject();
    user.addProperty("uid", ranged ? spec.identity().user().inside() : 0);
    user.addProperty("gid", ranged ? spec.identity().group().inside() : 0);
    user.addProperty("umask", host.umask());
    List<String> names = new ArrayList<>();
    for (Capability capability : Capability.values()) {
      names.add(capability.label());
    }
    JsonObject capabilities = new JsonObject();
    for (String set : List.of("bounding", "effective", "permitted", "inheritable", "ambient")) { // the last two: it need not be root inside
      capabilities.add(set, Json.array(names));
    }
    JsonObject process = new JsonObject();
    process.addProperty("terminal", false);
    process.add("user", user);
    process.add("args", Json.array(List.of(ToolBackend.firstProgram())));
    process.add("env", new JsonArray());
    process.addProperty("cwd", "/");
    process.add("capabilities", capabilities);
    host.openFiles().ifPresent(limit -> process.add("rlimits", limits(limit)));
    process.addProperty("noNewPrivileges", true);
    return process;
  }

  /** Some runtimes raise it for themselves, and what they execute would have it so. */
  private static JsonArray limits(HostFacts.OpenFiles limit) {
    JsonArray limits = new JsonArray();
    limits.add(Json.limit("NOFILE", limit.soft(), limit.hard()));
    return limits;
  }

  private void mount(Mount view) {
    made.add(view);
    if (view instanceof Mount.Dev) {
      for (Map.Entry<Path, Mount.Bind> entry : inDevices.entrySet()) {
        if (entry.getValue().target().startsWith(view.target())) {
          made.mounts().add(Json.mount(entry.getValue().target().toString(), "bind", entry.getKey().toString(), List.of("rbind")));
        }
      }
    }
  }

  private JsonObject linux() {
    Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
    namespaces.addAll(spec.namespaces());
    namespaces.remove(Namespace.CGROUP); // made by the first process, once it is in its groups
    JsonObject linux = new JsonObject();
    linux.add("namespaces", Json.namespaces(namespaces));
    linux.add("uidMappings", mappings(spec.identity().users()));
    linux.add("gidMappings", mappings(spec.identity().groups()));
    linux.add("maskedPaths", made.masked());
    linux.add("readonlyPaths", made.readOnly());
    linux.addProperty("rootfsPropagation", "slave"); // what is private stays private
    return linux;
  }

  /** With one id, who starts the runtime is root there, and root inside. */
  private JsonArray mappings(List<IdMapping> ids) {
    return Json.mappings(ranged ? ids : List.of(new IdMapping(0, 0, 1)));
  }
}
