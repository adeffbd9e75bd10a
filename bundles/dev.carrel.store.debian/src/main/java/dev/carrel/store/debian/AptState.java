package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Apt's private state below the store: lists, caches, archives and the configuration that makes apt use them and nothing
 * of the host but its sources, keyrings, pins and proxies.
 *
 * <p>The configuration is given to apt twice: as {@code APT_CONFIG}, which apt reads before the host's files, so that it
 * finds {@code Dir::Etc}; and as {@code -c}, which it reads after them, so that the host's hooks are cleared and nothing of
 * the host overrides it (apt.conf(5)).
 */
final class AptState {
  private final Path directory;
  private final Path etc;

  AptState(Path store, Path etc) {
    this.directory = store.toAbsolutePath().normalize().resolve("debian");
    this.etc = etc;
  }

  Path directory() {
    return directory;
  }

  /** Apt's configuration on the host. */
  Path etc() {
    return etc;
  }

  Path configuration() {
    return directory.resolve("apt.conf");
  }

  Path lists() {
    return directory.resolve("lists");
  }

  /** Where archives are until they are unpacked. */
  Path archives() {
    return directory.resolve("archives");
  }

  /** Exists if the lists were fetched; its content names their state. */
  Path stamp() {
    return directory.resolve("stamp");
  }

  /** What the last fetching of lists could not reach; empty or absent if it reached everything. */
  Path warnings() {
    return directory.resolve("warnings");
  }

  /** Held, shared, while the lists are read and, exclusively, while they are fetched. */
  Path listsLock() {
    return directory.resolve("lists.lock");
  }

  /** The host's sources of packages with those of source packages, once these were wanted; of the owner alone, as some have passwords. */
  Path sources() {
    return directory.resolve("sources.list.d");
  }

  /** Whether lists of source packages are fetched as well. */
  boolean hasSources() {
    return Files.isDirectory(sources());
  }

  /** Has lists of source packages fetched as well, from now on. */
  void addSources() {
    prepare();
    try {
      if (!hasSources()) {
        Files.createDirectory(sources(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      throw failure(e);
    }
    prepare();
  }

  /** Has none of them fetched. */
  void removeSources() {
    try (Stream<Path> files = Files.list(sources())) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(sources());
    } catch (IOException e) {
      throw failure(e);
    }
    prepare();
  }

  /** Held while {@link #archives()} is used. */
  Path archivesLock() {
    return directory.resolve("archives.lock");
  }

  /**
   * Makes the directories and the configuration; changes nothing that is as it should be.
   *
   * @throws CarrelException if they cannot be made, for example in the store of another user
   */
  void prepare() {
    try {
      Path store = directory.getParent();
      if (store.getParent() != null) {
        Files.createDirectories(store.getParent());
      }
      makeDirectory(store);
      refuseForeign(store);
      for (Path path : List.of(directory, lists(), lists().resolve("partial"), archives(), directory.resolve("cache"),
          directory.resolve("cache/partial"))) {
        makeDirectory(path);
        refuseForeign(path);
      }
      if (!Files.exists(directory.resolve("status"))) {
        write(directory.resolve("status"), "");
      }
      replace(configuration(), derived() ? text() + withSources() : text());
    } catch (AccessDeniedException e) {
      throw CarrelException.failed("Packages could not be looked up: apt's private directory " + directory
          + " cannot be written by this user. Use a store of your own (CARREL_STORE=DIRECTORY), or run Carrel as the owner of this one.", e);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** Whether there are sources of source packages; they follow what the host has. */
  private boolean derived() throws IOException {
    if (!hasSources()) {
      return false;
    }
    try {
      refuseForeign(sources());
      SourceLines.write(etc, sources());
      return true;
    } catch (NoSuchFileException e) {
      if (hasSources()) {
        throw e;
      }
      return false; // another Carrel has just found out that there are none
    }
  }

  private CarrelException failure(IOException e) {
    return CarrelException.failed("Packages could not be looked up: apt's private directory " + directory
        + " could not be made (" + reason(e) + "). Check that the file system is writable and has space left, or use another"
        + " store (CARREL_STORE=DIRECTORY).", e);
  }

  /** In the kernel's words, without Java's. */
  private static String reason(IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return e.getMessage() + " is not a directory";
    }
    return e instanceof FileSystemException failed && failed.getReason() != null ? failed.getReason() + ": " + failed.getFile() : e.getMessage();
  }

  /** Sees to it that a file has a content, and touches none that has it. */
  static void replace(Path file, String content) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(content)) {
      write(file, content);
    }
  }

  /** Replaces a file in one step. */
  static void write(Path file, String content) throws IOException {
    Path fresh = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".new");
    try {
      Files.writeString(fresh, content);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void makeDirectory(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    try {
      Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path)) {
        throw e;
      }
    }
  }

  /** Who can write here can make apt run programs: a configuration names its helpers. */
  private static void refuseForeign(Path path) throws IOException {
    int owner = (int) Files.getAttribute(path, "unix:uid");
    // The kernel gives this directory to the effective user of the process, proc(5).
    int me = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    int mode = (int) Files.getAttribute(path, "unix:mode");
    if (owner != me || (mode & 022) != 0) {
      throw CarrelException.failed("Packages could not be looked up: the directory " + path + ", which apt would work in, "
          + (owner == me ? "can be written by others" : "belongs to the user with uid " + owner + " and not to you (uid " + me + ")")
          + ", who could make apt do anything. Use a store of your own (CARREL_STORE=DIRECTORY)" + (owner == me ? ", or run: chmod go-w " + path : "."));
    }
  }

  private String text() {
    return """
        // Written by Carrel: apt with a state of its own. Changes are overwritten.
        Dir::State "@dir@/";
        Dir::State::lists "@dir@/lists/";
        Dir::State::status "@dir@/status";
        Dir::State::extended_states "@dir@/extended_states";
        Dir::Cache "@dir@/cache/";
        Dir::Cache::archives "@dir@/cache/";
        // Hosts made from Docker's images switch this cache off, which costs a second each time.
        Dir::Cache::pkgcache "@dir@/cache/pkgcache.bin";
        Dir::Cache::srcpkgcache "";
        Dir::Log "@dir@/cache/";
        Dir::Etc "@etc@/";
        // The host's hooks are about the host's system, which is not touched.
        #clear APT::Update::Pre-Invoke;
        #clear APT::Update::Post-Invoke;
        #clear APT::Update::Post-Invoke-Success;
        #clear DPkg::Pre-Invoke;
        #clear DPkg::Post-Invoke;
        #clear DPkg::Pre-Install-Pkgs;
        #clear AptCli::Hooks;
        // Nothing but the lists of packages: no sources, translations, icons, contents.
        #clear Acquire::IndexTargets;
        Acquire::IndexTargets::deb::Packages {
          MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
          flatMetaKey "Packages";
          ShortDescription "Packages";
          Description "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Packages";
          flatDescription "$(RELEASE) Packages";
          Optional "0";
        };
        Acquire::Languages "none";
        Acquire::GzipIndexes "false";
        // The user _apt could not write here; Carrel runs without privilege by itself.
        APT::Sandbox::User "";
        // Apt takes itself for essential; nothing inside relies on it.
        pkgCacheGen::ForceEssential ",";
        APT::Install-Recommends "false";
        APT::Install-Suggests "false";
        APT::Get::Assume-Yes "true";
        APT::Get::AllowUnauthenticated "false";
        Acquire::AllowInsecureRepositories "false";
        Acquire::AllowDowngradeToInsecureRepositories "false";
        Acquire::AllowWeakRepositories "false";
        """
        .replace("@dir@", quotable(directory))
        .replace("@etc@", quotable(etc));
  }

  /** Not every archive has source packages: those that have none are left out. */
  private String withSources() {
    return """
        Dir::Etc::sourcelist "/dev/null";
        Dir::Etc::sourceparts "@dir@/";
        Acquire::IndexTargets::deb-src::Sources {
          MetaKey "$(COMPONENT)/source/Sources";
          flatMetaKey "Sources";
          ShortDescription "Sources";
          Description "$(RELEASE)/$(COMPONENT) Sources";
          flatDescription "$(RELEASE) Sources";
          Optional "1";
        };
        """
        .replace("@dir@", quotable(sources()));
  }

  /** apt.conf(5) has no way to write these characters within a value. */
  private static String quotable(Path path) {
    String text = path.toString();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\' || c < ' ' || c == 0x7f) {
        throw CarrelException.failed("Packages could not be looked up with apt in " + path
            + ": apt cannot work in a directory whose name has quotes, backslashes or control characters. Choose another store (CARREL_STORE=DIRECTORY).");
      }
    }
    return text;
  }
}
