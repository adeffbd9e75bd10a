package dev.carrel.backend.namespace;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who mounts what where a runtime of the OCI makes a container. It gets a root file system that is finished but for what shows the container's
 * own namespaces, and for /dev and what lies in there.
 *
 * @param prepared what is mounted before it, with the places of the rest
 * @param views what the runtime mounts: proc, sysfs and devices
 * @param inDevices what it mounts in the devices' directory, from {@link #source} on
 */
record BundleTree(MountPlan prepared, List<Mount> views, List<Mount.Bind> inDevices) {
  BundleTree {
    views = List.copyOf(views);
    inDevices = List.copyOf(inDevices);
  }

  /**
   * Divides a plan.
   *
   * @throws CarrelException if something lies where no runtime could mount it safely
   */
  static BundleTree of(MountPlan plan) {
    List<Mount> prepared = new ArrayList<>();
    List<Mount> views = new ArrayList<>();
    List<Mount.Bind> inDevices = new ArrayList<>();
    Places places = new Places();
    for (Mount mount : plan.mounts()) {
      if (isInDevices(mount, views)) {
        if (!(mount instanceof Mount.Bind bind)) {
          throw CarrelException.usage("the backend oci cannot make " + mount.target() + ": the runtime fills that directory, and only files and"
              + " directories of the host can be mounted there. Leave it out, or choose another backend with --backend");
        }
        inDevices.add(bind);
      } else if (mount instanceof Mount.Proc || mount instanceof Mount.Sys || mount instanceof Mount.Dev) {
        if (places.isForeign(mount.target())) {
          throw CarrelException.usage("the backend oci cannot make " + mount.target() + " in a tree of the host, where others may exchange it while"
              + " the runtime mounts there. Choose another backend with --backend");
        }
        views.add(mount);
        prepared.add(new Mount.Directory(mount.target(), mount instanceof Mount.Dev ? 0755 : 0555));
      } else {
        prepared.add(mount);
      }
      places.add(mount);
    }
    return new BundleTree(new MountPlan(prepared, plan.writableRoot(), plan.protection()), views, inDevices);
  }

  private static boolean isInDevices(Mount mount, List<Mount> views) {
    for (Mount view : views) {
      if (view instanceof Mount.Dev && !mount.target().equals(view.target()) && mount.target().startsWith(view.target())) {
        return true;
      }
    }
    return false;
  }

  /** Where the runtime finds what it mounts in the devices' directory. */
  static Path source(int inDevices) {
    return Path.of(BundlePrograms.DEVICES, Integer.toString(inDevices));
  }
}
