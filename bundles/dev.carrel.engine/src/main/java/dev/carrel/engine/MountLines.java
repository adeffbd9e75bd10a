package dev.carrel.engine;

import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.AccessTimes;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.TreeOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;

/** A container's mounts, as lines of a properties file. Of a file that Carrel writes there is only its size: what it says may be a secret. */
final class MountLines {
  private static final String MOUNT = "mount.";
  private static final String MASKED = "masked.";
  private static final String READ_ONLY = "read-only.";

  private final Properties lines;
  /** How the keys of one mount begin. */
  private final String own;

  private MountLines(Properties lines, int number) {
    this.lines = lines;
    this.own = MOUNT + number + ".";
  }

  static void write(Properties lines, MountPlan plan) {
    List<Mount> mounts = plan.mounts();
    for (int i = 0; i < mounts.size(); i++) {
      lines.setProperty(MOUNT + i, mounts.get(i).getClass().getSimpleName());
      new MountLines(lines, i).write(mounts.get(i));
    }
    lines.setProperty("writable", Boolean.toString(plan.writableRoot()));
    setPaths(lines, MASKED, plan.protection().masked());
    setPaths(lines, READ_ONLY, plan.protection().readOnly());
  }

  private void write(Mount mount) {
    set("target", mount.target());
    if (mount instanceof Mount.Bind bind) {
      writeBind(bind);
    } else if (mount instanceof Mount.Tmpfs tmpfs) {
      if (tmpfs.mode().isPresent()) {
        set("mode", tmpfs.mode().getAsInt());
      }
      set("size", tmpfs.size());
      set("inodes", tmpfs.inodes());
    } else if (mount instanceof Mount.Overlay overlay) {
      setPaths(lines, own + "lower.", overlay.lower());
      setIfPresent("changes", overlay.changes());
      set("writable", overlay.writable());
      set("size", overlay.size());
    } else if (mount instanceof Mount.Directory made) {
      set("mode", made.mode());
    } else if (mount instanceof Mount.Symlink link) {
      set("to", link.to());
    } else if (mount instanceof Mount.GeneratedFile file) {
      set("mode", file.mode());
      set("size", file.content().size());
    } else if (mount instanceof Mount.Dev dev) {
      set("console", dev.console());
    }
  }

  private void writeBind(Mount.Bind bind) {
    set("source", bind.source());
    set("access", bind.access());
    set("kind", bind.kind());
    set("devices", bind.devices());
    StringBuilder flags = new StringBuilder();
    for (MountFlag flag : bind.options().flags()) {
      flags.append(flags.length() == 0 ? "" : " ").append(flag.name());
    }
    set("flags", flags);
    setIfPresent("access-times", bind.options().accessTimes());
    set("propagation", bind.options().propagation());
    if (bind.identity().isPresent()) {
      set("device", bind.identity().get().device());
      set("inode", bind.identity().get().inode());
    }
  }

  private void set(String key, Object value) {
    lines.setProperty(own + key, value.toString());
  }

  private void setIfPresent(String key, Optional<?> value) {
    if (value.isPresent()) {
      set(key, value.get());
    }
  }

  private static void setPaths(Properties lines, String prefix, List<Path> paths) {
    for (int i = 0; i < paths.size(); i++) {
      lines.setProperty(prefix + i, paths.get(i).toString());
    }
  }

  /** What {@link #write} wrote. */
  static MountPlan read(Properties lines) {
    List<Mount> mounts = new ArrayList<>();
    for (String kind : RecordFile.list(lines, MOUNT)) {
      mounts.add(new MountLines(lines, mounts.size()).mount(kind));
    }
    PathProtection protection = new PathProtection(paths(lines, MASKED), paths(lines, READ_ONLY));
    return new MountPlan(mounts, Boolean.parseBoolean(lines.getProperty("writable")), protection);
  }

  private Mount mount(String kind) {
    Path target = Path.of(get("target"));
    return switch (kind) {
      case "Bind" -> bind(target);
      case "Tmpfs" -> new Mount.Tmpfs(target, find("mode").map(mode -> OptionalInt.of(Integer.parseInt(mode))).orElse(OptionalInt.empty()),
          get("size"), number("inodes"));
      case "Overlay" -> new Mount.Overlay(target, paths(lines, own + "lower."), find("changes").map(Path::of), is("writable"), get("size"));
      case "Directory" -> new Mount.Directory(target, (int) number("mode"));
      case "Symlink" -> new Mount.Symlink(target, get("to"));
      case "GeneratedFile" -> new Mount.GeneratedFile(target, veil((int) number("size")), (int) number("mode"));
      case "Proc" -> new Mount.Proc(target);
      case "Sys" -> new Mount.Sys(target);
      case "ControlGroups" -> new Mount.ControlGroups();
      case "Dev" -> new Mount.Dev(target, is("console"));
      default -> throw new IllegalArgumentException("no mount is called " + kind);
    };
  }

  private Mount bind(Path target) {
    Set<MountFlag> flags = EnumSet.noneOf(MountFlag.class);
    for (String flag : get("flags").isEmpty() ? new String[0] : get("flags").split(" ")) {
      flags.add(MountFlag.valueOf(flag));
    }
    TreeOptions options = new TreeOptions(flags, find("access-times").map(AccessTimes::valueOf), Propagation.valueOf(get("propagation")));
    Optional<FileIdentity> identity = find("inode").map(inode -> new FileIdentity(number("device"), Long.parseLong(inode)));
    return new Mount.Bind(Path.of(get("source")), target, Access.valueOf(get("access")), Mapping.Kind.valueOf(get("kind")), is("devices"), options,
        identity);
  }

  /** In the place of what a file says. */
  static FileContent veil(int size) {
    return FileContent.of(".".repeat(size));
  }

  private Optional<String> find(String key) {
    return Optional.ofNullable(lines.getProperty(own + key));
  }

  private String get(String key) {
    return find(key).orElseThrow(() -> new IllegalArgumentException("there is no " + own + key));
  }

  private boolean is(String key) {
    return Boolean.parseBoolean(get(key));
  }

  private long number(String key) {
    return Long.parseLong(get(key));
  }

  private static List<Path> paths(Properties lines, String prefix) {
    List<Path> paths = new ArrayList<>();
    RecordFile.list(lines, prefix).forEach(path -> paths.add(Path.of(path)));
    return paths;
  }
}
