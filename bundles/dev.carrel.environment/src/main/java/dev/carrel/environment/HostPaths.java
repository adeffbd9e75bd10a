package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where programs of the host find packages that no container puts in their place. A profile of Debian's packages is no more than
 * directories then: its programs get the host's loader, libraries and settings. LD_LIBRARY_PATH would give them the
 * profile's libraries, and give these to each program of the host that they start, which ends in a crash where the C libraries
 * differ; PKG_CONFIG_PATH and its like would lead to files that say /usr. So these are not set.
 */
final class HostPaths {
  private static final String[][] DIRECTORIES = {
    {"PATH", "usr/local/bin", "usr/bin", "usr/local/sbin", "usr/sbin", "usr/local/games", "usr/games"},
    {"MANPATH", "usr/local/share/man", "usr/share/man"},
    {"INFOPATH", "usr/local/share/info", "usr/share/info"},
    {"XDG_DATA_DIRS", "usr/local/share", "usr/share"},
  };

  private HostPaths() {}

  static SearchPaths of(Provision provision, List<String> notes) {
    Map<String, String> variables = new LinkedHashMap<>();
    List<String> told = new ArrayList<>(notes);
    if (provision.elsewhere().isPresent()) {
      for (Installation installation : provision.elsewhere().get().installations()) {
        if (!installation.packages().isEmpty()) {
          check(installation);
          told.add("nothing keeps the packages of " + installation.store() + " from being collected while they are used without a container");
        }
      }
      variables.putAll(provision.elsewhere().get().searchPaths());
    }
    if (provision.profile().isPresent()) {
      for (String[] variable : DIRECTORIES) {
        for (int i = 1; i < variable.length; i++) {
          Path directory = provision.profile().get().resolve(variable[i]);
          if (Files.isDirectory(directory)) {
            check(directory);
            String before = variables.get(variable[0]);
            variables.put(variable[0], before == null ? directory.toString() : before + ":" + directory);
          }
        }
      }
    }
    return new SearchPaths(provision.profile(), variables, told);
  }

  /** A list of directories has colons between them, and no way to write one. */
  private static void check(Path directory) {
    if (directory.toString().indexOf(':') >= 0) {
      throw CarrelException.usage("cannot use the profile " + directory + " without a container: PATH can have no directory with a ':' in its name."
          + " Use a store whose path has none (CARREL_STORE=DIRECTORY)");
    }
  }

  private static void check(Installation installation) {
    for (Item item : installation.closure()) {
      if (installation.packages().contains(item.path()) && !item.path().equals(item.source())) {
        throw CarrelException.usage("cannot use " + item.path() + " without a container: it lies in " + item.source()
            + ", and what is in it looks for the rest at its own path. Leave out --pure, --search-paths and --check: a container puts it there");
      }
    }
  }
}
