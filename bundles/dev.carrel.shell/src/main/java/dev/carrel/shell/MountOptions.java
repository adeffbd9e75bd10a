package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.AccessTimes;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.TreeOptions;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What {@code --mount=type=...,target=...} says: words and settings between commas; a backslash takes the next character as it is. */
final class MountOptions {
  private static final String MEMORY = "10%";
  /** What is copied stands in the memory of the process that starts the container. */
  private static final int LARGEST_FILE = 16 << 20;
  private static final String DESCRIPTORS = "/dev/fd/";

  private final String command;
  private final String text;
  private final Path directory;
  private final Map<String, List<String>> settings = new LinkedHashMap<>();

  private MountOptions(String command, String text, Path directory) {
    this.command = command;
    this.text = text;
    this.directory = directory;
  }

  /**
   * Adds what an option asks for.
   *
   * @param directory that of the caller
   * @throws CarrelException of kind USAGE if it makes no sense
   */
  static void read(String command, String text, Path directory, List<MappingRequest> mappings, List<Mount> mounts) {
    MountOptions options = new MountOptions(command, text, directory);
    options.split();
    String type = options.one("type", "bind");
    try {
      if (type.equals("bind")) {
        mappings.add(options.bind());
      } else {
        mounts.add(options.mount(type));
      }
    } catch (InvalidPathException e) {
      throw options.usage("'" + e.getInput() + "' has characters that the locale cannot express");
    } catch (IllegalArgumentException e) {
      throw options.usage(e.getMessage());
    }
    if (!options.settings.isEmpty()) {
      throw options.usage("'" + options.settings.keySet().iterator().next() + "' is not known of a mount of type " + type);
    }
  }

  private void split() {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
      } else if (c == ',') {
        add(word.toString());
        word.setLength(0);
      } else {
        word.append(c);
      }
    }
    add(word.toString());
  }

  private void add(String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    String known = switch (name) {
      case "src" -> "source";
      case "dst", "destination" -> "target";
      case "ro" -> "readonly";
      case "rw" -> "writable";
      default -> name;
    };
    settings.computeIfAbsent(known, key -> new ArrayList<>()).add(equals < 0 ? "" : word.substring(equals + 1));
  }

  private MappingRequest bind() {
    boolean writable = flag("writable");
    if (flag("readonly") && writable) {
      throw usage("it is to be read-only and writable");
    }
    String source = needed("source");
    String target = descriptor(source) ? needed("target") : one("target", "");
    return new MappingRequest(Path.of(source), target.isEmpty() ? Optional.empty() : Optional.of(Path.of(target)),
        writable ? Access.SHARE : Access.EXPOSE, flag("optional"), treeOptions());
  }

  private TreeOptions treeOptions() {
    Set<MountFlag> flags = EnumSet.noneOf(MountFlag.class);
    for (MountFlag flag : MountFlag.values()) {
      if (flag(flag.label())) {
        flags.add(flag);
      }
    }
    Optional<AccessTimes> times = Optional.empty();
    for (AccessTimes possible : AccessTimes.values()) {
      if (flag(possible.label())) {
        if (times.isPresent()) {
          throw usage("it is to be " + times.get().label() + " and " + possible.label());
        }
        times = Optional.of(possible);
      }
    }
    String word = one("propagation", Propagation.PRIVATE.label());
    Propagation propagation = Propagation.of(word)
        .orElseThrow(() -> usage("propagation=" + word + " is not known: say private, slave, unbindable or shared"));
    return new TreeOptions(flags, times, propagation);
  }

  /** Whether a source is a descriptor, which has to be one that Carrel was given. */
  private boolean descriptor(String source) {
    if (!source.startsWith(DESCRIPTORS)) {
      return false;
    }
    int number = (int) ProgramOptions.number(command, "mount=...,source", source.substring(DESCRIPTORS.length()), 10, Integer.MAX_VALUE);
    if (!GivenDescriptors.has(number)) {
      throw usage("descriptor " + number + " is not open here");
    }
    return true;
  }

  private Mount mount(String type) {
    Path target = Path.of(needed("target"));
    return switch (type) {
      case "tmpfs" -> memory(target);
      case "directory" -> new Mount.Directory(target, mode(0755));
      case "symlink" -> new Mount.Symlink(target, needed("to"));
      case "file" -> new Mount.GeneratedFile(target, content(needed("source")), mode(0444));
      case "overlay" -> overlay(target);
      case "cgroup" -> controlGroups(target);
      default -> throw usage("type=" + type + " is not known: say bind, tmpfs, directory, symlink, file, overlay or cgroup");
    };
  }

  private Mount memory(Path target) {
    String mode = one("mode", "");
    String inodes = one("inodes", "");
    return new Mount.Tmpfs(target, mode.isEmpty() ? OptionalInt.empty() : OptionalInt.of(mode(mode)), one("size", MEMORY),
        inodes.isEmpty() ? Mount.Tmpfs.INODES : ProgramOptions.number(command, "mount=...,inodes", inodes, 10, Integer.MAX_VALUE));
  }

  private Mount overlay(Path target) {
    List<Path> lower = new ArrayList<>();
    for (String layer : all("lower")) {
      lower.add(Path.of(layer));
    }
    String changes = one("changes", "");
    return new Mount.Overlay(target, lower, changes.isEmpty() ? Optional.empty() : Optional.of(Path.of(changes)), !flag("readonly"),
        one("size", MEMORY));
  }

  private Mount controlGroups(Path target) {
    if (!target.equals(Mount.ControlGroups.TARGET)) {
      throw usage("control groups are at " + Mount.ControlGroups.TARGET + " and nowhere else");
    }
    return new Mount.ControlGroups();
  }

  private FileContent content(String source) {
    descriptor(source); // otherwise it would be one that Java has opened for itself
    Path file = directory.resolve(source);
    try (InputStream in = new FileInputStream(file.toFile())) {
      byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
      if (bytes.length > LARGEST_FILE) {
        throw usage(source + " is larger than " + (LARGEST_FILE >> 20) + " MiB, too large to be copied: map it, with type=bind");
      }
      return FileContent.of(bytes);
    } catch (IOException e) {
      throw usage("cannot read " + e.getMessage());
    }
  }

  private int mode(int otherwise) {
    String mode = one("mode", "");
    return mode.isEmpty() ? otherwise : mode(mode);
  }

  private int mode(String text) {
    return (int) ProgramOptions.number(command, "mount=...,mode", text, 8, 01777);
  }

  private boolean flag(String name) {
    List<String> values = all(name);
    if (!values.isEmpty() && !values.get(0).isEmpty() && !values.get(0).equals("true")) {
      throw usage("'" + name + "' takes no value, and has " + values.get(0));
    }
    return !values.isEmpty();
  }

  private String needed(String name) {
    String value = one(name, "");
    if (value.isEmpty()) {
      throw usage("it lacks its " + name);
    }
    return value;
  }

  private String one(String name, String otherwise) {
    List<String> values = all(name);
    if (values.size() > 1) {
      throw usage("it has more than one " + name);
    }
    return values.isEmpty() ? otherwise : values.get(0);
  }

  /** What is taken here is known; what is left is not. */
  private List<String> all(String name) {
    List<String> values = settings.remove(name);
    return values == null ? List.of() : values;
  }

  private CarrelException usage(String problem) {
    return WorkplaceOptions.usage(command, "--mount=" + text + ": " + problem);
  }
}
