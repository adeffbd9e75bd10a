package dev.carrel.backend.oci;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Mount;
import dev.carrel.backend.namespace.ToolBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the config.json of a bundle, as the runtime specification of the Open Container Initiative says. What is in the root file system
 * already is not in it. A pure function.
 */
final class Configuration {
  /** The oldest version that has all that is used here, so that older runtimes take it. */
  private static final String VERSION = "1.0.2";
  private static final List<String> COVERED = List.of("interrupts", "kcore", "keys", "latency_stats", "sched_debug", "timer_list", "timer_stats", "acpi", "scsi");
  private static final List<String> READ_ONLY = List.of("bus", "fs", "irq", "sys", "sysrq-trigger");
  private static final List<String> COVERED_IN_SYS = List.of("firmware", "devices/virtual/powercap");
  private static final Map<Namespace, String> NAMES = new EnumMap<>(Map.of(Namespace.USER, "user", Namespace.MOUNT, "mount", Namespace.PID, "pid",
      Namespace.NETWORK, "network", Namespace.IPC, "ipc", Namespace.UTS, "uts"));

  private final ContainerSpec spec;
  private final List<Mount> views;
  private final Map<Path, Mount.Bind> inDevices;
  private final HostFacts host;
  private final boolean ranged;
  private final JsonArray mounts = new JsonArray();
  private final JsonArray masked = new JsonArray();
  private final JsonArray readOnly = new JsonArray();

  private Configuration(LaunchPlan plan, HostFacts host) {
    this.spec = plan.spec();
    this.views = ToolBackend.views(plan);
    this.inDevices = ToolBackend.inDevices(plan);
    this.host = host;
    this.ranged = spec.identity().ranged();
  }

  /** The text of the file. */
  static String of(LaunchPlan plan, HostFacts host) {
    return new GsonBuilder().disableHtmlEscaping().create().toJson(new Configuration(plan, host).write());
  }

  private JsonObject write() {
    for (Mount view : views) {
      mount(view);
    }
    JsonObject root = new JsonObject();
    root.addProperty("path", "rootfs");
    root.addProperty("readonly", false); // it is already, if it is to be
    JsonObject all = new JsonObject();
    all.addProperty("ociVersion", VERSION);
    if (spec.hostname().isPresent() && spec.namespaces().contains(Namespace.UTS)) {
      all.addProperty("hostname", spec.hostname().get());
    }
    all.add("root", root);
    all.add("process", process());
    all.add("mounts", mounts);
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
      capabilities.add(set, array(names));
    }
    JsonObject process = new JsonObject();
    process.addProperty("terminal", false);
    process.add("user", user);
    process.add("args", array(List.of(ToolBackend.firstProgram())));
    process.add("env", new JsonArray());
    process.addProperty("cwd", "/");
    process.add("capabilities", capabilities);
    host.openFiles().ifPresent(limit -> process.add("rlimits", limits(limit)));
    process.addProperty("noNewPrivileges", true);
    return process;
  }

  /** Some runtimes raise it for themselves, and what they execute would have it so. */
  private static JsonArray limits(HostFacts.OpenFiles limit) {
    JsonObject openFiles = new JsonObject();
    openFiles.addProperty("type", "RLIMIT_NOFILE");
    openFiles.addProperty("soft", limit.soft());
    openFiles.addProperty("hard", limit.hard());
    JsonArray limits = new JsonArray();
    limits.add(openFiles);
    return limits;
  }

  private void mount(Mount view) {
    String target = view.target().toString();
    boolean protect = !spec.security().has(Weakness.KERNEL_FILES);
    if (view instanceof Mount.Proc) {
      add(target, "proc", "nosuid", "nodev", "noexec");
      if (protect) {
        COVERED.forEach(name -> masked.add(target + "/" + name));
        READ_ONLY.forEach(name -> readOnly.add(target + "/" + name));
      }
    } else if (view instanceof Mount.Sys) {
      if (host.wholeSys() && spec.namespaces().contains(Namespace.NETWORK)) {
        add(target, "sysfs", "nosuid", "nodev", "noexec", "ro");
        if (protect) {
          COVERED_IN_SYS.forEach(name -> masked.add(target + "/" + name));
        }
      }
    } else {
      devices(target);
    }
  }

  private void devices(String target) {
    add(target, "tmpfs", "nosuid", "noexec", "mode=755", "size=64k", "nr_inodes=1024", "ro");
    add(target + "/pts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
    add(target + "/shm", "tmpfs", "nosuid", "nodev", "mode=1777", "size=64m", "nr_inodes=16384");
    if (spec.namespaces().contains(Namespace.IPC)) {
      add(target + "/mqueue", "mqueue", "nosuid", "nodev", "noexec");
    }
    for (Map.Entry<Path, Mount.Bind> entry : inDevices.entrySet()) {
      if (entry.getValue().target().startsWith(target)) {
        mounts.add(mount(entry.getValue().target().toString(), "bind", entry.getKey().toString(), List.of("rbind")));
      }
    }
  }

  private void add(String target, String type, String... options) {
    mounts.add(mount(target, type, type, List.of(options)));
  }

  private static JsonObject mount(String target, String type, String source, List<String> options) {
    JsonObject mount = new JsonObject();
    mount.addProperty("destination", target);
    mount.addProperty("type", type);
    mount.addProperty("source", source);
    mount.add("options", array(options));
    return mount;
  }

  private JsonObject linux() {
    JsonArray namespaces = new JsonArray();
    for (Map.Entry<Namespace, String> name : NAMES.entrySet()) {
      if (spec.namespaces().contains(name.getKey())) {
        JsonObject namespace = new JsonObject();
        namespace.addProperty("type", name.getValue());
        namespaces.add(namespace);
      }
    }
    JsonObject linux = new JsonObject();
    linux.add("namespaces", namespaces);
    linux.add("uidMappings", mappings(spec.identity().users()));
    linux.add("gidMappings", mappings(spec.identity().groups()));
    linux.add("maskedPaths", masked);
    linux.add("readonlyPaths", readOnly);
    linux.addProperty("rootfsPropagation", "slave"); // what is private stays private
    return linux;
  }

  /** With one id, who starts the runtime is root there, and root inside. */
  private JsonArray mappings(List<IdMapping> ids) {
    JsonArray mappings = new JsonArray();
    for (IdMapping id : ranged ? ids : List.of(new IdMapping(0, 0, 1))) {
      JsonObject mapping = new JsonObject();
      mapping.addProperty("containerID", id.inside());
      mapping.addProperty("hostID", id.outside());
      mapping.addProperty("size", id.count());
      mappings.add(mapping);
    }
    return mappings;
  }

  private static JsonArray array(List<String> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }
}
