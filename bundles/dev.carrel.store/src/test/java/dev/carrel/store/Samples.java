package dev.carrel.store;

import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Items to put into stores, and the stores. */
final class Samples {
  private Samples() {}

  /** The user that runs the tests. To write to the device is left to the kernel. */
  private record TestHost(long uid, long gid) implements Host {
    @Override
    public boolean administers() {
      return uid == 0;
    }

    @Override
    public dev.carrel.api.host.SubordinateIds subordinateIds() {
      throw new UnsupportedOperationException("a store gives no ids away");
    }

    @Override
    public Account account() {
      return new Account("tester", uid, gid, "", Path.of("/"), "/bin/sh");
    }

    @Override
    public List<Group> groups() {
      return List.of();
    }

    @Override
    public void sync(Path anyFileOfIt) throws IOException {
      Files.getFileStore(anyFileOfIt);
    }
  }

  static DirectoryStore store(Path directory) {
    return new DirectoryStore(host(), directory.toString());
  }

  static Host host() {
    try {
      Path self = Path.of("/proc/self");
      return new TestHost((Integer) Files.getAttribute(self, "unix:uid"), (Integer) Files.getAttribute(self, "unix:gid"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static StorePath item(String name) {
    return StorePath.of(Digest.of(name).substring(0, 32), name, "1.0");
  }

  /** An item with one program, whose content is its name. */
  static Recipe recipe(String name, String... needed) {
    return recipe(name, directory -> write(directory, "usr/bin/" + name, name), needed);
  }

  static Recipe recipe(String name, Recipe.Builder builder, String... needed) {
    Set<StorePath> references = new java.util.HashSet<>();
    for (String one : needed) {
      references.add(item(one));
    }
    return new Recipe(item(name), references, builder);
  }

  static void write(Path directory, String path, String content) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
