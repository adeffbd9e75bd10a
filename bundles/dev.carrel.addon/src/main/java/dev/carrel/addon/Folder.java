package dev.carrel.addon;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Where the add-ons of one user are kept: a directory of jars. What begins with a dot there is nobody's add-on. */
final class Folder {
  private static final String STAGING = ".staging-";

  private final Path directory;
  private final ReentrantLock threads = new ReentrantLock();

  Folder(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /** The jars there, in the order of their names. */
  List<Path> jars() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> isJar(file.getFileName().toString()) && Files.isRegularFile(file)).sorted().toList();
    } catch (IOException e) {
      return List.of(); // nobody has kept anything, or they are hidden from this user
    }
  }

  static boolean isJar(String name) {
    return name.endsWith(".jar") && !name.startsWith(".");
  }

  /** While nobody else changes the folder: no other thread, and no other process. */
  <T> T alone(Supplier<T> work) {
    threads.lock();
    try {
      make();
      try (FileChannel file = FileChannel.open(directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        file.lock(); // given back when the file is closed
        removeLeftovers();
        return work.get();
      }
    } catch (IOException e) {
      throw failed(e);
    } finally {
      threads.unlock();
    }
  }

  /** As the store makes its own: others may look into it, and what is above is made as the XDG base directory specification wants. */
  private void make() throws IOException {
    Path above = directory.getParent() == null ? null : directory.getParent().getParent();
    if (above != null) {
      Files.createDirectories(above, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  private CarrelException failed(IOException e) {
    String why = e instanceof FileSystemException system && system.getReason() != null ? system.getReason() : e.toString();
    return CarrelException.failed("cannot change the add-ons in " + directory + ": " + why
        + ". Set CARREL_ADDONS to a directory of your own, or make this one writable", e);
  }

  /** What a killed process has left: nobody else is at work. */
  private void removeLeftovers() throws IOException {
    List<Path> left = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.filter(file -> file.getFileName().toString().startsWith(STAGING)).forEach(left::add);
    }
    for (Path file : left) {
      Files.deleteIfExists(file);
    }
  }

  /** A copy of a file that is not an add-on yet, for what is looked at to be what is kept. Only {@link #alone}. */
  Path stage(Path source) throws IOException {
    Path copy = Files.createTempFile(directory, STAGING, "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
    try (FileChannel content = FileChannel.open(copy, StandardOpenOption.WRITE)) {
      content.force(true);
    }
    return copy;
  }

  /** Keeps a staged file under a bundle's name, in one step, and then nothing else of that name. Only {@link #alone}. */
  Path keep(Path staged, String name) throws IOException {
    Path kept = directory.resolve(name + ".jar");
    if (Files.isRegularFile(kept) && Files.mismatch(staged, kept) < 0) {
      Files.delete(staged); // nothing new: whoever runs it is left alone
    } else {
      Files.move(staged, kept, StandardCopyOption.ATOMIC_MOVE);
    }
    for (Path other : named(name)) {
      if (!other.equals(kept)) {
        Files.delete(other);
      }
    }
    return kept;
  }

  /** The files that are of a bundle of this name, or of this file name and no bundle. */
  List<Path> named(String name) {
    List<Path> found = new ArrayList<>();
    for (Path jar : jars()) {
      if (nameOf(jar).equals(name)) {
        found.add(jar);
      }
    }
    return found;
  }

  static String nameOf(Path jar) {
    try {
      return BundleJar.glance(jar).name();
    } catch (BundleJar.Refused e) {
      return jar.getFileName().toString();
    }
  }
}
