package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Options that are configured: they count where a command line that makes a container does not say them. */
final class StandingWords {
  /** Those that have to do with one thing: who says one of the latter has said enough. */
  private static final String[][] OPTIONS = {{"memory"}, {"swap"}, {"cpus"}, {"pids"},
    {"network", "N", "namespaces", "join", "publish", "ip", "mac", "mtu", "dns", "egress", "allow-net", "deny-net", "host-loopback"}, {"seccomp"}};

  private final Map<String, Object> properties;

  /** @param properties of the component; those that are no such option do not count */
  StandingWords(Map<String, Object> properties) {
    this.properties = properties;
  }

  /** The same line where nothing is configured, or it says all that is. */
  WorkplaceLine before(WorkplaceLine line, WorkplaceOptions options, String name, boolean planning) {
    List<String> words = null;
    for (String[] group : OPTIONS) {
      Object value = properties.get(group[0]);
      if (value != null && !line.says(group)) {
        words = words == null ? new ArrayList<>() : words;
        words.add("--" + group[0] + "=" + checked(group[0], text(group[0], value)));
      }
    }
    if (words == null || line.help() || line.isOutside()) {
      return line;
    }
    words.addAll(line.arguments());
    return options.parse(name, words.toArray(new String[0]), planning).lockedAs(line);
  }

  /** A file may have a number where an option has its digits: it must not count for nothing. */
  private static String text(String option, Object value) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw CarrelException.usage("cannot use the setting shell." + option + ": it is to have one value. See carrel config --help");
  }

  private static String checked(String option, String value) {
    if (option.equals("seccomp") && !value.startsWith("/") && !value.equals("standard")) {
      throw CarrelException.usage("cannot use the setting shell.seccomp, " + value + ": it is no absolute path. See carrel config --help");
    }
    return value;
  }
}
