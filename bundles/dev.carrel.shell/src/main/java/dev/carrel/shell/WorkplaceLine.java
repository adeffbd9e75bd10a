package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.environment.WrittenLock;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/** A command line for a place to work, whose options are known to be right in form; this judges what they say. */
final class WorkplaceLine {
  /** A terminal that nobody looks at, as they were once made. */
  private static final TerminalSize UNATTENDED = new TerminalSize(24, 80);

  private final String name;
  private final WorkplaceOptions options;
  private final CommandLine line;
  private final String[] arguments;
  private final PackageWords packages;
  private final List<String> command;
  private LifeOptions life;
  private Optional<WrittenLock> lock = Optional.empty();

  WorkplaceLine(String name, WorkplaceOptions options, CommandLine line, String[] arguments, PackageWords packages, List<String> command) {
    this.name = name;
    this.arguments = arguments;
    this.options = options;
    this.line = line;
    this.packages = packages;
    this.command = command;
  }

  boolean help() {
    return line.hasOption("help");
  }

  /** What has to do with manifests. */
  ManifestLine manifestLine() {
    return new ManifestLine(arguments, line, packages, command);
  }

  /** The packages, exactly as a lock says. */
  void lockedBy(WrittenLock written) {
    lock = Optional.of(written);
  }

  /** Another line has the same packages. */
  WorkplaceLine lockedAs(WorkplaceLine other) {
    lock = other.lock;
    return this;
  }

  boolean quiet() {
    return line.hasOption("quiet");
  }

  boolean json() {
    return line.hasOption("json");
  }

  /** Whether no container is wanted, see {@link #outside}. */
  boolean isOutside() {
    return manifestLine().isOutside();
  }

  /** What is wanted without a container. */
  OutsideOptions outside() {
    return OutsideOptions.of(name, line, command);
  }

  /** Whether of the caller's variables none is wanted but those that are named. */
  boolean pure() {
    return line.hasOption("pure");
  }

  /** Whether it has one of these options. */
  boolean says(String... names) {
    for (String option : names) {
      if (line.hasOption(option)) {
        return true;
      }
    }
    return false;
  }

  /** All its words. */
  List<String> arguments() {
    return List.of(arguments);
  }

  /** Whether more of it stands in descriptors. */
  boolean hasWords() {
    return line.hasOption("args");
  }

  /** How many words the command has. */
  int words() {
    return command.size();
  }

  /**
   * What is asked for.
   *
   * @throws CarrelException of kind USAGE if a word of the user's makes no sense
   */
  WorkplaceRequest request(Stdio stdio, Pids pids) {
    NamespaceOptions shared = NamespaceOptions.of(name, line.getOptions(), NetworkLine.of(name, line.getOptions()), pids);
    Path directory = value("directory").isPresent() ? directory(value("directory").get()) : here();
    Optional<String> root = value("root");
    List<MappingRequest> mappings = new ArrayList<>(2);
    List<Mount> mounts = new ArrayList<>(0);
    Map<Path, Path> links = new HashMap<>(0);
    readMounts(directory, mappings, mounts, links);
    ProgramOptions program = ProgramOptions.of(name, line.getOptions());
    if (detached() && !program.descriptors().isEmpty()) {
      throw usage("--preserve-fds is for a container in the foreground: one that is detached goes on when Carrel has ended");
    }
    if (value("hostname").isPresent() && !shared.own().contains(Namespace.UTS)) {
      throw usage("--hostname needs an uts namespace of its own: leave it out, or add uts to --namespaces");
    }
    return new WorkplaceRequest(
        software(),
        command(),
        directory,
        !line.hasOption("no-cwd"),
        mappings,
        mounts,
        protection(),
        ForCaller.environment(),
        KeptVariables.of(name, line.getOptions()),
        program.variables(),
        value("user"),
        shared.ids(),
        shared.range(),
        shared.network(),
        shared.own(),
        shared.joins(),
        shared.clockOffset(),
        line.hasOption("writable-root"),
        hostname(),
        sysctls(),
        root.isPresent() ? Optional.of(directory.resolve(path("--root", root.get())).normalize()) : Optional.empty(),
        links.isEmpty() && !line.hasOption("link-profile") ? ProfileLinks.none() : new ProfileLinks(line.hasOption("link-profile"), links),
        value("backend"),
        SecurityOptions.of(name, directory, line.getOptions()),
        life().life(),
        program.traits(),
        !detached() ? stdio.withMore(program.descriptors()) : life().terminal() ? Stdio.terminal(UNATTENDED) : Stdio.discard());
  }

  /** The caller's working directory. */
  static Path here() {
    return ForCaller.directory();
  }

  private Path directory(String text) {
    try {
      return here().resolve(path("--directory", text)).toRealPath();
    } catch (IOException e) {
      throw usage("--directory=" + text + ": there is no such directory, or you may not go there");
    }
  }

  /**
   * What it may consume, if that is said.
   *
   * @throws CarrelException of kind USAGE if a limit makes no sense
   */
  Optional<Limits> limits() {
    return LimitOptions.any(line.getOptions()) ? Optional.of(LimitOptions.of(name, line.getOptions())) : Optional.empty();
  }

  private LifeOptions life() {
    if (life == null) {
      life = LifeOptions.of(name, line.getOptions(), name.equals("create"));
    }
    return life;
  }

  boolean detached() {
    return life().life().detached();
  }

  /** Whether its program is to be started later. */
  boolean held() {
    return life().held();
  }

  /** Which signals go to the program in the foreground. */
  List<String> forwardedSignals() {
    Optional<String> list = value("forward-signals");
    return list.isPresent() ? SignalNames.forwarded(name, list.get()) : SignalNames.FORWARDED;
  }

  /** Where the pid of the first process is to be written. */
  Optional<Path> pidFile() {
    Optional<String> file = value("pid-file");
    return file.isPresent() ? Optional.of(path("--pid-file", file.get())) : Optional.empty();
  }

  /** Who is to be told of start and end. */
  List<StatusLines> statusLines() {
    List<StatusLines> lines = new ArrayList<>(0);
    for (Option option : line.getOptions()) {
      if ("info-fd".equals(option.getLongOpt()) || "json-status-fd".equals(option.getLongOpt())) {
        int descriptor = (int) ProgramOptions.number(name, option.getLongOpt(), option.getValue(), 10, Integer.MAX_VALUE);
        boolean exit = option.getLongOpt().equals("json-status-fd");
        if (!GivenDescriptors.has(descriptor)) {
          throw usage("--" + option.getLongOpt() + "=" + descriptor + ": that descriptor is not open here");
        }
        if (exit && detached()) {
          throw usage("--json-status-fd tells of the end, which Carrel does not wait for with --detach: use --info-fd, or carrel wait");
        }
        lines.add(new StatusLines(descriptor, exit));
      }
    }
    return lines;
  }

  private List<String> command() {
    if (!command.isEmpty() && command.get(0).isEmpty()) {
      throw usage("the command is an empty word");
    }
    if (command.isEmpty() && line.hasOption("no-system")) {
      return List.of("/bin/sh"); // the user's own shell need not be among the mappings
    }
    return command;
  }

  private Software software() {
    if (options == WorkplaceOptions.RUN) {
      return line.hasOption("no-system") ? new Software.MappingsOnly() : new Software.HostSystem();
    }
    Optional<String> profile = value("profile");
    if (profile.isPresent()) {
      return existing(profile.get());
    }
    Software.Packages all = packages();
    List<String> archives = line.hasOption(Archives.OPTION) ? Archives.of(name, line.getOptions()) : List.of();
    return lock.isPresent() ? new Software.Locked(all, lock.get(), archives) : all;
  }

  /** The packages that are asked for. */
  Software.Packages packages() {
    List<PackageRequest> wanted = packages.requests(name, line);
    if (wanted.isEmpty()) {
      throw usage("no package is named, and there is no carrel.toml here that names some. Try: carrel " + name + " python3 -- python3 --version");
    }
    return new Software.Packages(wanted, value("source"), line.hasOption("refresh"), line.hasOption("build"), ScriptOptions.of(name, line));
  }

  /** What would make another profile has no meaning beside one that is there; nothing is silently ignored. */
  private Software existing(String profile) {
    List<PackageRequest> others = packages.requests(name, line);
    if (!others.isEmpty()) {
      throw usage("--profile=" + profile + " is a set of packages already, and " + others.get(0).of(PackageRequest.Part.ITSELF)
          + " would be another: leave one out");
    }
    if (line.hasOption("root")) {
      throw usage("--root makes a link to a new profile, and --profile uses one that is there: leave one out");
    }
    for (String option : new String[] {"source", "refresh", "build", "no-scripts", "skip-failed-scripts", "script-timeout"}) {
      if (line.hasOption(option)) {
        throw usage("--" + option + " is about making a profile, and --profile uses a set that is there: leave one out");
      }
    }
    if (profile.indexOf('/') >= 0 || profile.startsWith(".")) { // no name of a profile begins with a dot
      return new Software.ExistingProfile(path("--profile", profile));
    }
    try {
      return new Software.NamedProfile(new ProfileName(profile));
    } catch (IllegalArgumentException e) {
      throw usage("--profile: " + e.getMessage() + ". A path has a slash");
    }
  }

  /** In the order in which they were written. */
  private void readMounts(Path directory, List<MappingRequest> mappings, List<Mount> mounts, Map<Path, Path> links) {
    for (Option option : line.getOptions()) {
      if ("expose".equals(option.getLongOpt())) {
        mappings.add(mapping("--expose", option.getValue(), Access.EXPOSE));
      } else if ("share".equals(option.getLongOpt())) {
        mappings.add(mapping("--share", option.getValue(), Access.SHARE));
      } else if ("mount".equals(option.getLongOpt())) {
        MountOptions.read(name, option.getValue(), directory, mappings, mounts);
      } else if ("symlink".equals(option.getLongOpt())) {
        addLink(option.getValue(), mounts, links);
      }
    }
  }

  private PathProtection protection() {
    List<Path> masked = new ArrayList<>(0);
    List<Path> readOnly = new ArrayList<>(0);
    for (Option option : line.getOptions()) {
      if ("mask".equals(option.getLongOpt())) {
        masked.add(path("--mask", option.getValue()));
      } else if ("read-only".equals(option.getLongOpt())) {
        readOnly.add(path("--read-only", option.getValue()));
      }
    }
    return masked.isEmpty() && readOnly.isEmpty() ? PathProtection.none() : new PathProtection(masked, readOnly);
  }

  /** With packages, what a link leads to is in their profile, as in Guix, unless it is written as a path from the root or from the link. */
  private void addLink(String text, List<Mount> mounts, Map<Path, Path> links) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw usage("--symlink=" + text + ": write --symlink=LINK=TARGET");
    }
    Path link = path("--symlink", text.substring(0, equals));
    String to = text.substring(equals + 1);
    if (options == WorkplaceOptions.RUN || to.startsWith("/") || to.startsWith("./") || to.startsWith("../")) {
      mounts.add(new Mount.Symlink(link, to));
    } else if (links.put(link, path("--symlink", to)) != null) {
      throw usage("--symlink=" + text + ": there is to be another link at " + link + " already");
    }
  }

  private MappingRequest mapping(String option, String text, Access access) {
    int equals = text.indexOf('=');
    String source = equals < 0 ? text : text.substring(0, equals);
    String target = equals < 0 ? "" : text.substring(equals + 1);
    if (source.isEmpty() || equals >= 0 && target.isEmpty()) {
      throw usage(option + "=" + text + " lacks a path: write " + option + "=SOURCE or " + option + "=SOURCE=TARGET");
    }
    return new MappingRequest(path(option, source), equals < 0 ? Optional.empty() : Optional.of(path(option, target)), access);
  }

  private Path path(String what, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      // NUL was refused before, so what is left is a name that Java cannot write in the locale's characters.
      throw usage(what + ": the name '" + text + "' has characters that the locale " + System.getProperty("sun.jnu.encoding")
          + " cannot express. Set LC_ALL=C.UTF-8 and try again");
    }
  }

  private Map<String, String> sysctls() {
    Map<String, String> settings = new HashMap<>(0);
    for (Option option : line.getOptions()) {
      if ("sysctl".equals(option.getLongOpt())) {
        int equals = option.getValue().indexOf('=');
        if (equals < 1) {
          throw usage("--sysctl=" + option.getValue() + " is no NAME=VALUE");
        }
        settings.put(option.getValue().substring(0, equals).replace('/', '.'), option.getValue().substring(equals + 1));
      }
    }
    return settings;
  }

  private Optional<String> hostname() {
    Optional<String> hostname = value("hostname");
    if (hostname.isPresent() && !HostName.isOne(hostname.get())) {
      throw usage("--hostname=" + hostname.get() + " is no host name: it has 1 to 64 letters, digits, '-' and '.', and begins"
          + " and ends with a letter or digit; see hostname(7)");
    }
    return hostname;
  }

  /** An option's value; the last one, if it is there more than once. */
  private Optional<String> value(String option) {
    String[] values = line.getOptionValues(option);
    if (values == null || values.length == 0) {
      return Optional.empty();
    }
    String last = values[values.length - 1];
    if (last.isEmpty()) {
      throw usage("--" + option + "= lacks its value");
    }
    return Optional.of(last);
  }

  private CarrelException usage(String problem) {
    return WorkplaceOptions.usage(name, problem);
  }
}
