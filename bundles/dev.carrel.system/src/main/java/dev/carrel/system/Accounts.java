package dev.carrel.system;

import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import dev.carrel.api.system.SystemGroup;
import dev.carrel.api.system.SystemUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The users and groups of a system: those that packages make, and those that are declared, which count more. */
final class Accounts {
  private static final int PASSWD_FIELDS = 7;
  private static final int GROUP_FIELDS = 4;
  private static final int SECRET = 0600;
  private static final int OPEN = 0644;
  private static final long NOBODY = 65_534;

  private final DeclarationPlaces places;
  private final Map<String, User> users = new LinkedHashMap<>();
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /** A line of passwd(5), and its password. */
  private record User(String name, long uid, long gid, String comment, String home, String shell, String password) {
    String line() {
      return name + ":x:" + uid + ":" + gid + ":" + comment + ":" + home + ":" + shell + "\n";
    }
  }

  /** A line of group(5). */
  private record Group(String name, long gid, TreeSet<String> members) {
    String line() {
      return name + ":x:" + gid + ":" + String.join(",", members) + "\n";
    }
  }

  /**
   * Puts them together.
   *
   * @param passwd what the packages have in theirs
   * @param group the same
   * @throws dev.carrel.api.CarrelException of kind USAGE if a number belongs to two, or a group is not there
   */
  Accounts(String passwd, String group, SystemDeclaration declaration, DeclarationPlaces places) {
    this.places = places;
    groups.put("root", new Group("root", 0, new TreeSet<>()));
    group.lines().forEach(this::takeGroup);
    passwd.lines().forEach(this::takeUser);
    groups.putIfAbsent("nogroup", new Group("nogroup", NOBODY, new TreeSet<>()));
    users.putIfAbsent("root", new User("root", 0, 0, "root", "/root", "/bin/sh", "*"));
    users.putIfAbsent("nobody", new User("nobody", NOBODY, NOBODY, "nobody", "/nonexistent", "/usr/sbin/nologin", "*"));
    declaration.groups().forEach(this::declare);
    declaration.users().forEach(this::declare);
  }

  private void takeGroup(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length == GROUP_FIELDS && isNumber(fields[2])) {
      TreeSet<String> members = new TreeSet<>(List.of(fields[3].split(",")));
      members.remove("");
      groups.put(fields[0], new Group(fields[0], Long.parseLong(fields[2]), members));
    }
  }

  private void takeUser(String line) {
    String[] fields = line.split(":", -1);
    if (fields.length == PASSWD_FIELDS && isNumber(fields[2]) && isNumber(fields[3])) {
      users.put(fields[0], new User(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), fields[4], fields[5], fields[6], "*"));
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]{1,10}");
  }

  private void declare(SystemGroup declared) {
    for (Group other : groups.values()) {
      if (other.gid() == declared.gid() && !other.name().equals(declared.name())) {
        throw places.refusal("group." + declared.name() + ".gid", "the gid " + declared.gid() + " of the group " + declared.name()
            + " is that of the group " + other.name() + ", which packages make: choose another");
      }
    }
    Group before = groups.get(declared.name());
    groups.put(declared.name(), new Group(declared.name(), declared.gid(), before == null ? new TreeSet<>() : before.members()));
  }

  private void declare(SystemUser declared) {
    String key = "user." + declared.name();
    for (User other : users.values()) {
      if (other.uid() == declared.uid() && !other.name().equals(declared.name())) {
        throw places.refusal(key + ".uid", "the uid " + declared.uid() + " of the user " + declared.name() + " is that of the user " + other.name()
            + ", which packages make: choose another");
      }
    }
    long gid = gid(declared.group(), key + ".group", "the user " + declared.name());
    for (String group : declared.groups()) {
      gid(group, key + ".groups", "the user " + declared.name());
      groups.get(group).members().add(declared.name());
    }
    users.put(declared.name(), new User(declared.name(), declared.uid(), gid, declared.comment(), declared.home().toString(),
        declared.shell().toString(), declared.password().orElse("*")));
  }

  /**
   * The number of a group.
   *
   * @param key where the declaration names it
   * @param whose who names it, in a sentence
   */
  long gid(String name, String key, String whose) {
    Group group = groups.get(name);
    if (group == null) {
      throw places.refusal(key, whose + " has the group " + name + ", and there is none: write [group." + name + "], or add the package that makes it");
    }
    return group.gid();
  }

  /** The number of a user. */
  long uid(String name, String key, String whose) {
    User user = users.get(name);
    if (user == null) {
      throw places.refusal(key, whose + " belongs to the user " + name + ", and there is none: write [user." + name + "], or add the package that makes it");
    }
    return user.uid();
  }

  /** The files that say so. Of passwords, no more is told than that there is none: an account is not locked by that. */
  List<SystemFile> files() {
    StringBuilder passwd = new StringBuilder();
    StringBuilder shadow = new StringBuilder();
    StringBuilder group = new StringBuilder();
    StringBuilder gshadow = new StringBuilder();
    for (User user : users.values()) {
      passwd.append(user.line());
      shadow.append(user.name()).append(':').append(user.password()).append("::0:99999:7:::\n");
    }
    for (Group one : groups.values()) {
      group.append(one.line());
      gshadow.append(one.name()).append(":*::").append(String.join(",", one.members())).append('\n');
    }
    List<SystemFile> files = new ArrayList<>();
    files.add(file("passwd", OPEN, passwd));
    files.add(file("shadow", SECRET, shadow));
    files.add(file("group", OPEN, group));
    files.add(file("gshadow", SECRET, gshadow));
    return files;
  }

  private static SystemFile file(String name, int mode, StringBuilder text) {
    return new SystemFile.Regular(Path.of("/etc", name), mode, FileContent.of(text.toString()));
  }

  /** The home directory of a user, if it is one that can be made. */
  static Optional<Path> home(SystemUser user) {
    return user.home().getNameCount() == 0 || user.home().startsWith("/nonexistent") ? Optional.empty() : Optional.of(user.home());
  }
}
