package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The processes of a container, each of which is in all of its groups, unless a move was broken off.
 *
 * @param directories its groups
 */
record Members(List<Path> directories) {
  /** How often what has been forked meanwhile is moved as well, where nothing can be frozen. */
  private static final int MOVES = 100;
  private static final int LOOKS = 3;

  /** Whether any is not in a group. What ends between two looks seems to be such a one: it is looked again. */
  boolean areOutside(Path group) {
    for (int look = 0; look < LOOKS; look++) {
      if (outside(group).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private Set<String> outside(Path group) {
    Set<String> outside = besides(group);
    if (!outside.isEmpty()) {
      outside.removeAll(pids(group));
    }
    return outside;
  }

  private Set<String> besides(Path group) {
    Set<String> pids = new HashSet<>();
    for (Path other : directories) {
      if (!other.equals(group)) {
        pids.addAll(pids(other));
      }
    }
    return pids;
  }

  /** Of all that is in a group, and in the groups inside. */
  private static Set<String> pids(Path group) {
    Set<String> pids = new HashSet<>(List.of(KernelFile.read(group.resolve("cgroup.procs")).orElse("").split("\n")));
    inside(group).forEach(inner -> pids.addAll(pids(inner)));
    pids.removeAll(List.of("", "0")); // nobody, and somebody whom this process cannot name
    return pids;
  }

  /**
   * Has all of them come into a group. What nobody could freeze may fork meanwhile, and end.
   *
   * @param entry the file by which one comes into it
   */
  void moveTo(Path group, Path entry) throws IOException {
    Set<String> left = outside(group);
    for (int i = 0; i < MOVES && !left.isEmpty(); i++) {
      for (String pid : left) {
        move(pid, entry);
      }
      left = outside(group);
    }
  }

  private static void move(String pid, Path entry) throws IOException {
    try {
      KernelFile.write(entry, pid);
    } catch (IOException e) {
      if (Files.exists(Path.of("/proc", pid))) {
        throw e;
      }
    }
  }

  void signal() {
    directories.forEach(Members::signal);
  }

  private static void signal(Path group) {
    inside(group).forEach(Members::signal);
    for (String pid : KernelFile.read(group.resolve("cgroup.procs")).orElse("").split("\n")) {
      if (!pid.isEmpty() && !pid.equals("0")) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** The groups inside, which whoever had the right to has made. */
  static List<Path> inside(Path group) {
    List<Path> groups = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(group, file -> Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))) {
      found.forEach(groups::add);
    } catch (IOException | DirectoryIteratorException e) {
      return groups; // it is gone
    }
    return groups;
  }
}
