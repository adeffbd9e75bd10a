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
import java.util.List;
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
    boolean changed = false;
    Path target = folder.resolve(FILE);
    for (Path file : Folders.in(folder)) {
      JsonObject content = content(file);
      if (content.has(pid) && content.getAsJsonObject(pid).has(key)) {
        target = file; // the last one counts
        if (value.isEmpty()) {
          content.getAsJsonObject(pid).remove(key);
          if (content.getAsJsonObject(pid).size() == 0) {
            content.remove(pid);
          }
          write(file, content);
          changed = true;
        }
      }
    }
    if (value.isEmpty()) {
      return changed;
    }
    JsonObject content = Files.exists(target) ? content(target) : new JsonObject();
    if (!content.has(pid)) {
      content.add(pid, new JsonObject());
    }
    content.getAsJsonObject(pid).add(key, new GsonBuilder().create().toJsonTree(value.get(), value.get() instanceof List ? List.class : value.get().getClass()));
    write(target, content);
    return true;
  }

  private static JsonObject content(Path file) {
    SettingFile read = SettingFile.read(file);
    read.values(); // what is not in order is not changed
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
