package dev.carrel.shell;

import dev.carrel.api.mount.Access;
import dev.carrel.api.system.SystemMapping;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.cli.Option;

/** What a command line adds to a declaration: it counts more than what is declared by the same option. */
final class SystemExtension {
  /** Options that are about how a system is built, and not about how it starts. */
  private static final Set<String> OF_BUILDING = Set.of("refresh", "root", "quiet", "help");

  private SystemExtension() {}

  static SystemReader.Read of(LifeLine line, SystemReader.Read read) {
    List<SystemMapping> mappings = new ArrayList<>();
    List<String> words = new ArrayList<>();
    Set<String> given = new HashSet<>();
    for (Option option : line.line().getOptions()) {
      String name = option.getLongOpt() == null ? "network" : option.getLongOpt(); // -N
      String value = option.getLongOpt() == null ? "host" : option.getValue();
      if (name.equals("expose") || name.equals("share")) {
        mappings.add(mapping(line, name, value));
      } else if (!OF_BUILDING.contains(name)) {
        given.add(name);
        words.add("--" + name + (value == null ? "" : "=" + (name.equals("pid-file") ? WorkplaceLine.here().resolve(value) : value)));
      }
    }
    boolean plain = NetworkLine.refusesInterface(line.line().getOptions());
    List<String> all = new ArrayList<>();
    for (String declared : read.declaration().options()) {
      String name = declared.substring(2, declared.indexOf('=') < 0 ? declared.length() : declared.indexOf('='));
      if (!given.contains(name) && !(plain && NetworkLine.isOfInterface(name))) {
        all.add(declared);
      }
    }
    all.addAll(words);
    SystemReader.problem(all).ifPresent(problem -> {
      throw line.usage(problem);
    });
    return new SystemReader.Read(read.declaration().with(mappings, all), read.places());
  }

  private static SystemMapping mapping(LifeLine line, String name, String value) {
    try {
      return SystemReader.mapping(value, name.equals("share") ? Access.SHARE : Access.EXPOSE, false,
          new ManifestPaths(WorkplaceLine.here(), HomeDirectory.of(ForCaller.environment())));
    } catch (IllegalArgumentException e) {
      throw line.usage("--" + name + "=" + value + ": " + e.getMessage());
    }
  }
}
