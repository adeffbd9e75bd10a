package dev.carrel.configuration;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Changes one value in the files of a folder: whoever reads them sees it as it was or as it is, and of two who change some at once none is lost. */
final class Editor {
  /** Where a value comes that no file of the folder has. */
  private static final String FILE = "config.json";
  /** One lock for this process: a lock of a file is the whole process's. */
  private static final Object TURN = new Object();

  private final Path folder;
  private final boolean everybodys;

  Editor(Path folder, boolean everybodys) {
    this.folder = folder;
    this.everybodys = everybodys;
  }

  /**
   * Sets a value, or takes it out.
   *
   * @param value a String, a Long, a Boolean or a list of them
   * @return whether a file says something else now
   */
  boolean change(String pid, String key, Optional<Object> value) {
    try {
      synchronized (TURN) {
        if (value.isEmpty() && !Files.isDirectory(folder)) {
          return false;
        }
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(everybodys ? "rwxr-xr-x" : "rwx------")));
        try (FileChannel lock = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          lock.lock(); // until the channel is closed
          return changed(pid, key, value);
        }
      }
    } catch (AccessDeniedException e) {
      throw CarrelException.failed("cannot change the configuration in " + folder + ": " + (everybodys ? "only root may" : "you may not write there"), e);
    } catch (IOException e) {
      throw CarrelException.failed("cannot change the configuration in " + folder + ": " + e.getMessage(), e);
    }
  }

  private boolean changed(String pid, String key, Optional<Object> value) throws IOException {
    List<Path> having = having(pid, key);
    if (value.isEmpty()) {
      Map<Path, JsonObject> without = new LinkedHashMap<>();
      for (Path file : having) {
        without.put(file, without(content(file), pid, key));
      }
      for (Map.Entry<Path, JsonObject> file : without.entrySet()) { // only now: all of them may be changed
        write(file.getKey(), file.getValue());
      }
      return !having.isEmpty();
    }
    Path target = having.isEmpty() ? folder.resolve(FILE) : having.get(having.size() - 1); // the last one counts
    JsonObject content = Files.exists(target) ? content(target) : new JsonObject();
    if (!content.has(pid)) {
      content.add(pid, new JsonObject());
    }
    if (!content.getAsJsonObject(pid).has(key)) {
      remove(content.getAsJsonObject(pid), key); // it may have a type there
    }
    content.getAsJsonObject(pid).add(key, new GsonBuilder().create().toJsonTree(value.get(), value.get() instanceof List ? List.class : value.get().getClass()));
    write(target, content);
    return true;
  }

  /** Files that say something of it, with or without a type. */
  private List<Path> having(String pid, String key) {
    List<Path> having = new ArrayList<>();
    for (Path file : Folders.in(folder)) {
      if (SettingFile.read(file).values().getOrDefault(pid, Map.of()).containsKey(key)) {
        having.add(file);
      }
    }
    return having;
  }

  private static JsonObject without(JsonObject content, String pid, String key) {
    remove(content.getAsJsonObject(pid), key);
    if (content.getAsJsonObject(pid).size() == 0) {
      content.remove(pid);
    }
    return content;
  }

  private static void remove(JsonObject values, String key) {
    List.copyOf(values.keySet()).stream().filter(typed -> TypedKey.of(typed).name().equals(key)).forEach(values::remove);
  }

  /** Of a file that is about to be changed. */
  private static JsonObject content(Path file) {
    SettingFile read = SettingFile.read(file);
    read.values(); // what is not in order is not changed
    if (read.commented()) {
      throw CarrelException.usage("cannot change " + file + ": it has comments, which would be lost. Change it with an editor");
    }
    return read.content();
  }

  /** Where a link leads, the file is exchanged, and the link stays. */
  private void write(Path file, JsonObject content) throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file;
    Path fresh = Files.createTempFile(real.getParent(), "." + real.getFileName(), ".new",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      String text = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(content) + "\n";
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      if (everybodys) {
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
      }
      Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
