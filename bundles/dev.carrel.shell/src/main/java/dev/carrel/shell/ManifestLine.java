package dev.carrel.shell;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** What a command line of {@code carrel shell} has to do with manifests. */
record ManifestLine(String[] arguments, CommandLine line, PackageWords words, List<String> command) {
  static void addTo(Options options) {
    options.addOption("m", "manifest", true, "").addOption(null, "export-manifest", false, "").addOption(null, "no-lock", false, "")
        .addOption(null, Archives.OPTION, true, "");
  }

  /** Whether one is named, or one is looked for as there is nothing else to make a place of. */
  boolean wantsManifest() {
    return isNamed() || packages().isEmpty() && inputs().isEmpty() && !line.hasOption("profile");
  }

  boolean isNamed() {
    return line.hasOption("manifest");
  }

  /** Whether no container is wanted. */
  boolean isOutside() {
    return line.hasOption("pure") || line.hasOption("search-paths") || line.hasOption("check");
  }

  /** Whether an option of a manifest means anything here: without a container only some do. */
  boolean needs(String name) {
    return !isOutside() || OutsideOptions.of(line).takes(name);
  }

  /** Whether there is to be a program at all. */
  boolean runs() {
    return !isOutside() || OutsideOptions.of(line) == OutsideOptions.PURE;
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

  /** The packages that are wanted themselves. */
  List<String> packages() {
    return words.words().subList(words.inputs(), words.words().size());
  }

  /** Those of which it is wanted what building them needs. */
  List<String> inputs() {
    List<String> inputs = new ArrayList<>(words.words().subList(0, words.inputs()));
    if (line.hasOption(PackageWords.DEVELOPMENT)) {
      inputs.addAll(Arrays.asList(line.getOptionValues(PackageWords.DEVELOPMENT)));
    }
    return inputs;
  }

  /** All before the command. */
  List<String> given() {
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
