package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Declarations;
import dev.carrel.api.environment.Lock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Puts what manifests say before what a command line says: no lambda, as one that is known starts as quickly as packages that are named. */
final class Manifests {
  private final Supplier<Declarations> declarations;
  private final Permissions permissions;

  /** @param declarations reads them; asked for only where one has to be read */
  Manifests(Supplier<Declarations> declarations, Permissions permissions) {
    this.declarations = declarations;
    this.permissions = permissions;
  }

  /** Reads a command line again, with what manifests say; the same where there is none. */
  WorkplaceLine extended(String name, WorkplaceLine line, boolean planning) {
    ManifestLine own = line.manifestLine();
    List<Path> files = new ArrayList<>();
    Manifest manifest = new Manifest(List.of(), List.of(), List.of());
    Optional<GivenFile> lock = Optional.empty();
    if (own.isNamed()) {
      for (String word : own.named()) {
        Path file = ManifestFiles.named(word);
        files.add(file);
        manifest = manifest.and(read(GivenFile.read(file)));
        lock = ManifestFiles.lockOf(file);
      }
    } else {
      Optional<Path> found = ManifestFiles.find(WorkplaceLine.here());
      if (found.isEmpty()) {
        return line;
      }
      files.add(found.get());
      lock = ManifestFiles.lockOf(found.get());
      manifest = allowed(name, GivenFile.read(found.get()), lock);
    }
    WorkplaceLine extended = WorkplaceOptions.SHELL.parse(name, manifest.before(own, name.equals("environment")), planning);
    if (lock.isPresent() && !own.ignoresLock() && !own.exports()) {
      refuseMore(name, files, own, lock.get());
      extended.lockedBy(new LockFile(lock.get(), declarations, files.get(0), new Supplier<>() {
        @Override
        public Lock.Request get() {
          return Lock.Request.of(extended.packages());
        }
      }));
    }
    return extended;
  }

  Manifest read(GivenFile file) {
    return ManifestReader.read(file.path(), file.text(), declarations.get());
  }

  private Manifest allowed(String name, GivenFile file, Optional<GivenFile> lock) {
    Permissions.Answer answer = permissions.ask(file, lock);
    if (answer.allowed().isEmpty()) {
      throw CarrelException.usage("carrel " + name + ": " + file.path()
          + (answer.known() ? ", or the lock beside it, is another than you have allowed: look at what it says now, and then say carrel allow"
              : " is not allowed yet: look at what it says, and then say carrel allow")
          + ". Or name packages, or the manifest with --manifest");
    }
    return answer.allowed().get();
  }

  /** A lock says exactly which packages one manifest means. */
  private static void refuseMore(String name, List<Path> files, ManifestLine own, GivenFile lock) {
    String more = files.size() > 1 ? files.get(1) + " is named, too" : !own.packages().isEmpty() ? own.packages().get(0) + " is named, too"
        : own.inputs().isEmpty() ? "" : "what building " + own.inputs().get(0) + " needs is asked for, too";
    if (!more.isEmpty()) {
      throw WorkplaceOptions.usage(name, lock.path() + " says exactly which packages there are, and " + more
          + ": leave it out, put it into the manifest and say carrel lock, or say --no-lock");
    }
  }
}
