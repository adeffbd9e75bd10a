package dev.carrel.backend.oci;

import com.google.gson.JsonObject;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.MountPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The root file system of a bundle that is made by hand: what a shell makes before, and what the runtime mounts in that. The places of mounts
 * are made before, too, as the container's root may be nobody who can write there.
 */
final class PortableRoot {
  private static final String ROOT = "rootfs";

  private final ContainerSpec spec;
  private final MountPlan plan;
  private final Views made;
  private final List<String> commands = new ArrayList<>(List.of("umask 022", "mkdir " + ROOT));
  private final List<String> missing = new ArrayList<>();
  private final List<Mount> covering = new ArrayList<>();
  private int files;

  /** @param made where its mounts are put */
  PortableRoot(ContainerSpec spec, MountPlan plan, Views made) {
    this.spec = spec;
    this.plan = plan;
    this.made = made;
    for (Mount mount : plan.mounts()) {
      add(mount);
    }
    if (spec.identity().ranged()) {
      missing.add("that files of the host's directories belong inside to whom they belong outside"
          + (isRootOfMany() ? ", but for those that can be written, if the runtime maps the ids of mounts" : ""));
    }
    plan.protection().masked().forEach(path -> made.masked().add(path.toString()));
    plan.protection().readOnly().forEach(path -> made.readOnly().add(path.toString()));
  }

  /** The commands of a shell, each on one line unless a name in it has several. */
  List<String> commands() {
    return commands;
  }

  /** What is not as in Carrel's container. */
  List<String> missing() {
    return missing;
  }

  private void add(Mount mount) {
    Optional<Mount> around = around(mount.target());
    if (mount instanceof Mount.Symlink link) {
      if (around.isEmpty()) {
        commands.add("ln -s -- " + quoted(link.to()) + " " + inRoot(link.target()));
      } else {
        missing.add("the symbolic link " + link.target() + ": the runtime mounts what is around it, and makes none");
      }
    } else if (mount instanceof Mount.Directory directory) {
      directory(directory, around);
    } else if (mount instanceof Mount.GeneratedFile file) {
      file(file, around);
    } else {
      place(mount, around);
      attach(mount);
      covering.add(mount);
    }
  }

  private void attach(Mount mount) {
    if (mount instanceof Mount.Bind bind) {
      bind(bind);
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      memory(tmpfs.target(), mode(tmpfs), tmpfs);
    } else if (mount instanceof Mount.Overlay overlay) {
      overlay(overlay);
    } else if (mount instanceof Mount.ControlGroups) {
      missing.add("the control groups at " + mount.target());
    } else {
      made.add(mount);
    }
  }

  private Optional<Mount> around(Path target) {
    Optional<Mount> around = Optional.empty();
    for (Mount mount : covering) {
      if (target.startsWith(mount.target())) {
        around = Optional.of(mount); // the last one is the one that counts
      }
    }
    return around;
  }

  /** In memory, a place of mounts is made by the runtime; what is there for its own sake can only be a file system of its own. */
  private void directory(Mount.Directory directory, Optional<Mount> around) {
    if (around.isEmpty()) {
      commands.add("mkdir -p -m " + Integer.toOctalString(directory.mode()) + " " + inRoot(directory.target()));
    } else if (around.get() instanceof Mount.Tmpfs tmpfs && !isPlace(directory.target())) {
      memory(directory.target(), Integer.toOctalString(directory.mode()), tmpfs);
    }
  }

  private boolean isPlace(Path directory) {
    for (Mount mount : plan.mounts()) {
      if (mount.target().startsWith(directory) && !mount.target().equals(directory)) {
        return true;
      }
    }
    return false;
  }

  private void file(Mount.GeneratedFile file, Optional<Mount> around) {
    String name = "files/" + files++;
    if (files == 1) {
      commands.add("mkdir files");
    }
    commands.add("echo " + Base64.getEncoder().encodeToString(file.content().bytes()) + " | base64 -d > " + name);
    commands.add("chmod " + Integer.toOctalString(file.mode()) + " " + name);
    if (around.isEmpty()) {
      commands.add(": > " + inRoot(file.target()));
    }
    mount(file.target(), "bind", name, List.of("bind", "ro", "nosuid", "nodev"));
  }

  private void place(Mount mount, Optional<Mount> around) {
    if (around.isPresent()) {
      return;
    }
    if (mount instanceof Mount.Bind bind && bind.kind() == Mapping.Kind.FILE) {
      commands.add(": > " + inRoot(mount.target()));
    } else if (mount instanceof Mount.Tmpfs tmpfs) { // runc takes the mode of the place, whatever is said of that of the mount
      commands.add("mkdir -p -m " + mode(tmpfs) + " " + inRoot(mount.target()));
    } else {
      commands.add("mkdir -p " + inRoot(mount.target()));
    }
  }

  private static String mode(Mount.Tmpfs tmpfs) {
    return Integer.toOctalString(tmpfs.mode().orElse(0755));
  }

  private void bind(Mount.Bind bind) {
    List<String> options = new ArrayList<>(List.of("rbind", "nosuid"));
    if (!bind.devices()) {
      options.add("nodev");
    }
    if (bind.access() == Access.EXPOSE) {
      options.add("ro");
      if (bind.kind() == Mapping.Kind.DIRECTORY) { // with what is mounted below: no runtime lacks the first, and some fail on a file with this
        options.add("rro");
      }
    }
    for (MountFlag flag : MountFlag.values()) {
      if (bind.options().flags().contains(flag)) {
        options.add(flag.label());
      }
    }
    bind.options().accessTimes().ifPresent(times -> options.add(times.label()));
    options.add("r" + bind.options().propagation().label());
    JsonObject mount = Json.mount(bind.target().toString(), "bind", bind.source().toString(), options);
    if (mapsOwners(bind)) {
      mount.add("uidMappings", Json.mappings(spec.identity().users()));
      mount.add("gidMappings", Json.mappings(spec.identity().groups()));
    }
    made.mounts().add(mount);
  }

  /** What can be written belongs outside to whom it belongs inside. A runtime that does not know of it shows the files as nobody's. */
  private boolean mapsOwners(Mount.Bind bind) {
    return isRootOfMany() && bind.access() == Access.SHARE && bind.kind() == Mapping.Kind.DIRECTORY;
  }

  private boolean isRootOfMany() {
    return spec.identity().ranged() && spec.identity().user().inside() == 0 && spec.identity().group().inside() == 0;
  }

  private void memory(Path target, String mode, Mount.Tmpfs like) {
    List<String> options = new ArrayList<>(List.of("nosuid", "nodev", "mode=" + mode, "size=" + like.size(),
        "nr_inodes=" + like.inodes()));
    IdMapping user = spec.identity().user();
    if (spec.identity().ranged() && user.inside() != 0) {
      options.addAll(List.of("uid=" + user.inside(), "gid=" + spec.identity().group().inside()));
    }
    mount(target, "tmpfs", "tmpfs", options);
  }

  private void overlay(Mount.Overlay overlay) {
    boolean plain = overlay.lower().stream().noneMatch(path -> path.toString().matches("(?s).*[:,\\\\].*"));
    if (overlay.writable() || !plain) {
      missing.add("the overlay at " + overlay.target() + (plain ? ", as it can be written" : ", as a name in it has ':', ',' or '\\'"));
      return;
    }
    List<String> lower = overlay.lower().stream().map(Path::toString).toList();
    mount(overlay.target(), "overlay", "overlay", List.of("ro", "nosuid", "nodev", "lowerdir=" + String.join(":", lower)));
  }

  private void mount(Path target, String type, String source, List<String> options) {
    made.mounts().add(Json.mount(target.toString(), type, source, options));
  }

  private static String inRoot(Path target) {
    return quoted(ROOT + target);
  }

  /** As one word of a shell. */
  static String quoted(String word) {
    return word.matches("[A-Za-z0-9_./:@%+=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
