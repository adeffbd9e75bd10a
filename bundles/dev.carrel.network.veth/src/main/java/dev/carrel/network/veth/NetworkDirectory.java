package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Subnet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is written down of networks, beside the records of containers: a directory for each, with its definition, its leases and the
 * hosts file that its containers see. What is made is written down before it is made, and forgotten after it has gone.
 */
final class NetworkDirectory {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final String FILE = "network";
  private static final String LEASES = "leases";
  private static final String HOSTS = "hosts";
  /** Before the name of one that is being removed: no network begins with a dot. */
  private static final String REMOVING = ".removing-";

  private final Path base;
  private final String table;
  private final ReentrantLock inThisProcess = new ReentrantLock();

  NetworkDirectory(Map<String, String> environment) {
    String given = environment.getOrDefault("CARREL_STATE", "");
    Path state = Path.of(given.isEmpty() ? "/run/carrel" : given).toAbsolutePath().normalize();
    this.base = state.resolve("networks");
    this.table = given.isEmpty() ? "carrel" : "carrel_" + Integer.toHexString(state.toString().hashCode());
  }

  Path base() {
    return base;
  }

  /** The table of nftables: one for each directory, so that none takes the other's away. */
  String table() {
    return table;
  }

  /** What one holder of the lock does. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** Does something that nobody else may do at the same time. */
  <T> T locked(Work<T> work) {
    inThisProcess.lock();
    try {
      make();
      try (FileChannel channel = FileChannel.open(base.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = inThisProcess.getHoldCount() == 1 ? channel.lock() : null) {
        return work.run();
      }
    } catch (IOException e) {
      throw failure(e);
    } finally {
      inThisProcess.unlock();
    }
  }

  CarrelException failure(IOException e) {
    return CarrelException.failed("cannot write down in " + base + " what becomes of networks: " + e.getMessage(), e);
  }

  private void make() throws IOException {
    for (Path directory : new Path[] {base.getParent(), base, ids()}) {
      if (!Files.isDirectory(directory)) {
        if (directory == base.getParent() && directory.getParent() != null) {
          Files.createDirectories(directory.getParent());
        }
        try {
          Files.createDirectory(directory, PRIVATE);
        } catch (java.nio.file.FileAlreadyExistsException e) {
          continue; // another process was quicker
        }
      }
    }
  }

  /** Where the leases are by the ids of their holders. */
  Path ids() {
    return base.resolve(".ids");
  }

  Path leases(String network) {
    return base.resolve(network).resolve(LEASES);
  }

  Path hosts(String network) {
    return base.resolve(network).resolve(HOSTS);
  }

  /** Those that are there. */
  List<Network> all() {
    List<Network> all = new ArrayList<>();
    for (Path directory : children(base)) {
      String name = directory.getFileName().toString();
      if (!name.startsWith(".")) {
        find(name).ifPresent(all::add);
      }
    }
    all.sort(Comparator.comparing(Network::name));
    return all;
  }

  static List<Path> children(Path directory) {
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    } catch (IOException e) {
      return children; // there is none
    }
    return children;
  }

  /** One of that name. It is also there while somebody tries in vain to remove it. */
  Optional<Network> find(String name) {
    Optional<Network> found = read(name, base.resolve(name));
    if (found.isPresent()) {
      return found;
    }
    return Files.exists(base.resolve(REMOVING + name)) ? locked(() -> read(name, base.resolve(name))) : read(name, base.resolve(name));
  }

  private static Optional<Network> read(String name, Path directory) {
    try {
      List<String> lines = Files.readAllLines(directory.resolve(FILE));
      return Optional.of(new Network(name, lines.get(0), Subnet.parse(lines.get(1)),
          lines.get(2).isEmpty() ? Optional.empty() : Optional.of(Subnet.parse(lines.get(2))), Boolean.parseBoolean(lines.get(3))));
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty(); // not there, or not whole
    }
  }

  /** Writes a network down that is about to be made. The caller has the lock. */
  void write(Network network, String hosts) throws IOException {
    Path directory = base.resolve(network.name());
    Files.createDirectories(directory.resolve(LEASES));
    Files.writeString(directory.resolve(HOSTS), hosts);
    Files.setPosixFilePermissions(directory.resolve(HOSTS), PosixFilePermissions.fromString("rw-r--r--"));
    Path fresh = directory.resolve(FILE + ".new");
    Files.writeString(fresh, network.bridge() + "\n" + network.ipv4() + "\n" + network.ipv6().map(Subnet::toString).orElse("") + "\n"
        + network.internal() + "\n");
    Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** From now on nobody can be attached to it. Returns whether it was there. The caller has the lock. */
  boolean beginRemoval(String name) throws IOException {
    try {
      Files.move(base.resolve(name), base.resolve(REMOVING + name), StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Somebody was attached to it at the last moment. */
  void takeBack(String name) throws IOException {
    Files.move(base.resolve(REMOVING + name), base.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Where the leases are of one that is being removed. */
  Path leasesOfRemoved(String name) {
    return base.resolve(REMOVING + name).resolve(LEASES);
  }

  /** Those whose removal has begun, and may have been broken off. The caller has the lock. */
  List<Network> removing() {
    List<Network> all = new ArrayList<>();
    for (Path directory : children(base)) {
      String name = directory.getFileName().toString();
      if (name.startsWith(REMOVING)) {
        read(name.substring(REMOVING.length()), directory).ifPresent(all::add);
      }
    }
    return all;
  }

  /** Nothing of it is left. */
  void endRemoval(String name) throws IOException {
    Path directory = base.resolve(REMOVING + name);
    for (Path lease : children(directory.resolve(LEASES))) {
      Files.deleteIfExists(lease);
    }
    Files.deleteIfExists(directory.resolve(FILE)); // first, lest it is taken for whole
    for (Path file : children(directory)) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(directory);
  }

  Optional<String> note(String name) {
    try {
      return Optional.of(Files.readString(base.resolve("." + name)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void setNote(String name, String text) throws IOException {
    Files.writeString(base.resolve("." + name), text);
  }

  void removeNote(String name) throws IOException {
    Files.deleteIfExists(base.resolve("." + name));
  }
}
