package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import dev.carrel.api.mount.Access;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.PersistentDirectory;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemGroup;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemPath;
import dev.carrel.api.system.SystemUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the declaration of a system, and refuses what makes no sense with its place. */
final class SystemReader {
  private static final String ENDING = ".toml";
  /** What the system has by itself, or has to be as its packages have it. */
  private static final List<String> NEVER_PERSISTENT = List.of("/usr", "/bin", "/sbin", "/lib", "/proc", "/sys", "/dev", "/run");

  private final Path file;
  private final KeyWords words;
  private final Map<String, Place> places = new HashMap<>();

  /** A declaration, and where it says what. */
  record Read(SystemDeclaration declaration, DeclarationPlaces places) {}

  private SystemReader(Path file) {
    this.file = file;
    this.words = new KeyWords("system", file);
  }

  /**
   * Reads one, with the files it names.
   *
   * @param file its absolute path
   * @throws CarrelException of kind USAGE if it is none
   */
  static Read read(Path file, String text, Declarations declarations) {
    SystemReader reader = new SystemReader(file);
    Value.Table table = declarations.read(file.toString(), text);
    SystemDeclaration declaration = reader.system(reader.table(SystemTable.SYSTEM, "the system", "", table), table);
    return new Read(declaration, new DeclarationPlaces(file.toString(), reader.places));
  }

  private DeclaredTable table(SystemTable kind, String title, String at, Value.Table table) {
    return new DeclaredTable(words, kind, title, at, table, places);
  }

  private SystemDeclaration system(DeclaredTable table, Value.Table whole) {
    SystemName name = name(table);
    table.told("hostname", () -> requireHostName(table.text("hostname", name.name())));
    List<SystemGroup> groups = groups(table);
    List<SystemUser> users = users(table);
    List<PersistentDirectory> directories = directories(table, users);
    return new SystemDeclaration(name, table.text("hostname", name.name()), zone(table), locale(table), groups, users, packages(table),
        new SystemFiles(words, this::table).read(table), new SystemServices(words, this::table).read(table), mappings(table), directories,
        options(whole), table.told("init", () -> requireInit(table.text("init", "s6"))));
  }

  private SystemName name(DeclaredTable table) {
    String base = file.getFileName().toString();
    String otherwise = base.endsWith(ENDING) ? base.substring(0, base.length() - ENDING.length()) : base;
    if (!table.has("name")) {
      try {
        return new SystemName(otherwise);
      } catch (IllegalArgumentException e) {
        throw WorkplaceOptions.usage("system", file + ": the system is called as its file, and " + e.getMessage() + ". Write name = \"...\"");
      }
    }
    return table.told("name", () -> new SystemName(table.text("name", otherwise)));
  }

  private static String requireHostName(String name) {
    if (!HostName.isOne(name)) {
      throw new IllegalArgumentException("'" + name + "' is no host name: 1 to 64 letters, digits, '-' and '.', see hostname(7)");
    }
    return name;
  }

  private static String requireInit(String name) {
    if (!name.matches("[a-z][a-z0-9-]{0,19}")) {
      throw new IllegalArgumentException("'" + name + "' is no name of an init: write s6, runit or systemd");
    }
    return name;
  }

  private static Optional<String> zone(DeclaredTable table) {
    return table.text("timezone").map(zone -> table.told("timezone", () -> {
      if (!zone.matches("[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*){0,2}")) {
        throw new IllegalArgumentException("'" + zone + "' is no time zone: write for example Europe/Berlin");
      }
      return zone;
    }));
  }

  private static String locale(DeclaredTable table) {
    String locale = table.text("locale", "C.UTF-8");
    if (!locale.matches("[A-Za-z][A-Za-z0-9_.@-]{0,63}")) {
      throw table.refusal("locale", "'" + locale + "' is no locale: write for example C.UTF-8 or de_DE.UTF-8");
    }
    return locale;
  }

  private List<String> packages(DeclaredTable table) {
    List<String> packages = new ArrayList<>();
    for (Value.Text one : table.distinct("packages")) {
      if (!one.text().matches("[a-z0-9][a-zA-Z0-9+.:-]*(=[A-Za-z0-9.+:~_-]+)?") || one.text().matches("(nix|guix):.*")) {
        throw words.refusal(one.place(), "'" + one.text() + "' is no package that a system can have: write a name of Debian's packages, or NAME=VERSION");
      }
      places.put("packages." + one.text(), one.place());
      packages.add(one.text());
    }
    return packages;
  }

  private List<SystemGroup> groups(DeclaredTable table) {
    List<SystemGroup> groups = new ArrayList<>();
    Map<Long, String> seen = new HashMap<>();
    table.tables("group").forEach((name, inner) -> {
      DeclaredTable one = table(SystemTable.GROUP, "the group " + name, "group." + name + ".", inner);
      SystemGroup group = one.told(() -> new SystemGroup(name, one.whole("gid", 0, 0, 65_533)));
      String other = seen.putIfAbsent(group.gid(), name);
      if (other != null) {
        throw one.refusal("gid", "the groups " + other + " and " + name + " have the same gid " + group.gid());
      }
      groups.add(group);
    });
    return groups;
  }

  private List<SystemUser> users(DeclaredTable table) {
    List<SystemUser> users = new ArrayList<>();
    Map<Long, String> seen = new HashMap<>();
    table.tables("user").forEach((name, inner) -> {
      DeclaredTable one = table(SystemTable.USER, "the user " + name, "user." + name + ".", inner);
      SystemUser user = user(name, one);
      if (name.equals("root") != (user.uid() == 0)) {
        throw one.refusal("uid", "root has the uid 0, and nobody else has: the user " + name + " has " + user.uid());
      }
      String other = seen.putIfAbsent(user.uid(), name);
      if (other != null) {
        throw one.refusal("uid", "the users " + other + " and " + name + " have the same uid " + user.uid());
      }
      users.add(user);
    });
    return users;
  }

  private static SystemUser user(String name, DeclaredTable one) {
    long uid = one.whole("uid", 0, 0, 65_533);
    List<String> groups = one.distinct("groups").stream().map(Value.Text::text).toList();
    Path home = one.path("home", Path.of(name.equals("root") ? "/root" : "/home/" + (name.matches("[a-z0-9_-]+") ? name : "x")));
    Path shell = one.path("shell", Path.of("/bin/sh"));
    SystemUser bare = one.told(() -> new SystemUser(name, uid, one.text("group", ""), groups, "", home, shell, Optional.empty()));
    one.told("comment", () -> new SystemUser(name, uid, bare.group(), groups, one.text("comment", ""), home, shell, Optional.empty()));
    return one.told("password", () -> new SystemUser(name, uid, bare.group(), groups, one.text("comment", ""), home, shell, one.text("password")));
  }

  private List<PersistentDirectory> directories(DeclaredTable table, List<SystemUser> users) {
    List<PersistentDirectory> directories = new ArrayList<>();
    table.tables("directory").forEach((name, inner) -> {
      DeclaredTable one = table(SystemTable.DIRECTORY, "the directory " + name, "directory." + name + ".", inner);
      Path path = one.told(() -> SystemPath.of(name));
      if (path.getNameCount() == 0 || path.equals(Path.of("/etc")) || NEVER_PERSISTENT.stream().anyMatch(path::startsWith)) {
        throw one.refusal("", path + " cannot stay when the system ends: what is in / and /etc, and below " + String.join(", ", NEVER_PERSISTENT)
            + ", comes from its declaration and its packages, or is the kernel's");
      }
      for (PersistentDirectory other : directories) {
        if (path.startsWith(other.path()) || other.path().startsWith(path)) {
          throw one.refusal("", "the directories " + other.path() + " and " + path + " are one inside the other: the outer one is enough");
        }
      }
      String owner = one.text("owner", "root");
      String group = one.text("group", users.stream().filter(user -> user.name().equals(owner)).map(SystemUser::group).findAny().orElse(owner));
      directories.add(one.told(() -> new PersistentDirectory(path, owner, group, one.mode(0755))));
    });
    return directories;
  }

  private List<SystemMapping> mappings(DeclaredTable table) {
    List<SystemMapping> mappings = new ArrayList<>();
    for (String key : new String[] {"expose", "share", "expose-optional", "share-optional"}) {
      for (Value.Text one : table.values(key)) {
        SystemMapping mapping = words.told(one, () -> mapping(one.text(), key.startsWith("share") ? Access.SHARE : Access.EXPOSE, key.endsWith("optional"),
            words.paths()));
        if (mappings.stream().anyMatch(other -> other.target().equals(mapping.target()))) {
          throw words.refusal(one.place(), "two things are mapped to " + mapping.target());
        }
        mappings.add(mapping);
      }
    }
    return mappings;
  }

  /** {@code PATH} or {@code PATH=PATH}. */
  static SystemMapping mapping(String text, Access access, boolean optional, ManifestPaths paths) {
    String whole = paths.mapping(text);
    int equals = whole.indexOf('=');
    Path source = SystemPath.of(equals < 0 ? whole : whole.substring(0, equals));
    Path target = equals < 0 ? source : SystemPath.of(whole.substring(equals + 1));
    if (target.getNameCount() == 0) {
      throw new IllegalArgumentException("nothing can be mapped to the root directory of a system");
    }
    return new SystemMapping(source, target, access, optional);
  }

  private List<String> options(Value.Table whole) {
    whole.values().forEach((name, value) -> SystemTable.option(name).ifPresent(key -> words.take(key, value)));
    words.judge(words.options(), SystemReader::problem);
    return KeyWords.texts(words.options());
  }

  /** What {@code carrel run} would refuse. */
  static Optional<String> problem(List<String> said) {
    List<String> line = new ArrayList<>(said);
    line.addAll(List.of("--no-cwd", "--", "init"));
    try {
      WorkplaceLine read = WorkplaceOptions.RUN.parse("run", line.toArray(new String[0]), false);
      read.request(Stdio.discard(), word -> {
        throw CarrelException.usage("a system has a network of its own, or the host's: it cannot join that of what runs");
      });
      read.limits();
      return Optional.empty();
    } catch (CarrelException e) {
      return Optional.of(e.getMessage().replaceFirst("^carrel run: ", "").replaceFirst("\\.? See carrel run --help$", ""));
    }
  }
}
