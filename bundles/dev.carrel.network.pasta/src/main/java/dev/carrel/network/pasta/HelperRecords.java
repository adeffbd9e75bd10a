package dev.carrel.network.pasta;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.ProcessTimes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What is recorded of the helpers of one provider: a file for each container that has one, from before it is started until its guard
 * ends, in a directory that nobody else can read.
 *
 * @param directory where; made when it is needed
 */
record HelperRecords(Path directory) {
  private static final String SOCKET = ".socket";
  private static final String NEW = ".new";
  private static final String LOCK = "lock";
  private static final long PAUSE = 2; // milliseconds

  /** A process that is told from others with its pid. */
  record Known(long pid, long startTime) {
    boolean lives() {
      return startTime != 0 && ProcessTimes.startTime(pid) == startTime;
    }
  }

  /**
   * One record.
   *
   * @param guest the container's first process
   * @param guard the helper's guard; empty: it had not been started when this was written
   */
  record Entry(String container, Known guest, Optional<Known> guard) {}

  /** Beside the records of the containers, whose directory {@code CARREL_STATE} names. */
  static HelperRecords of(String provider, Map<String, String> environment, Host host) {
    String given = environment.getOrDefault("CARREL_STATE", "");
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    long user = host.account().uid();
    Path state;
    if (!given.isEmpty()) {
      state = Path.of(given).toAbsolutePath();
    } else if (user == 0) {
      state = Path.of("/run/carrel");
    } else {
      Path directory = Path.of(runtime.isEmpty() ? "/run/user/" + user : runtime);
      state = directory.isAbsolute() && Files.isDirectory(directory) && Files.isWritable(directory) ? directory.resolve("carrel")
          : Path.of("/tmp/carrel-state-" + user);
    }
    return new HelperRecords(state.resolve(provider));
  }

  /** Where the record of a container is. */
  Path file(String container) {
    return directory.resolve(container);
  }

  /** Where a helper can listen for orders. */
  Path socket(String container) {
    return directory.resolve(container + SOCKET);
  }

  /**
   * Notes that a helper is about to be started.
   *
   * @throws CarrelException if that cannot be written down
   */
  void begin(String container, Known guest) {
    write(new Entry(container, guest, Optional.empty()));
  }

  /**
   * Notes its guard.
   *
   * @throws CarrelException if that cannot be written down
   */
  void started(String container, Known guest, Known guard) {
    write(new Entry(container, guest, Optional.of(guard)));
  }

  private void write(Entry entry) {
    make();
    Properties lines = new Properties();
    lines.setProperty("boot", ProcessTimes.boot());
    put(lines, "guest", entry.guest());
    entry.guard().ifPresent(guard -> put(lines, "guard", guard));
    try {
      StringWriter text = new StringWriter();
      lines.store(text, null);
      Path file = file(entry.container());
      Path next = directory.resolve(entry.container() + NEW);
      Files.writeString(next, text.toString());
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw CarrelException.failed("cannot record the network helper of a container in " + directory + ": " + e.getMessage(), e);
    }
  }

  private static void put(Properties lines, String key, Known process) {
    lines.setProperty(key, Long.toString(process.pid()));
    lines.setProperty(key + ".time", Long.toString(process.startTime()));
  }

  private void make() {
    try {
      for (Path missing : List.of(directory.getParent(), directory)) {
        if (!Files.isDirectory(missing, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectories(missing.getParent());
          createPrivate(missing);
        }
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot make the directory " + directory + ", where the network helpers of containers are recorded: "
          + e.getMessage() + ". Set CARREL_STATE to a directory of your own", e);
    }
    if (!isOwn(directory)) {
      throw CarrelException.failed("cannot record the network helpers of containers in " + directory
          + ": it is no directory of yours that nobody else can write to. Remove it, or set CARREL_STATE to another");
    }
  }

  private static void createPrivate(Path missing) throws IOException {
    try {
      Files.createDirectory(missing, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (java.nio.file.FileAlreadyExistsException e) {
      return; // another process was quicker, or it is none, which is found out next
    }
  }

  /** Somebody else could have made it, in /tmp. */
  private static boolean isOwn(Path directory) {
    try {
      Map<String, Object> attributes = Files.readAttributes(directory, "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
      Map<String, Object> self = Files.readAttributes(Path.of("/proc/self"), "unix:uid");
      return Boolean.TRUE.equals(attributes.get("isDirectory")) && attributes.get("uid").equals(self.get("uid"))
          && ((Integer) attributes.get("mode") & 0022) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** All that there can be of a container's helper. */
  List<Path> files(String container) {
    return List.of(file(container), socket(container), directory.resolve(container + NEW));
  }

  /** Everything that belongs to a container's helper goes. */
  void forget(String container) {
    for (Path file : files(container)) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        continue; // the next cleaning finds it
      }
    }
  }

  /** The record of a container; nothing if it has none. */
  Optional<Entry> find(String container) {
    Properties lines = new Properties();
    try (BufferedReader reader = Files.newBufferedReader(file(container))) {
      lines.load(reader);
      Optional<Known> guest = known(lines, "guest");
      return guest.isEmpty() ? Optional.empty() : Optional.of(new Entry(container, guest.get(), known(lines, "guard")));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** One of an earlier boot never lives. */
  private static Optional<Known> known(Properties lines, String key) {
    if (lines.getProperty(key) == null) {
      return Optional.empty();
    }
    boolean now = ProcessTimes.boot().equals(lines.getProperty("boot"));
    return Optional.of(new Known(Long.parseLong(lines.getProperty(key)), now ? Long.parseLong(lines.getProperty(key + ".time", "0")) : 0));
  }

  List<Entry> all() {
    List<Entry> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.indexOf('.') < 0 && !name.equals(LOCK)) {
          find(name).ifPresent(all::add);
        }
      }
    } catch (NoSuchFileException e) {
      return all; // there has been none yet
    } catch (IOException e) {
      throw CarrelException.failed("cannot read " + directory + ", where the network helpers of containers are recorded: " + e.getMessage(), e);
    }
    return all;
  }

  /**
   * Keeps other starts of this user from taking a port between the look whether it is free and the moment from which it is not.
   *
   * @throws CarrelException if the thread is interrupted meanwhile
   */
  FileChannel lock() {
    make();
    try {
      FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        while (!attempt(channel)) {
          Thread.sleep(PAUSE);
        }
        return channel;
      } catch (InterruptedException e) {
        channel.close();
        Thread.currentThread().interrupt();
        throw CarrelException.failed("the start of a container was cancelled: its thread was interrupted", e);
      }
    } catch (IOException e) {
      throw CarrelException.failed("cannot lock " + directory.resolve(LOCK) + ": " + e.getMessage(), e);
    }
  }

  private static boolean attempt(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another start of this JVM has it
    }
  }
}
