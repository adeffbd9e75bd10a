package dev.carrel.configuration;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;

/**
 * Where the files are: those later in this order count more.
 *
 * @param installation beside Carrel itself; empty, as the others: there are none
 * @param everybodys root's, for all users
 * @param own the user's
 */
record Folders(Path installation, Path everybodys, Path own) {
  private static final int WRITABLE_BY_OTHERS = 0022;

  /** As the launcher says in properties of the framework. */
  static Folders of(BundleContext context) {
    return new Folders(folder(context, "installation"), folder(context, "everybodys"), folder(context, "own"));
  }

  private static Path folder(BundleContext context, String which) {
    String said = context.getProperty("carrel.settings." + which);
    return Path.of(said == null ? "" : said);
  }

  /**
   * All that is said there.
   *
   * @throws CarrelException if a file cannot be taken
   */
  Configured read() {
    Configured all = Configured.nothing();
    for (Path file : files()) {
      all.add(file, SettingFile.read(file).values());
    }
    return all;
  }

  /** All files, those that count less first. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    long me = owner(Path.of("/proc/self"));
    for (Path folder : List.of(installation, everybodys, own)) {
      for (Path file : in(folder)) {
        if (folder != installation) {
          requireTrusted(file, folder == own ? me : 0);
        }
        files.add(file);
      }
    }
    return files;
  }

  /** The files of one folder, in the order of their names. */
  static List<Path> in(Path folder) {
    if (folder.toString().isEmpty() || !Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(path -> path.getFileName().toString().endsWith(".json") && !path.getFileName().toString().startsWith("."))
          .sorted().toList();
    } catch (IOException e) {
      throw CarrelException.failed("cannot take the configuration from " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Somebody else's words are not taken for the user's. */
  private static void requireTrusted(Path file, long user) {
    long owner = owner(file);
    if (owner != 0 && owner != user || isWritableByOthers(file)) {
      throw CarrelException.failed("cannot take the configuration from " + file + ": " + (owner != 0 && owner != user
          ? "it belongs to another user" : "others may write to it. Run: chmod go-w " + file));
    }
  }

  private static boolean isWritableByOthers(Path file) {
    return (attribute(file, "unix:mode") & WRITABLE_BY_OTHERS) != 0;
  }

  private static long owner(Path file) {
    return Integer.toUnsignedLong(attribute(file, "unix:uid"));
  }

  private static int attribute(Path file, String name) {
    try {
      return (Integer) Files.getAttribute(file, name);
    } catch (NoSuchFileException e) {
      throw CarrelException.usage("cannot take the configuration from " + file + ": it is a link to what is not there. Mend it or remove it");
    } catch (IOException e) {
      throw CarrelException.failed("cannot take the configuration from " + file + ": " + e.getMessage(), e);
    }
  }
}
