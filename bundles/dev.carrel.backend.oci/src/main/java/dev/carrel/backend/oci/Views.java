package dev.carrel.backend.oci;

import com.google.gson.JsonArray;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.mount.Mount;
import java.util.List;

/**
 * What a runtime mounts of the container's own namespaces, and what of that it covers.
 *
 * @param mounts those so far
 * @param masked the paths that it covers
 * @param readOnly the paths that nobody can write
 */
record Views(ContainerSpec spec, HostFacts host, JsonArray mounts, JsonArray masked, JsonArray readOnly) {
  private static final List<String> COVERED = List.of("interrupts", "kcore", "keys", "latency_stats", "sched_debug", "timer_list", "timer_stats", "acpi", "scsi");
  private static final List<String> READ_ONLY = List.of("bus", "fs", "irq", "sys", "sysrq-trigger");
  private static final List<String> COVERED_IN_SYS = List.of("firmware", "devices/virtual/powercap");

  /** Of nothing yet. */
  Views(ContainerSpec spec, HostFacts host) {
    this(spec, host, new JsonArray(), new JsonArray(), new JsonArray());
  }

  /** One of proc, sysfs and devices. */
  void add(Mount view) {
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
  }

  private void add(String target, String type, String... options) {
    mounts.add(Json.mount(target, type, type, List.of(options)));
  }
}
