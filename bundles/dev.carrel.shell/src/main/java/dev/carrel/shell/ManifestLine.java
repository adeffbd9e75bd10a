package dev.carrel.shell;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** What a command line of {@code carrel shell} has to do with manifests. */
record ManifestLine(String[] arguments, CommandLine line, List<String> packages, List<String> command) {
  static void addTo(Options options) {
    options.addOption("m", "manifest", true, "").addOption(null, "export-manifest", false, "").addOption(null, "no-lock", false, "")
        .addOption(null, Archives.OPTION, true, "");
  }

  /** Whether one is named, or one is looked for as there is nothing else to make a place of. */
  boolean wantsManifest() {
    return isNamed() || packages.isEmpty() && !line.hasOption("profile");
  }

  boolean isNamed() {
    return line.hasOption("manifest");
  }

  /** The manifests that are named. */
  List<String> named() {
    return Arrays.asList(line.getOptionValues("manifest"));
  }

  boolean exports() {
    return line.hasOption("export-manifest");
  }

  boolean ignoresLock() {
    return line.hasOption("no-lock");
  }

  boolean refreshes() {
    return line.hasOption("refresh");
  }

  /** All before the command. */
  List<String> words() {
    int end = Arrays.asList(arguments).indexOf("--");
    return Arrays.asList(arguments).subList(0, end < 0 ? arguments.length : end);
  }

  Option[] options() {
    return line.getOptions();
  }

  /** Whether it says anything of how packages are configured. */
  boolean saysOfScripts() {
    return line.hasOption("no-scripts") || line.hasOption("skip-failed-scripts") || line.hasOption("script-timeout");
  }

  /** Whether it maps something there. */
  boolean mapsTo(String target) {
    for (Option option : line.getOptions()) {
      if ("expose".equals(option.getLongOpt()) || "share".equals(option.getLongOpt())) {
        String text = option.getValue();
        String own = text.substring(text.indexOf('=') + 1);
        if (WorkplaceLine.here().resolve(own).normalize().equals(Path.of(target).normalize())) {
          return true;
        }
      }
    }
    return false;
  }
}
