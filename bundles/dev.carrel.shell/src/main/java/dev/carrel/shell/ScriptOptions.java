package dev.carrel.shell;

import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import java.time.Duration;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/** What a command line says of the packages' maintainer scripts. */
final class ScriptOptions {
  private ScriptOptions() {}

  /** Makes them known. */
  static void add(Options options) {
    options.addOption(null, "no-scripts", false, "").addOption(null, "skip-failed-scripts", false, "").addOption(null, "script-timeout", true, "");
  }

  /**
   * Reads them.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if they contradict each other or the limit is no number of seconds
   */
  static Scripts of(String command, CommandLine line) {
    boolean none = line.hasOption("no-scripts");
    boolean skip = line.hasOption("skip-failed-scripts");
    if (none && (skip || line.hasOption("script-timeout"))) {
      throw WorkplaceOptions.usage(command, "--no-scripts runs none, so that none can fail or take too long: leave --"
          + (skip ? "skip-failed-scripts" : "script-timeout") + " out");
    }
    Scripts.Use use = none ? Scripts.Use.NONE : skip ? Scripts.Use.SKIP_FAILED : Scripts.Use.ALL;
    String[] seconds = line.getOptionValues("script-timeout");
    if (seconds == null || seconds.length == 0) {
      return new Scripts(use, Scripts.standard().limit());
    }
    String last = seconds[seconds.length - 1];
    if (!last.matches("[1-9][0-9]{0,6}")) {
      throw WorkplaceOptions.usage(command, last.isEmpty() ? "--script-timeout= lacks its value"
          : "--script-timeout=" + last + " is no number of seconds: give 1 to 9999999");
    }
    return new Scripts(use, Duration.ofSeconds(Long.parseLong(last)));
  }
}
