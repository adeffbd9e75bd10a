package dev.carrel.it;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Control groups of version 1 that root gives to an ordinary user, as {@code carrel doctor} tells an administrator to. None where there are none. */
final class Delegation implements AutoCloseable {
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");
  private static final List<String> CONTROLLERS = List.of("memory", "pids", "cpu", "cpuacct", "cpuset", "freezer", "blkio");

  private final List<Path> made = new ArrayList<>();

  Delegation(User user) throws IOException {
    for (String controller : CONTROLLERS) {
      Path top = GROUPS.resolve(controller);
      Path own = top.resolve("carrel-" + user.uid());
      if (Files.exists(top.resolve("tasks")) && Files.notExists(own)) {
        made.add(Files.createDirectory(own));
        if (controller.equals("cpuset")) { // there is nothing in it before that is said
          for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
            Files.write(own.resolve(file), Files.readAllBytes(top.resolve(file)));
          }
        }
        user.own(own);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(own)) {
          for (Path file : files) {
            user.own(file);
          }
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Path group : made) {
      remove(group);
    }
  }

  /** Only directories can be removed, and have to be. */
  private static void remove(Path group) throws IOException {
    try (DirectoryStream<Path> inner = Files.newDirectoryStream(group, Files::isDirectory)) {
      for (Path one : inner) {
        remove(one);
      }
    }
    Files.delete(group);
  }
}
