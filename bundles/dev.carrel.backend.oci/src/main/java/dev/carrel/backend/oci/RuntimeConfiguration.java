package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Mount;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.linux.seccomp.FilterPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the config.json of a bundle that a runtime starts by itself: what the container is like is in it as in one that is made by hand, but its root file
 * system is built before. Pure functions.
 */
final class RuntimeConfiguration {
  /** Who is root inside for the host, if the program is to be somebody else: nobody. */
  private static final long NOBODY = 65_534;

  private RuntimeConfiguration() {}

  /**
   * The text of the file.
   *
   * @param devices the directory of devices
   * @param ownKernel whether the runtime's kernel lets nobody write to a device in a directory that nobody can write
   */
  static String of(LaunchPlan plan, HostFacts host, List<FilterPolicy> filters, Path devices, boolean ownKernel) {
    JsonObject all = PortableBundle.object(plan, host, filters);
    Identity identity = plan.spec().identity();
    JsonObject root = new JsonObject();
    root.addProperty("path", "rootfs");
    root.addProperty("readonly", false); // it is already, if it is to be
    all.add("root", root);
    JsonObject process = ProcessObject.of(plan.spec().process(), identity, plan.spec().security(), host);
    process.add("args", Json.array(List.of(ToolBackend.init(devices).toString())));
    all.add("process", process);
    JsonArray mounts = Configuration.mounts(plan, host);
    if (ownKernel) {
      mounts.forEach(mount -> open(mount.getAsJsonObject(), devices));
    }
    mounts.add(Json.mount(ToolBackend.init(devices).toString(), "bind", ToolBackend.init(), List.of("bind", "ro", "nosuid", "nodev")));
    all.add("mounts", mounts);
    JsonObject linux = all.getAsJsonObject("linux");
    if (ToolBackend.isAttached(plan.spec())) { // the kernel lets nobody mount sysfs who has not made the network namespace
      remove(linux.getAsJsonArray("namespaces"), "type", "network");
      remove(mounts, "type", "sysfs");
    }
    linux.remove("resources"); // of groups that Carrel makes
    if (!identity.ranged()) {
      linux.add("uidMappings", Json.mappings(withRoot(identity.user())));
      linux.add("gidMappings", Json.mappings(withRoot(identity.group())));
    }
    return Json.text(all);
  }

  private static void remove(JsonArray array, String field, String value) {
    for (int i = array.size() - 1; i >= 0; i--) {
      if (array.get(i).getAsJsonObject().get(field).getAsString().equals(value)) {
        array.remove(i);
      }
    }
  }

  private static void open(JsonObject mount, Path devices) {
    if (mount.get("destination").getAsString().equals(devices.toString())) {
      mount.getAsJsonArray("options").remove(new JsonPrimitive("ro"));
    }
  }

  /** Runtimes prepare a container as user 0 in there. */
  private static List<IdMapping> withRoot(IdMapping one) {
    return one.inside() == 0 ? List.of(one) : List.of(new IdMapping(0, one.outside() == NOBODY ? NOBODY - 1 : NOBODY, 1), one);
  }

  /** Its directories of devices. */
  static List<Path> devices(LaunchPlan plan) {
    List<Path> found = new ArrayList<>();
    for (Mount mount : plan.mounts().mounts()) {
      if (mount instanceof Mount.Dev) {
        found.add(mount.target());
      }
    }
    return found;
  }
}
