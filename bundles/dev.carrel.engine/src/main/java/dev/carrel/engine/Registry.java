package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Life;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.api.resource.ResourceGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The containers of a user, as they are recorded in the state directory: a directory for each id, and for each name a symbolic
 * link to one. What is made is recorded before it is made.
 */
final class Registry {
  private static final String NAMES = "names";
  private static final String LOCK = "lock";
  /** Longest wait before a restart. */
  private static final int LONGEST_DELAY = 60;
  private static final int DELAYS = 10;
  private static final int ID_LENGTH = 8;

  private final StateDirectory state;
  private final Controllers controllers;

  Registry(StateDirectory state, Controllers controllers) {
    this.controllers = controllers;
    this.state = state;
  }

  /** Where the container of an id is recorded. */
  Path directory(String id) {
    return state.path().resolve(id);
  }

  /**
   * Records a container that is about to be started.
   *
   * @param held whether its program will be started later
   * @param group the group that will be made for it
   * @throws CarrelException if its name is taken, or nothing can be written there
   */
  synchronized Entry reserve(String id, ContainerSpec spec, String backend, boolean held, Optional<Recording.Group> group) {
    Path base = state.make();
    Path directory = base.resolve(id);
    try {
      Files.createDirectory(directory);
      Files.createFile(directory.resolve(ContainerRecord.EXIT));
      if (spec.life().detached()) {
        Files.createFile(directory.resolve(ContainerRecord.LOG));
        Files.createFile(directory.resolve(ContainerRecord.OTHER_LOG));
        Files.write(directory.resolve(ContainerRecord.RESTARTS), delays(spec.life().restart()));
      }
      Entry entry = Entry.starting(directory, id, spec, backend, held && spec.life().detached());
      if (group.isPresent()) {
        entry.group(group.get().controller(), group.get().name(), spec.limits().orElse(Limits.none()));
      }
      if (spec.life().detached() || held || !spec.life().pins().isEmpty()) {
        entry.write(); // another dies with this process anyway, and is written down when it runs, which is soon
      }
      if (spec.life().name().isPresent()) {
        claim(base, spec.life().name().get(), id);
      }
      if (!spec.life().pins().isEmpty()) {
        pin(entry, spec.life().pins());
      }
      return entry;
    } catch (IOException e) {
      remove(directory);
      throw CarrelException.failed("cannot record a container in " + base + ": " + e.getMessage(), e);
    } catch (CarrelException e) {
      remove(directory);
      throw e;
    }
  }

  private void pin(Entry entry, List<Life.Pin> pins) {
    try {
      entry.pins().make(pins);
    } catch (CarrelException e) {
      forget(entry);
      throw e;
    }
  }

  /** Takes away what those keep from collection that have ended, however that came. */
  void unpin() {
    for (Entry entry : entries()) {
      if (entry.hasPins() && isLeftOver(entry)) {
        forget(entry);
      } else if (entry.hasPins() && entry.hasStarted() && !entry.runs()) {
        entry.pins().remove();
      }
    }
  }

  /** By which groups of containers that are recorded here are told from others. */
  String owner() {
    return Integer.toHexString(state.path().toString().hashCode());
  }

  /** Takes away groups of those that have ended, however that came. Returns which. */
  List<String> ungroup(ResourceController controller) {
    Set<String> kept = new HashSet<>();
    for (Entry entry : entries()) {
      if (entry.hasGroup() && isLeftOver(entry)) {
        forget(entry);
      } else if (entry.hasGroup()) {
        kept.add(entry.group());
      }
    }
    return controller.clean(owner(), kept);
  }

  /** A tenth of a second, and twice as long each time: as many struct timespec as there are restarts, or until the longest. */
  private static byte[] delays(Life.Restart restart) {
    int count = Math.min(restart.attempts(), restart.attempts() == Life.Restart.UNLIMITED ? DELAYS : 1000);
    ByteBuffer times = ByteBuffer.allocate(16 * count).order(ByteOrder.nativeOrder());
    for (int i = 0; i < count; i++) {
      long millis = Math.min(100L << Math.min(i, 20), LONGEST_DELAY * 1000L);
      times.putLong(millis / 1000).putLong(millis % 1000 * 1_000_000);
    }
    return times.array();
  }

  /** A name is a link, which only one can make. */
  private void claim(Path base, String name, String id) throws IOException {
    Path names = base.resolve(NAMES);
    Files.createDirectories(names);
    try (FileChannel channel = FileChannel.open(base.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      Path link = names.resolve(name);
      Optional<Entry> holder = holder(link);
      if (holder.isPresent()) {
        boolean over = holder.get().hasStarted() && !holder.get().runs();
        throw CarrelException.usage("the name " + name + " is taken by container " + holder.get().id() + (over
            ? ", which has ended: carrel remove " + name + " forgets it"
            : ". Choose another, or stop that: carrel stop " + name));
      }
      Files.deleteIfExists(link);
      Files.createSymbolicLink(link, Path.of("..", id));
    }
  }

  /** Who has a name; nobody, if it is left over from one that died with its JVM, or was never started. */
  private static Optional<Entry> holder(Path link) {
    if (!Files.isSymbolicLink(link)) {
      return Optional.empty();
    }
    Optional<Entry> entry = Entry.read(link);
    return entry.isPresent() && isLeftOver(entry.get()) ? Optional.empty() : entry;
  }

  /**
   * Whether nobody will ever ask for it: it was killed half-way, or died with its JVM. Its starter may have written more since
   * the record was read, and have ended after that: what it says now is its last word.
   */
  static boolean isLeftOver(Entry entry) {
    if (!seemsLeftOver(entry)) {
      return false;
    }
    Optional<Entry> now = Entry.read(entry.directory());
    return now.isPresent() ? seemsLeftOver(now.get()) : !Files.exists(entry.directory());
  }

  private static boolean seemsLeftOver(Entry entry) {
    if (!entry.hasStarted()) {
      return !entry.starterLives();
    }
    return !entry.kept() && !entry.runs() && !entry.starterLives();
  }

  /** Those that can be read, in the order of their start. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(state.path())) {
      for (Path directory : directories) {
        if (isOfContainer(directory) && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          Entry.read(directory).ifPresent(entries::add);
        }
      }
    } catch (NoSuchFileException e) {
      return entries; // nothing has been recorded yet
    } catch (IOException e) {
      throw CarrelException.failed("cannot read " + state.path() + ", where containers are recorded: " + e.getMessage(), e);
    }
    entries.sort(Comparator.comparing(Entry::started));
    return entries;
  }

  /** Others have directories there, too: whoever attaches containers to networks. */
  private static boolean isOfContainer(Path directory) {
    String name = directory.getFileName().toString();
    boolean right = name.length() == ID_LENGTH;
    for (int i = 0; right && i < ID_LENGTH; i++) {
      right = Character.digit(name.charAt(i), 16) >= 0;
    }
    return right;
  }

  /** Directories of records that were begun and are not even readable. */
  List<Path> fragments() {
    List<Path> fragments = new ArrayList<>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(state.path())) {
      for (Path directory : directories) {
        if (isOfContainer(directory) && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && Entry.read(directory).isEmpty()
            && System.currentTimeMillis() - Files.getLastModifiedTime(directory).toMillis() > 5000) { // none is being begun
          fragments.add(directory);
        }
      }
    } catch (IOException e) {
      return fragments;
    }
    return fragments;
  }

  /** Forgets one that has ended, and its name. */
  void dismiss(Entry entry) {
    entry.runEndedHooks();
    forget(entry);
  }

  /** Forgets one that did not come to be, and its name. */
  synchronized void forget(Entry entry) {
    if (entry.hasPins()) {
      entry.pins().remove();
    }
    if (entry.hasGroup()) {
      controllers.find(entry).ifPresent(ResourceGroup::remove);
    }
    entry.name().ifPresent(name -> {
      Path link = state.path().resolve(NAMES).resolve(name);
      try {
        if (Files.readSymbolicLink(link).endsWith(entry.id())) {
          Files.delete(link);
        }
      } catch (IOException e) {
        // somebody else has removed it
      }
    });
    remove(entry.directory());
  }

  static void remove(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // it was never made, or somebody else removes it, too
    }
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      // the next cleaning finds it
    }
  }

  /** Names that lead nowhere. */
  List<Path> danglingNames() {
    List<Path> dangling = new ArrayList<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(state.path().resolve(NAMES))) {
      for (Path link : links) {
        if (!Files.exists(link)) {
          dangling.add(link);
        }
      }
    } catch (IOException e) {
      return dangling; // nobody has a name
    }
    return dangling;
  }
}
