package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.declaration.Value;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads locks, which may have been written by anybody: what is not exactly as it is written by Carrel is refused. */
final class LockReader {
  private static final Set<String> KEYS = Set.of("format", "machine", "parts", "request", "profile", "package", "elsewhere");
  private static final int DIGEST = 32;
  private static final int LONGEST_VERSION = 100;
  private static final String HASH = "(sha256|files):[0-9a-f]{64}"; // of a tree, or of the list of the files of a profile

  private final Path file;

  private LockReader(Path file) {
    this.file = file;
  }

  /** @throws CarrelException of kind USAGE if it is no lock, or for other machines */
  static Lock read(GivenFile file, Declarations declarations) {
    Value.Table read;
    try {
      read = declarations.read(file.path().toString(), file.text());
    } catch (CarrelException e) {
      throw CarrelException.usage(e.getMessage() + ". The lock is damaged: make it anew with carrel lock --update");
    }
    return new LockReader(file.path()).lock(read);
  }

  private Lock lock(Value.Table read) {
    if (!(value(read, "format") instanceof Value.Whole format) || format.number() != LockWriter.FORMAT) {
      throw damaged(value(read, "format").place(), "it has another format than this Carrel reads, " + LockWriter.FORMAT);
    }
    for (String key : read.values().keySet()) {
      if (!KEYS.contains(key)) {
        throw damaged(read.values().get(key).place(), "no lock has the key '" + key + "'");
      }
    }
    String machine = text(read, "machine");
    if (!machine.equals(System.getProperty("os.arch"))) {
      throw CarrelException.usage(file + " is for machines of the architecture " + machine + ", and this one is " + System.getProperty("os.arch")
          + ". Lock for this one in another copy of the directory, or leave the lock out with --no-lock");
    }
    Optional<Lock.Tree> profile = Optional.empty();
    if (read.values().containsKey("profile")) {
      Value.Table table = table(value(read, "profile"));
      profile = Optional.of(new Lock.Tree(item(table, "profile", ""), hash(table)));
    }
    List<Lock.Locked> packages = new ArrayList<>();
    for (Value.Table one : tables(read, "package")) {
      packages.add(locked(one));
    }
    List<Lock.Elsewhere> elsewhere = new ArrayList<>();
    for (Value.Table one : tables(read, "elsewhere")) {
      elsewhere.add(elsewhere(one));
    }
    boolean whole = value(read, "parts") instanceof Value.Whole parts && parts.number() == packages.size() + elsewhere.size();
    if (!whole || profile.isEmpty() != packages.isEmpty()) {
      throw damaged(value(read, "parts").place(), "it has been cut off: there are " + (packages.size() + elsewhere.size()) + " packages in it");
    }
    return new Lock(machine, request(table(value(read, "request"))), profile, packages, elsewhere);
  }

  private Lock.Request request(Value.Table table) {
    List<String> packages = new ArrayList<>();
    if (!(value(table, "packages") instanceof Value.Sequence list)) {
      throw damaged(value(table, "packages").place(), "packages is no list");
    }
    for (Value one : list.values()) {
      if (!(one instanceof Value.Text text)) {
        throw damaged(one.place(), "the name of a package is no text");
      }
      packages.add(text.text());
    }
    String word = text(table, "scripts");
    for (Scripts.Use use : Scripts.Use.values()) {
      if (LockWriter.word(use).equals(word)) {
        return new Lock.Request(packages, table.values().containsKey("source") ? Optional.of(text(table, "source")) : Optional.empty(), use);
      }
    }
    throw damaged(value(table, "scripts").place(), "there is no way to configure packages that is called '" + word + "'");
  }

  private Lock.Locked locked(Value.Table table) {
    String name = text(table, "name");
    String version = text(table, "version");
    if (!(value(table, "size") instanceof Value.Whole size) || size.number() < 0) {
      throw damaged(value(table, "size").place(), "the size of a package is a number from 0 on");
    }
    String sha256 = text(table, "sha256");
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw damaged(value(table, "sha256").place(), "'" + sha256 + "' is no SHA-256");
    }
    StorePath item = item(table, name, version.length() > LONGEST_VERSION ? version.substring(0, LONGEST_VERSION) : version);
    return new Lock.Locked(text(table, "source"),
        new Resolved(name, version, text(table, "architecture"), item, size.number(), sha256, text(table, "location")), hash(table));
  }

  private Lock.Elsewhere elsewhere(Value.Table table) {
    String written = text(table, "item");
    try {
      Path item = Path.of(written);
      if (item.isAbsolute() && item.normalize().toString().equals(written)) {
        return new Lock.Elsewhere(text(table, "request"), text(table, "store"), item);
      }
    } catch (InvalidPathException e) {
      // told below
    }
    throw damaged(value(table, "item").place(), "'" + written + "' is no path of an item");
  }

  /** The item whose name this is, which belongs to its package's name and version. */
  private StorePath item(Value.Table table, String name, String version) {
    String written = text(table, "item");
    try {
      StorePath item = StorePath.of(written.substring(0, Math.min(DIGEST, written.length())), name, version);
      if (item.fileName().equals(written)) {
        return item;
      }
    } catch (IllegalArgumentException e) {
      // told below
    }
    throw damaged(value(table, "item").place(), "'" + written + "' is no item of " + name + (version.isEmpty() ? "" : " " + version));
  }

  private String hash(Value.Table table) {
    String hash = text(table, "hash");
    if (!hash.matches(HASH)) {
      throw damaged(value(table, "hash").place(), "'" + hash + "' is no hash");
    }
    return hash;
  }

  private List<Value.Table> tables(Value.Table read, String key) {
    List<Value.Table> tables = new ArrayList<>();
    if (read.values().get(key) instanceof Value.Sequence list) {
      list.values().forEach(one -> tables.add(table(one)));
    } else if (read.values().containsKey(key)) {
      throw damaged(read.values().get(key).place(), key + " is no list of tables");
    }
    return tables;
  }

  private Value.Table table(Value value) {
    if (value instanceof Value.Table table) {
      return table;
    }
    throw damaged(value.place(), "here is to be a table");
  }

  private String text(Value.Table table, String key) {
    if (value(table, key) instanceof Value.Text text) {
      return text.text();
    }
    throw damaged(value(table, key).place(), key + " is to be a text");
  }

  private Value value(Value.Table table, String key) {
    Value value = table.values().get(key);
    if (value == null) {
      throw damaged(table.place(), "there is no " + key + "; it may have been cut off");
    }
    return value;
  }

  private CarrelException damaged(Place place, String why) {
    return CarrelException.usage(file + ":" + place + ": the lock is damaged: " + why + ". Make it anew with carrel lock --update");
  }
}
