package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.AccessRule;
import dev.carrel.api.container.AccessRule.FileAction;
import dev.carrel.api.container.AccessRule.OnFiles;
import dev.carrel.api.container.AccessRule.OnPort;
import dev.carrel.api.container.AccessRule.PortAction;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.ResourceLimit;
import dev.carrel.api.container.ResourceLimit.Range;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** The options about confinement, in the order in which they were written. */
final class SecurityOptions {
  private static final String[] NAMES = {"cap-add", "cap-drop", "seccomp", "weak", "ulimit", "oom-score-adj", "allow"};
  /** No profile that people use is a tenth as long. */
  private static final long LARGEST_PROFILE = 4 << 20;

  private final String command;
  private final Path directory;
  private final Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
  private final List<SystemCallFilter> filters = new ArrayList<>(0);
  private final List<AccessRule> rules = new ArrayList<>();
  private Security security = Security.standard();

  private SecurityOptions(String command, Path directory) {
    this.command = command;
    this.directory = directory;
  }

  static void addTo(Options options) {
    for (String name : NAMES) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
  }

  /**
   * What the options say together.
   *
   * @throws CarrelException of kind USAGE if one makes no sense
   */
  static Security of(String command, Path directory, Option[] options) {
    SecurityOptions read = new SecurityOptions(command, directory);
    for (Option option : options) {
      String name = option.getLongOpt();
      if (name != null && List.of(NAMES).contains(name)) {
        try {
          read.option(name, option.getValue());
        } catch (IllegalArgumentException e) {
          throw read.usage("--" + name + "=" + option.getValue() + ": " + e.getMessage());
        }
      }
    }
    if (!read.filters.isEmpty()) {
      read.security = read.security.withSystemCalls(read.filters.size() == 1 ? read.filters.get(0) : new SystemCallFilter.Several(read.filters));
    }
    return read.security.withCapabilities(read.capabilities).withRules(read.rules);
  }

  private void option(String name, String value) {
    switch (name) {
      case "cap-add" -> {
        for (String word : value.split(",", -1)) {
          capabilities.addAll(capabilities(name, word));
        }
      }
      case "cap-drop" -> {
        for (String word : value.split(",", -1)) {
          capabilities.removeAll(capabilities(name, word));
        }
      }
      case "weak" -> {
        for (String word : value.split(",", -1)) {
          security = security.weakenedBy(weakness(word));
        }
      }
      case "seccomp" -> filters.add(value.equals("standard") ? new SystemCallFilter.Standard() : profile(value));
      case "ulimit" -> limit(value);
      case "oom-score-adj" -> security = new Security(security.capabilities(), security.systemCalls(), security.weaknesses(),
          security.limits(), OptionalInt.of(adjustment(value)), security.rules());
      default -> rules.add(rule(value));
    }
  }

  private Set<Capability> capabilities(String option, String word) {
    if (word.equalsIgnoreCase("all")) {
      return Capability.all();
    }
    return Set.of(Capability.of(word).orElseThrow(() -> {
      List<String> names = new ArrayList<>();
      for (Capability capability : Capability.values()) {
        names.add(capability.name());
      }
      String nearest = NearestName.of(word.toUpperCase(Locale.ROOT).replace("CAP_", ""), names);
      return usage("--" + option + "=" + word + " is no capability" + (nearest.isEmpty() ? "; see capabilities(7), or say ALL"
          : "; did you mean " + nearest + "?"));
    }));
  }

  private Weakness weakness(String word) {
    return Weakness.of(word).orElseThrow(() -> {
      List<String> names = new ArrayList<>();
      for (Weakness weakness : Weakness.values()) {
        names.add(weakness.label());
      }
      return usage("--weak=" + word + " is not known: it is one of " + String.join(", ", names));
    });
  }

  private SystemCallFilter profile(String file) {
    Path path = directory.resolve(file);
    try {
      if (Files.size(path) > LARGEST_PROFILE) {
        throw usage("--seccomp=" + file + " is too large for a profile: more than " + (LARGEST_PROFILE >> 20) + " MiB");
      }
      return new SystemCallFilter.Oci(Files.readString(path), file);
    } catch (NoSuchFileException e) {
      throw usage("--seccomp=" + file + ": there is no such file");
    } catch (AccessDeniedException e) {
      throw usage("--seccomp=" + file + ": you may not read it");
    } catch (MalformedInputException e) {
      throw usage("--seccomp=" + file + " is no text: a profile is JSON");
    } catch (IOException e) {
      throw usage("--seccomp=" + file + " cannot be read: " + e.getMessage());
    }
  }

  private void limit(String value) {
    int equals = value.indexOf('=');
    ResourceLimit limit = ResourceLimit.of(equals < 0 ? value : value.substring(0, equals).toLowerCase(Locale.ROOT)).orElseThrow(() ->
        usage("--ulimit=" + value + " names no limit: write NAME=SOFT or NAME=SOFT:HARD, for example nofile=1024:4096; see getrlimit(2)"));
    if (equals < 0) {
      throw usage("--ulimit=" + value + " lacks its value: write " + value + "=SOFT or " + value + "=SOFT:HARD");
    }
    String[] numbers = value.substring(equals + 1).split(":", -1);
    if (numbers.length > 2) {
      throw usage("--ulimit=" + value + " has more than a soft and a hard value");
    }
    long soft = number(value, numbers[0]);
    security = security.withLimit(limit, new Range(soft, numbers.length == 2 ? number(value, numbers[1]) : soft));
  }

  private long number(String value, String text) {
    if (text.equals("unlimited") || text.equals("-1")) {
      return Range.UNLIMITED;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw usage("--ulimit=" + value + ": '" + text + "' is no number from 0 on, nor 'unlimited'");
  }

  private int adjustment(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw usage("--oom-score-adj=" + value + " is no number: -1000 to 1000");
    }
  }

  private AccessRule rule(String value) {
    int colon = value.indexOf(':');
    String action = colon < 0 ? value : value.substring(0, colon);
    String what = colon < 0 ? "" : value.substring(colon + 1);
    return switch (action) {
      case "read" -> new OnFiles(FileAction.READ, Path.of(what));
      case "write" -> new OnFiles(FileAction.WRITE, Path.of(what));
      case "execute" -> new OnFiles(FileAction.EXECUTE, Path.of(what));
      case "bind" -> new OnPort(PortAction.BIND, port(value, what));
      case "connect" -> new OnPort(PortAction.CONNECT, port(value, what));
      default -> throw usage("--allow=" + value + " is not known: write read:PATH, write:PATH, execute:PATH, bind:PORT or connect:PORT");
    };
  }

  private int port(String value, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw usage("--allow=" + value + ": '" + text + "' is no port: 0 to 65535");
    }
  }

  private CarrelException usage(String problem) {
    return WorkplaceOptions.usage(command, problem);
  }
}
