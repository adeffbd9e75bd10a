package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.PackageRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** A command line for a place to work, whose options are known to be right in form; this judges what they say. */
final class WorkplaceLine {
  private final String name;
  private final CommandLine line;
  private final boolean packages;
  private final List<String> operands;
  private final List<String> command;

  /**
   * From its parts.
   *
   * @param packages whether operands name packages; otherwise they are the command
   * @param command what came after {@code --}
   */
  WorkplaceLine(String name, CommandLine line, boolean packages, List<String> command) {
    this.name = name;
    this.line = line;
    this.packages = packages;
    this.operands = Arrays.asList(line.getArgs());
    this.command = packages ? command : joined(operands, command);
  }

  private static List<String> joined(List<String> operands, List<String> rest) {
    List<String> command = new ArrayList<>(operands);
    command.addAll(rest);
    return command;
  }

  boolean help() {
    return line.hasOption("help");
  }

  boolean quiet() {
    return line.hasOption("quiet");
  }

  boolean json() {
    return line.hasOption("json");
  }

  WorkplaceRequest request(Stdio stdio) {
    return new WorkplaceRequest(
        software(),
        command(),
        Path.of(System.getProperty("carrel.directory", System.getProperty("user.dir"))),
        !line.hasOption("no-cwd"),
        mappings(),
        System.getenv(),
        patterns(),
        value("user"),
        network(),
        line.hasOption("writable-root"),
        hostname(),
        packages ? value("root").map(Path::of).map(this::absolute) : Optional.empty(),
        value("backend"),
        stdio);
  }

  private Path absolute(Path path) {
    return Path.of(System.getProperty("carrel.directory", System.getProperty("user.dir"))).resolve(path).normalize();
  }

  private List<String> command() {
    for (String argument : command) {
      if (argument.isEmpty() && argument == command.get(0)) {
        throw usage("the command is an empty word");
      }
    }
    if (!packages && command.isEmpty() && line.hasOption("no-system")) {
      return List.of("/bin/sh");
    }
    return command;
  }

  private Software software() {
    if (!packages) {
      return line.hasOption("no-system") ? new Software.MappingsOnly() : new Software.HostSystem();
    }
    Optional<String> profile = value("profile");
    if (profile.isPresent()) {
      if (!operands.isEmpty()) {
        throw usage("--profile=" + profile.get() + " is a set of packages already, and " + operands.get(0)
            + " would be another: leave one out");
      }
      if (line.hasOption("root")) {
        throw usage("--root makes a link to a new profile, and --profile uses one that is there: leave one out");
      }
      return new Software.ExistingProfile(Path.of(profile.get()));
    }
    if (operands.isEmpty()) {
      throw usage("no package is named. Try: carrel " + name + " python3 -- python3 --version");
    }
    List<PackageRequest> wanted = new ArrayList<>(operands.size());
    for (String operand : operands) {
      try {
        wanted.add(PackageRequest.parse(operand));
      } catch (IllegalArgumentException e) {
        throw usage(e.getMessage());
      }
    }
    return new Software.Packages(wanted, value("source"), line.hasOption("refresh"));
  }

  /** In the order in which they were written. */
  private List<MappingRequest> mappings() {
    List<MappingRequest> mappings = new ArrayList<>(2);
    for (Option option : line.getOptions()) {
      boolean expose = "expose".equals(option.getLongOpt());
      if (expose || "share".equals(option.getLongOpt())) {
        mappings.add(mapping(option.getLongOpt(), option.getValue(), expose ? Access.EXPOSE : Access.SHARE));
      }
    }
    return mappings;
  }

  private MappingRequest mapping(String option, String text, Access access) {
    int equals = text.indexOf('=');
    String source = equals < 0 ? text : text.substring(0, equals);
    String target = equals < 0 ? "" : text.substring(equals + 1);
    if (source.isEmpty() || equals >= 0 && target.isEmpty()) {
      throw usage("--" + option + "=" + text + " lacks a path: write --" + option + "=SOURCE or --" + option + "=SOURCE=TARGET");
    }
    return new MappingRequest(path(source), equals < 0 ? Optional.empty() : Optional.of(path(target)), access);
  }

  private Path path(String text) {
    if (text.indexOf('\0') >= 0) {
      throw usage("a path has a NUL character");
    }
    return Path.of(text);
  }

  private List<Pattern> patterns() {
    List<Pattern> patterns = new ArrayList<>(0);
    for (Option option : line.getOptions()) {
      if ("preserve".equals(option.getLongOpt())) {
        try {
          patterns.add(Pattern.compile(option.getValue()));
        } catch (PatternSyntaxException e) {
          throw usage("--preserve=" + option.getValue() + " is no regular expression: " + e.getDescription());
        }
      }
    }
    return patterns;
  }

  private NetworkSpec network() {
    if (line.hasOption("N")) {
      return NetworkSpec.HOST;
    }
    String network = value("network").orElse("none");
    return switch (network) {
      case "none" -> NetworkSpec.NONE;
      case "host" -> NetworkSpec.HOST;
      default -> throw usage("--network=" + network + " is not known: say none (a network of its own, with nothing but the"
          + " loopback interface) or host (the host's network as it is)");
    };
  }

  private Optional<String> hostname() {
    Optional<String> hostname = value("hostname");
    if (hostname.isPresent() && !hostname.get().matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")) {
      throw usage("--hostname=" + hostname.get() + " is no host name: 1 to 64 letters, digits, '-' and '.', see hostname(7)");
    }
    return hostname;
  }

  private Optional<String> value(String option) {
    Optional<String> value = Optional.ofNullable(line.getOptionValue(option));
    if (value.isPresent() && value.get().isEmpty()) {
      throw usage("--" + option + "= lacks a value");
    }
    return value;
  }

  private CarrelException usage(String problem) {
    return CarrelException.usage("carrel " + name + ": " + problem + ". See carrel " + name + " --help");
  }
}
