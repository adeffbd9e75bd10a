package dev.carrel.engine;

import dev.carrel.api.container.AccessRule;
import dev.carrel.api.container.AccessRule.FileAction;
import dev.carrel.api.container.AccessRule.OnFiles;
import dev.carrel.api.container.AccessRule.OnPort;
import dev.carrel.api.container.AccessRule.PortAction;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.ResourceLimit.Range;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.isolation.Inside;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;

/** What another process needs to run a program in a container, as lines of a properties file. */
final class RecordFile {
  private static final String COMMAND = "command.";
  private static final String VARIABLE = "variable.";
  private static final String LIMIT = "limit.";
  private static final String MORE_USERS = "users.";
  private static final String MORE_GROUPS = "groups.";
  private static final String GROUP = "group.";
  private static final String RULE = "rule.";
  private static final String FILTER = "filter.";
  /** In the place of a profile. */
  private static final String PRETENDED_ROOT = "pretended root";
  private static final String FILTER_ORIGIN = "filter-origin.";

  private RecordFile() {}

  static void write(Properties lines, ProcessSpec process, Inside inside) {
    for (int i = 0; i < process.command().size(); i++) {
      lines.setProperty(COMMAND + i, process.command().get(i));
    }
    process.environment().forEach((name, value) -> lines.setProperty(VARIABLE + name, value));
    if (process.traits().umask().isPresent()) {
      lines.setProperty("umask", Integer.toString(process.traits().umask().getAsInt()));
    }
    for (int i = 0; i < process.traits().groups().size(); i++) {
      lines.setProperty(GROUP + i, Long.toString(process.traits().groups().get(i)));
    }
    ShareLines.write(lines, process.traits());
    lines.setProperty("directory", process.directory().toString());
    lines.setProperty("namespaces", join(inside.namespaces()));
    lines.setProperty("user", inside.identity().user().toString());
    lines.setProperty("group", inside.identity().group().toString());
    setList(lines, MORE_USERS, inside.identity().moreUsers());
    setList(lines, MORE_GROUPS, inside.identity().moreGroups());
    Security security = inside.security();
    lines.setProperty("capabilities", join(security.capabilities()));
    lines.setProperty("weaknesses", join(security.weaknesses()));
    security.limits().forEach((limit, range) -> lines.setProperty(LIMIT + limit.name(), range.soft() + " " + range.hard()));
    if (security.oomScoreAdjustment().isPresent()) {
      lines.setProperty("oom", Integer.toString(security.oomScoreAdjustment().getAsInt()));
    }
    for (int i = 0; i < security.rules().size(); i++) {
      lines.setProperty(RULE + i, text(security.rules().get(i)));
    }
    List<SystemCallFilter> filters = security.systemCalls().parts();
    for (int i = 0; i < filters.size(); i++) {
      String json = filters.get(i) instanceof SystemCallFilter.Oci profile ? profile.json()
          : filters.get(i) instanceof SystemCallFilter.PretendedRoot ? PRETENDED_ROOT : "";
      lines.setProperty(FILTER + i, json); // empty: Carrel's own
      lines.setProperty(FILTER_ORIGIN + i, filters.get(i) instanceof SystemCallFilter.Oci profile ? profile.origin() : "");
    }
  }

  private static String join(Set<? extends Enum<?>> values) {
    StringBuilder text = new StringBuilder();
    for (Enum<?> value : values) {
      text.append(text.length() == 0 ? "" : " ").append(value.name());
    }
    return text.toString();
  }

  private static void setList(Properties lines, String prefix, List<IdMapping> mappings) {
    for (int i = 0; i < mappings.size(); i++) {
      lines.setProperty(prefix + i, mappings.get(i).toString());
    }
  }

  private static String text(AccessRule rule) {
    return rule instanceof OnFiles files ? files.action() + " " + files.path() : ((OnPort) rule).action() + " " + ((OnPort) rule).port();
  }

  static ProcessSpec process(Properties lines) {
    Map<String, String> variables = new HashMap<>();
    for (String key : lines.stringPropertyNames()) {
      if (key.startsWith(VARIABLE)) {
        variables.put(key.substring(VARIABLE.length()), lines.getProperty(key));
      }
    }
    return new ProcessSpec(list(lines, COMMAND), variables, Path.of(lines.getProperty("directory")), Stdio.discard(),
        traits(lines));
  }

  private static ProcessTraits traits(Properties lines) {
    String umask = lines.getProperty("umask");
    List<Long> groups = new ArrayList<>();
    list(lines, GROUP).forEach(group -> groups.add(Long.valueOf(group)));
    return new ProcessTraits(
        Optional.empty(), umask == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(umask)), groups,
        ShareLines.scheduling(lines), ShareLines.personality(lines));
  }

  static Inside inside(Properties lines) {
    Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
    for (String name : words(lines, "namespaces")) {
      namespaces.add(Namespace.valueOf(name));
    }
    Identity identity = new Identity(mapping(lines.getProperty("user")), mapping(lines.getProperty("group")),
        mappings(lines, MORE_USERS), mappings(lines, MORE_GROUPS));
    return new Inside(namespaces, identity, security(lines));
  }

  private static Security security(Properties lines) {
    Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
    for (String name : words(lines, "capabilities")) {
      capabilities.add(Capability.valueOf(name));
    }
    Set<Weakness> weaknesses = EnumSet.noneOf(Weakness.class);
    for (String name : words(lines, "weaknesses")) {
      weaknesses.add(Weakness.valueOf(name));
    }
    Map<ResourceLimit, Range> limits = new HashMap<>();
    for (ResourceLimit limit : ResourceLimit.values()) {
      String[] range = lines.getProperty(LIMIT + limit.name(), "").split(" ");
      if (range.length == 2) {
        limits.put(limit, new Range(Long.parseLong(range[0]), Long.parseLong(range[1])));
      }
    }
    String oom = lines.getProperty("oom");
    List<AccessRule> rules = new ArrayList<>();
    for (String rule : list(lines, RULE)) {
      rules.add(rule(rule.substring(0, rule.indexOf(' ')), rule.substring(rule.indexOf(' ') + 1)));
    }
    return new Security(
        capabilities, filter(lines), weaknesses, limits, oom == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(oom)), rules);
  }

  private static SystemCallFilter filter(Properties lines) {
    List<SystemCallFilter> filters = new ArrayList<>();
    for (String json : list(lines, FILTER)) {
      filters.add(json.isEmpty() ? new SystemCallFilter.Standard()
          : json.equals(PRETENDED_ROOT) ? new SystemCallFilter.PretendedRoot() : new SystemCallFilter.Oci(json, lines.getProperty(FILTER_ORIGIN + filters.size(), "")));
    }
    return filters.size() == 1 ? filters.get(0) : new SystemCallFilter.Several(filters);
  }

  private static AccessRule rule(String action, String what) {
    return switch (action.toUpperCase(Locale.ROOT)) {
      case "BIND", "CONNECT" -> new OnPort(PortAction.valueOf(action), Integer.parseInt(what));
      default -> new OnFiles(FileAction.valueOf(action), Path.of(what));
    };
  }

  private static List<IdMapping> mappings(Properties lines, String prefix) {
    List<IdMapping> mappings = new ArrayList<>();
    list(lines, prefix).forEach(text -> mappings.add(mapping(text)));
    return mappings;
  }

  private static IdMapping mapping(String text) {
    String[] numbers = text.split(" ");
    return new IdMapping(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]));
  }

  private static String[] words(Properties lines, String key) {
    String text = lines.getProperty(key, "");
    return text.isEmpty() ? new String[0] : text.split(" ");
  }

  static List<String> list(Properties lines, String prefix) {
    List<String> list = new ArrayList<>();
    for (String value = lines.getProperty(prefix + 0); value != null; value = lines.getProperty(prefix + list.size())) {
      list.add(value);
    }
    return list;
  }
}
