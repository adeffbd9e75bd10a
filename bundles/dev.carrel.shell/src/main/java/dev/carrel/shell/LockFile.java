package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.WrittenLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The lock beside a manifest, for what a command line asks for. */
final class LockFile implements WrittenLock {
  private final GivenFile file;
  private final Supplier<Declarations> declarations;
  private final Path manifest;
  private final Supplier<Lock.Request> wanted;

  /** @param wanted what it has to be for */
  LockFile(GivenFile file, Supplier<Declarations> declarations, Path manifest, Supplier<Lock.Request> wanted) {
    this.file = file;
    this.declarations = declarations;
    this.manifest = manifest;
    this.wanted = wanted;
  }

  @Override
  public String name() {
    return file.path().toString();
  }

  @Override
  public String digest() {
    return file.sha256();
  }

  @Override
  public Lock read() {
    Lock lock = LockReader.read(file, declarations.get());
    List<String> differences = differences(lock.request(), wanted.get());
    if (!differences.isEmpty()) {
      throw CarrelException.usage(file.path() + " does not fit " + manifest + ": " + String.join("; ", differences) + ". Say carrel lock");
    }
    return lock;
  }

  /** What is asked for that is not locked, and the other way round; a sentence each. */
  static List<String> differences(Lock.Request locked, Lock.Request wanted) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> more = new TreeSet<>(wanted.packages());
    more.removeAll(locked.packages());
    if (!more.isEmpty()) {
      differences.add("it does not have " + String.join(", ", more));
    }
    TreeSet<String> less = new TreeSet<>(locked.packages());
    less.removeAll(wanted.packages());
    if (!less.isEmpty()) {
      differences.add("it has " + String.join(", ", less) + ", which nobody asks for");
    }
    if (!locked.source().equals(wanted.source())) {
      differences.add("it is for the source " + locked.source().orElse("that is usual") + ", and the source is to be "
          + wanted.source().orElse("the usual one"));
    }
    if (locked.scripts() != wanted.scripts()) {
      differences.add("it is for the scripts of packages being run so: " + LockWriter.word(locked.scripts()) + ", and they are to be run so: "
          + LockWriter.word(wanted.scripts()));
    }
    return differences;
  }
}
