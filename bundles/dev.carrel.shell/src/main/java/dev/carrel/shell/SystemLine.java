package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Access;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/**
 * A command line that starts a system. What it comes to is said in words of {@code carrel shell}, whose options it has: first what a system
 * is, then what is declared of it, then what the user says, which replaces what was declared by the same option.
 */
final class SystemLine {
  static final String NAME = "system start";
  /** The annotation with the name of a container's system. */
  static final String SYSTEM = "carrel.system";
  /** The annotation with its item. */
  static final String ITEM = "carrel.system.item";
  /** What of a system can be written, beside what is in memory anyway. */
  static final String[] OVERLAID = {"etc", "var", "opt", "srv"};
  /** As Docker's: what programs of a system do that are root, without what reaches beyond the container. */
  private static final String CAPABILITIES = "CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL,SETGID,SETUID,SETPCAP,SETFCAP,NET_BIND_SERVICE,NET_RAW,"
      + "SYS_CHROOT,MKNOD,AUDIT_WRITE";
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final CommandLine line;

  private SystemLine(CommandLine line) {
    this.line = line;
  }

  /**
   * Reads it.
   *
   * @throws CarrelException of kind USAGE if it has an option that is not known, or one without its value
   */
  static SystemLine parse(String... words) {
    Options options = options();
    try {
      String[] completed = LoneNetwork.completed(words, options, true);
      return new SystemLine(DefaultParser.builder().setAllowPartialMatching(false).setStripLeadingAndTrailingQuotes(false).get()
          .parse(options, completed, false));
    } catch (UnrecognizedOptionException e) {
      throw WorkplaceOptions.usage(NAME, "unknown option " + e.getOption());
    } catch (MissingArgumentException e) {
      throw WorkplaceOptions.usage(NAME, "option --" + e.getOption().getLongOpt() + " lacks its value");
    } catch (ParseException e) {
      throw WorkplaceOptions.usage(NAME, e.getMessage());
    }
  }

  private static Options options() {
    Options options = new Options().addOption("h", "help", false, "").addOption("q", "quiet", false, "").addOption("d", "detach", false, "")
        .addOption("N", false, "");
    for (String name : new String[] {"expose", "share", "pid-file", "network", "name", "hostname", "sysctl", "backend"}) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
    NetworkLine.addTo(options);
    LimitOptions.addTo(options);
    return options;
  }

  boolean help() {
    return line.hasOption("help");
  }

  /** Whether it goes on by itself, which may have been said when it was built. */
  boolean detached(SystemStart start) {
    return line.hasOption("detach") || declared(start).hasOption("detach");
  }

  /** Where the pid is to be written, at each of these. */
  List<Path> pidFiles(SystemStart start) {
    List<Path> paths = new ArrayList<>();
    for (CommandLine one : new CommandLine[] {declared(start), line}) {
      String[] files = one.getOptionValues("pid-file");
      for (String file : files == null ? new String[0] : files) {
        if (file.isEmpty()) {
          throw WorkplaceOptions.usage(NAME, "--pid-file= lacks its value");
        }
        paths.add(WorkplaceLine.here().resolve(file));
      }
    }
    return paths;
  }

  private static CommandLine declared(SystemStart start) {
    return parse(start.options().toArray(String[]::new)).line;
  }

  /** The item of the system. */
  Path item() {
    if (line.getArgList().size() != 1) {
      throw WorkplaceOptions.usage(NAME, line.getArgList().isEmpty() ? "which system? Give the path of one"
          : "one system at a time, and not also '" + line.getArgList().get(1) + "'");
    }
    Path item = WorkplaceLine.here().resolve(line.getArgList().get(0));
    try {
      return item.toRealPath();
    } catch (IOException e) {
      return item; // who reads it tells why not
    }
  }

  /** What its container is called. */
  String instance(SystemStart start) {
    return line.getOptionValue("name", start.name().name());
  }

  /**
   * The words of {@code carrel shell}.
   *
   * @param data where persistent directories are on the host
   */
  String[] words(SystemStart start, Path data) {
    List<String> words = new ArrayList<>(List.of("--profile=" + start.profile(), "--no-cwd", "--writable-root", "--uid=0", "--gid=0", "--ids=auto",
        "--name=" + instance(start), "--annotation=" + SYSTEM + "=" + start.name(), "--annotation=" + ITEM + "=" + start.item(),
        "--cap-add=" + CAPABILITIES, "--weak=unlocked-mounts", "--clearenv", "--env=PATH=" + PATH, "--env=HOME=/root", "--env=TMPDIR=/tmp",
        "--env=LANG=" + start.locale(), "--env=container=carrel"));
    if (!start.stopSignal().equals("TERM")) {
      words.add("--stop-signal=" + start.stopSignal());
    }
    words.addAll(start.initOptions());
    if (!line.hasOption("hostname")) {
      words.add("--hostname=" + start.hostname());
    }
    words.add("--as-pid-1");
    for (String name : OVERLAID) {
      overlay(name, start, data, words);
    }
    for (Kept kept : start.persistent()) {
      words.add("--mount=type=bind,source=" + escaped(place(data, kept)) + ",target=" + escaped(kept.path()) + ",writable");
    }
    for (SystemMapping mapping : start.mappings()) {
      words.add("--mount=type=bind,source=" + escaped(mapping.source()) + ",target=" + escaped(mapping.target())
          + (mapping.access() == Access.SHARE ? ",writable" : "") + (mapping.optional() ? ",optional" : ""));
    }
    addDeclared(start, words);
    for (Option option : line.getOptions()) {
      if (!"pid-file".equals(option.getLongOpt()) && !"name".equals(option.getLongOpt())) {
        words.add(word(option));
      }
    }
    words.addAll(List.of("--", SystemSetup.PLACE.toString()));
    words.addAll(start.command());
    return words.toArray(String[]::new);
  }

  /** Whether a path inside is below one of the directories that can be written, as an overlay is over them. */
  static boolean isOverlaid(Path target) {
    for (String name : OVERLAID) {
      if (target.startsWith("/" + name) && target.getNameCount() > 1) {
        return true;
      }
    }
    return false;
  }

  /** Where a persistent directory is on the host: its path inside is its name there, with '/' as '-' and '-' as '--'. */
  static Path place(Path data, Kept kept) {
    return data.resolve(kept.path().toString().substring(1).replace("-", "--").replace('/', '-'));
  }

  private void overlay(String name, SystemStart start, Path data, List<String> words) {
    StringBuilder lower = new StringBuilder(needsPlaces(start) ? ",lower=" + escaped(SystemMountPlaces.tree(data).resolve(name)) : "");
    for (Path tree : new Path[] {start.files(), start.profile()}) {
      if (Files.isDirectory(tree.resolve(name))) {
        lower.append(",lower=").append(escaped(tree.resolve(name)));
      }
    }
    words.add("--mount=" + (lower.length() == 0 ? "type=directory" : "type=overlay") + ",target=/" + name + lower);
  }

  /** Whether something may be mounted where the packages have no place for it. */
  boolean needsPlaces(SystemStart start) {
    return !start.persistent().isEmpty() || !start.mappings().isEmpty() || line.hasOption("expose") || line.hasOption("share");
  }

  private static String escaped(Path path) {
    return path.toString().replace("\\", "\\\\").replace(",", "\\,");
  }

  private void addDeclared(SystemStart start, List<String> words) {
    Set<String> given = new HashSet<>();
    for (Option option : line.getOptions()) {
      given.add(option.getLongOpt() == null ? "network" : option.getLongOpt());
    }
    String network = line.hasOption("N") ? "host" : line.getOptionValue("network", "");
    boolean plain = network.equals("host") || network.equals("none") || network.startsWith("join:");
    for (Option option : declared(start).getOptions()) {
      String name = option.getLongOpt() == null ? "network" : option.getLongOpt();
      if (!name.equals("pid-file") && !given.contains(name) && !(plain && NetworkLine.isOfInterface(name))) {
        words.add(word(option));
      }
    }
  }

  private static String word(Option option) {
    String name = option.getLongOpt() == null ? "-" + option.getOpt() : "--" + option.getLongOpt();
    return option.getValue() == null ? name : name + "=" + option.getValue();
  }
}
