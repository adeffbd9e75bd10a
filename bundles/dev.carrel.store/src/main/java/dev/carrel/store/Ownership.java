package dev.carrel.store;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Who could change what is in a store: everybody who may rename it or a directory above it. Those must be root and the
 * user, and the owner of the root directory, who could replace everything anyway: in a user namespace that is nobody.
 */
final class Ownership {
  private static final int GROUP_WRITE = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final int STICKY = 01000; // inode(7): others' entries cannot be removed or renamed
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;

  private final Path store;
  private final long uid;
  private final long gid;

  /** For a user's use of a store. */
  Ownership(Path store, long uid, long gid) {
    this.store = store;
    this.uid = uid;
    this.gid = gid;
  }

  /**
   * Looks at every directory and link on the way to the store, and at what the links lead to, as far as it exists.
   *
   * @throws CarrelException if somebody else could put something else in the store's place
   */
  void requireSafeWay() throws IOException {
    way(store);
    Path existing = store;
    while (!Files.exists(existing)) {
      existing = existing.getParent();
    }
    way(existing.toRealPath());
  }

  private void way(Path path) throws IOException {
    examine(path.getRoot(), true);
    Path step = path.getRoot();
    for (Path name : path) {
      step = step.resolve(name);
      if (!examine(step, true)) {
        return;
      }
    }
  }

  /**
   * Makes sure that a directory is a real one and can be changed by nobody else.
   *
   * @throws CarrelException if others can
   */
  void requireOwn(Path directory) throws IOException {
    examine(directory, false);
  }

  /** Whether the path exists. */
  private boolean examine(Path path, boolean above) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return false;
    }
    long owner = Integer.toUnsignedLong((Integer) attributes.get("uid"));
    int mode = (Integer) attributes.get("mode");
    if (owner != uid && owner != 0 && owner != owner(path.getRoot())) {
      throw refusal(path, "belongs to the user with uid " + owner, "");
    }
    if ((mode & TYPE) != DIRECTORY) {
      return true; // a link: its owner has been looked at, where it leads is looked at next
    }
    boolean sticky = above && (mode & STICKY) != 0;
    if ((mode & OTHERS_WRITE) != 0 && !sticky) {
      throw refusal(path, "can be written by everybody", path);
    }
    // A group of the user alone, as Debian makes one for each user, has nobody else in it: pam_umask(8), usergroups.
    boolean alone = Integer.toUnsignedLong((Integer) attributes.get("gid")) == gid && gid == uid;
    if ((mode & GROUP_WRITE) != 0 && !sticky && !alone) {
      throw refusal(path, "can be written by its group", path);
    }
    return true;
  }

  private static long owner(Path path) throws IOException {
    return Integer.toUnsignedLong((Integer) Files.getAttribute(path, "unix:uid"));
  }

  private CarrelException refusal(Path path, String reason, Object writable) {
    return CarrelException.failed("cannot use the store " + store + ": " + (path.equals(store) ? "it " : path + " ") + reason
        + ", who could put other programs in the place of yours. Set " + Location.NAME + " to a directory of your own"
        + (writable.equals("") ? "" : ", or run: chmod go-w " + writable));
  }
}
