package dev.carrel.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where add-ons are kept: what is there becomes a part of Carrel.
 *
 * @param own this user's; empty where none could be
 * @param shared root's, for others; empty for root
 */
record AddonFolders(String own, String shared) {
  /** The property that says which folders are watched, and whether any is. */
  static final String WATCHED = "felix.fileinstall.dir";

  private static final String VARIABLE = "CARREL_ADDONS";
  private static final String SYSTEM = "/var/lib/carrel/addons";
  private static final String ROOT = "root";

  /** As for the store: a variable of its own, the system's for root, the XDG base directory specification for others. */
  static AddonFolders of(Map<String, String> environment) {
    String chosen = environment.getOrDefault(VARIABLE, "");
    if (!chosen.isEmpty()) {
      return new AddonFolders(new File(chosen).getAbsolutePath(), "");
    }
    if (System.getProperty("user.name").equals(ROOT)) {
      return new AddonFolders(SYSTEM, "");
    }
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    String base = data.startsWith("/") ? data : System.getProperty("user.home") + "/.local/share";
    return new AddonFolders(base + "/carrel/addons", SYSTEM);
  }

  /** Whether there is any. */
  boolean anyKept() {
    return hasJar(own) || hasJar(shared);
  }

  private static boolean hasJar(String folder) {
    String[] names = folder.isEmpty() ? null : new File(folder).list();
    if (names != null) {
      for (String name : names) {
        if (name.endsWith(".jar") && !name.startsWith(".")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Says in properties of a framework where they are. */
  void tell(Map<String, String> properties) {
    properties.put("carrel.addons", own);
    properties.put("carrel.addons.shared", Files.isDirectory(Path.of(shared)) ? shared : "");
  }

  /** Has the framework start what is there now, and what is put there later. */
  void watch(Map<String, String> properties) {
    List<String> folders = new ArrayList<>();
    for (String folder : List.of(shared, own)) {
      if (!folder.isEmpty() && isWatchable(folder)) {
        folders.add(folder);
      }
    }
    if (folders.isEmpty()) {
      return;
    }
    properties.put(WATCHED, String.join(",", folders));
    properties.put("felix.fileinstall.filter", "[^.].*\\.jar");
    properties.put("felix.fileinstall.subdir.mode", "skip");
    properties.put("felix.fileinstall.poll", "500");
    properties.put("felix.fileinstall.disableNio2", "true"); // a thread for each folder, to gain half a second
    properties.put("felix.fileinstall.noInitialDelay", "true");
    // Otherwise an add-on with a package that the watcher itself could use has it wired anew, for which it waits for itself.
    properties.put("felix.fileinstall.optionalImportRefreshScope", "none");
    properties.put("felix.fileinstall.fragmentRefreshScope", "none");
    properties.put("felix.extensions.disable", "true"); // what extends the framework itself is a part of it before anybody is asked
    properties.put("felix.fileinstall.log.level", "0"); // carrel addon list tells what is wrong, without a stack trace
  }

  /** A folder in which others could put files is not used; nor is one whose name the watcher would take for something else. */
  private boolean isWatchable(String folder) {
    try {
      if (folder.equals(own)) {
        make(Path.of(folder));
      }
    } catch (IOException e) {
      return false; // there is none, and none can be made
    }
    if (!Files.isDirectory(Path.of(folder))) {
      return false;
    }
    String reason = AddonGate.folder(folder);
    if (!reason.isEmpty()) {
      System.err.println("carrel: the add-ons in " + folder + " are not started: " + reason);
    }
    return reason.isEmpty();
  }

  /** For somebody to put a jar there while the shell runs. What is above it is made as the XDG base directory specification wants. */
  private static void make(Path folder) throws IOException {
    Path above = folder.getParent() == null ? null : folder.getParent().getParent();
    if (above != null) {
      Files.createDirectories(above, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }
}
