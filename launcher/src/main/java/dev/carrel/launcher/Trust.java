package dev.carrel.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * Who could change what is read at a path: nobody but this user and root may. As a directory or a link on the way decides what is found, each of
 * them is looked at, too.
 */
final class Trust {
  private static final int WRITABLE_BY_GROUP = 0020;
  private static final int WRITABLE_BY_OTHERS = 0022;
  private static final int STICKY = 01000;
  private static final int TYPE = 0170000;
  private static final int LINK = 0120000;
  private static final int DIRECTORY = 0040000;
  /** As the kernel has it. */
  private static final int MOST_LINKS = 40;
  /** What a user namespace shows in the place of a user that it does not know. */
  private static final long UNKNOWN_USER = 65534;

  private final long user;
  private final String name;

  private Trust(long user, String name) {
    this.user = user;
    this.name = name;
  }

  /** That of the user who runs this. (Whose /proc/self is also depends on whether the process may be dumped.) */
  static Trust mine() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("Uid:")) {
        return new Trust(Long.parseLong(line.split("\\s+")[2]), System.getProperty("user.name")); // the effective one
      }
    }
    throw new IOException("/proc/self/status has no user");
  }

  /** What is at a path, a link not followed. */
  private record Entry(Path path, long owner, long group, int mode) {
    static Entry of(Path path) throws IOException {
      Map<String, Object> all = Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
      return new Entry(path, Integer.toUnsignedLong((Integer) all.get("uid")), Integer.toUnsignedLong((Integer) all.get("gid")), (Integer) all.get("mode"));
    }

    boolean is(int type) {
      return (mode & TYPE) == type;
    }
  }

  /**
   * Why others decide what is there.
   *
   * @return with what mends it; empty if they do not
   * @throws IOException if nothing is there, or not for this user
   */
  String doubt(Path path) throws IOException {
    Deque<Path> left = new ArrayDeque<>();
    path.toAbsolutePath().forEach(left::add);
    Path at = Path.of("/");
    int links = 0;
    while (true) {
      Entry entry = Entry.of(at);
      String doubt = doubt(entry, !left.isEmpty());
      if (!doubt.isEmpty()) {
        return doubt;
      }
      if (entry.is(LINK)) {
        if (++links > MOST_LINKS) {
          throw new IOException("too many symbolic links lead to " + path);
        }
        Path target = Files.readSymbolicLink(at);
        for (int i = target.getNameCount() - 1; i >= 0; i--) {
          left.addFirst(target.getName(i));
        }
        at = target.isAbsolute() ? Path.of("/") : at.getParent();
      } else if (left.isEmpty()) {
        return "";
      } else {
        at = next(at, left.removeFirst());
      }
    }
  }

  /** Of a directory that is none of a link's, ".." is what is above it. */
  private static Path next(Path directory, Path step) {
    if (step.toString().equals("..")) {
      return directory.getParent() == null ? directory : directory.getParent();
    }
    return step.toString().isEmpty() || step.toString().equals(".") ? directory : directory.resolve(step);
  }

  private String doubt(Entry entry, boolean onTheWay) throws IOException {
    if (entry.owner() != 0 && entry.owner() != user && !(onTheWay && entry.owner() == UNKNOWN_USER && isHidden())) {
      return entry.path() + " belongs to another user. Run" + (user == 0 ? "" : " as root") + ": chown " + (entry.is(LINK) ? "-h " : "") + name + " " + entry.path();
    }
    if (!entry.is(LINK) && (entry.mode() & WRITABLE_BY_OTHERS) != 0 && !(onTheWay && entry.is(DIRECTORY) && isGuarded(entry))) {
      return "others may write to " + entry.path() + ". Run" + (user == 0 || entry.owner() == user ? "" : " as root") + ": chmod go-w " + entry.path();
    }
    return "";
  }

  /** In a sticky directory nobody can replace what is another's; and the group with the number of a user is that user's alone. */
  private boolean isGuarded(Entry directory) {
    return (directory.mode() & STICKY) != 0
        || (directory.mode() & WRITABLE_BY_OTHERS) == WRITABLE_BY_GROUP && user != 0 && directory.owner() == user && directory.group() == user;
  }

  /** Whether this is a user namespace that does not know all users: it cannot show that a directory is root's. */
  private static boolean isHidden() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/uid_map"))) {
      String[] range = line.strip().split("\\s+");
      if (Long.parseLong(range[0]) <= UNKNOWN_USER && UNKNOWN_USER < Long.parseLong(range[0]) + Long.parseLong(range[2])) {
        return false;
      }
    }
    return true;
  }
}
