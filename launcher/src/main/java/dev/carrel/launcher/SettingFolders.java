package dev.carrel.launcher;

import java.io.File;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the files are that configure Carrel; those later in this order count more.
 *
 * @param installation beside Carrel itself
 * @param everybodys root's, for all users
 * @param own this user's
 */
record SettingFolders(String installation, String everybodys, String own) {
  private static final String VARIABLE = "CARREL_SYSTEM_CONFIG";
  private static final String SYSTEM = "/etc/carrel";

  /** As the XDG base directory specification has it. */
  static SettingFolders of(Map<String, String> environment, Path home) {
    String system = environment.getOrDefault(VARIABLE, "");
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    String base = config.startsWith("/") ? config : System.getProperty("user.home") + "/.config";
    return new SettingFolders(home + "/etc", system.startsWith("/") ? system : SYSTEM, base + "/carrel");
  }

  /** Whether there is any file. */
  boolean any() {
    return hasFile(installation) || hasFile(everybodys) || hasFile(own);
  }

  private static boolean hasFile(String folder) {
    String[] names = new File(folder).list();
    if (names != null) {
      for (String name : names) {
        if (name.endsWith(".json") && !name.startsWith(".")) {
          return true;
        }
      }
    }
    return false;
  }

  /** Says in properties of a framework where they are. */
  void tell(Map<String, String> properties) {
    properties.put("carrel.settings.installation", installation);
    properties.put("carrel.settings.everybodys", everybodys);
    properties.put("carrel.settings.own", own);
  }
}
