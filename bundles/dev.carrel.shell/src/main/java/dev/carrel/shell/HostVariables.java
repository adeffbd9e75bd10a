package dev.carrel.shell;

import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.VariableChange;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The variables by which a program of the host uses packages without a container.
 *
 * @param pure whether nothing of the caller's is among them but what is asked for, and what every program needs to know its user by
 */
record HostVariables(SearchPaths paths, WorkplaceRequest request, boolean pure) {
  private static final String ENVIRONMENT = "CARREL_ENVIRONMENT";
  /** As in Guix, which took them from nix-shell. */
  private static final List<String> KEPT = List.of("HOME", "USER", "LOGNAME", "DISPLAY", "XAUTHORITY", "TERM", "TZ", "PAGER");
  /** What follows the packages' directories where the caller has no such variable; an empty name at the end stands for the usual ones. */
  private static final Map<String, String> USUAL = Map.of("MANPATH", "", "INFOPATH", "", "XDG_DATA_DIRS", "/usr/local/share:/usr/share");

  /** Those that the packages set, each with what it is in this environment. */
  Map<String, String> own() {
    Map<String, String> own = new TreeMap<>();
    paths.variables().forEach((name, value) -> own.put(name, value + (pure && !isPreserved(name) ? "" : behind(name))));
    paths.profile().ifPresent(profile -> own.put(ENVIRONMENT, profile.toString()));
    return own;
  }

  private String behind(String name) {
    String before = request.hostEnvironment().get(name);
    if (before != null && !before.isEmpty()) {
      return ":" + before;
    }
    return USUAL.containsKey(name) ? ":" + USUAL.get(name) : "";
  }

  /** All that a program is given. */
  Map<String, String> all() {
    Map<String, String> all = new HashMap<>();
    request.hostEnvironment().forEach((name, value) -> {
      if (!pure || KEPT.contains(name) || isPreserved(name)) {
        all.put(name, value);
      }
    });
    all.putAll(own());
    if (request.command().isEmpty()) {
      all.put("PS1", "[env] $ ");
    }
    for (VariableChange change : request.variables()) {
      change.applyTo(all);
    }
    return all;
  }

  private boolean isPreserved(String name) {
    for (Pattern pattern : request.preserve()) {
      if (pattern.matcher(name).find()) {
        return true;
      }
    }
    return false;
  }

  /** The variables as assignments of the POSIX shell. */
  String shellCode() {
    StringBuilder code = new StringBuilder();
    new TreeMap<>(paths.variables()).forEach((name, value) ->
        code.append("export ").append(name).append('=').append(quoted(value)).append(pure ? "" : continued(name)).append('\n'));
    paths.profile().ifPresent(profile -> code.append("export " + ENVIRONMENT + "=").append(quoted(profile.toString())).append('\n'));
    return code.toString();
  }

  /** What the shell that reads it has already. */
  private static String continued(String name) {
    return USUAL.containsKey(name) ? "\":${" + name + ":-" + USUAL.get(name) + "}\"" : "\"${" + name + ":+:$" + name + "}\"";
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** The packages' own part of each, for programs to read. */
  Map<String, Object> data() {
    Map<String, Object> data = new LinkedHashMap<>();
    paths.profile().ifPresent(profile -> data.put("profile", profile.toString()));
    data.put("variables", new TreeMap<>(paths.variables()));
    return data;
  }
}
