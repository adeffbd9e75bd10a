package dev.carrel.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** {@code carrel}: with words, one command; without, the interactive shell. */
public final class Main {
  private static final int FAILED = 125;
  /** 128 and SIGPIPE. */
  private static final int BROKEN_PIPE = 141;

  private Main() {}

  public static void main(String[] arguments) {
    int status;
    try {
      status = run(arguments);
    } catch (Throwable e) {
      // Felix has threads that are no daemons: whatever happens, the process has to end.
      System.err.println("carrel: internal error: " + e + (debugging() ? "" : " (CARREL_DEBUG=1 shows where)"));
      if (debugging()) {
        e.printStackTrace();
      }
      status = FAILED;
    }
    if (System.out.checkError() && status == 0) {
      status = unwritten();
    }
    System.err.flush();
    Runtime.getRuntime().halt(status);
  }

  /** Whoever reads the output may have read enough, as head(1) does: that is told as by other programs. A full disk is an error. */
  private static int unwritten() {
    try {
      if (Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:")) {
        return BROKEN_PIPE;
      }
    } catch (IOException e) {
      // no /proc: then it is told
    }
    System.err.println("carrel: cannot write the output: standard output is closed, or its disk is full");
    return FAILED;
  }

  private static boolean debugging() {
    return System.getenv("CARREL_DEBUG") != null;
  }

  static int run(String[] arguments) throws Exception {
    Path home = Path.of(System.getProperty("carrel.home"));
    String first = arguments.length == 0 ? "" : arguments[0];
    switch (first) {
      case "":
        boolean terminal = Boolean.getBoolean("carrel.terminal");
        try (OsgiRuntime framework = OsgiRuntime.interactive(home, terminal)) {
          new Commands(framework.context()).tellSettings(); // it can be mended in the shell
          return new Interactive(framework.context()).run(List.of());
        }
      case "-h", "--help", "help":
        if (arguments.length == 2 && arguments[1].equals("--list")) {
          if (AddonFolders.of(System.getenv()).anyKept()) {
            return withAll(home, List.of("help", "--list"));
          }
          for (String name : BundleSets.commands()) {
            System.out.println(name);
          }
          return 0;
        }
        if (arguments.length > 1) {
          return run(new String[] {arguments[1], "--help"});
        }
        System.out.print(Usage.TEXT);
        return 0;
      case "-V", "--version", "version":
        System.out.println("carrel " + Usage.version());
        return 0;
      default:
        return command(home, Arrays.asList(arguments));
    }
  }

  private static int command(Path home, List<String> words) throws Exception {
    boolean addons = BundleSets.mayNeedAddons(words) || BundleSets.asksAddons(words);
    if (BundleSets.needAll(words) || addons && AddonFolders.of(System.getenv()).anyKept()) {
      return withAll(home, words);
    }
    new Preload().start();
    boolean configured = SettingFolders.of(System.getenv(), home).any();
    try (OsgiRuntime framework = OsgiRuntime.headless(home, configured ? BundleSets.forConfigured(words) : BundleSets.forCommand(words))) {
      if (configured && new Commands(framework.context()).refuseSettings(words)) {
        return FAILED;
      }
      OptionalInt status = new Commands(framework.context()).run(words);
      if (status.isPresent()) {
        return status.getAsInt();
      }
    }
    // No command of Carrel's own: another bundle's, which may need Gogo to be called, or none.
    try (OsgiRuntime framework = OsgiRuntime.interactive(home, false)) {
      return new Interactive(framework.context()).run(words);
    }
  }

  /** In the framework that people have, where add-ons are started. Nothing was loaded for another one before: native libraries are loaded once. */
  private static int withAll(Path home, List<String> words) throws Exception {
    try (OsgiRuntime framework = OsgiRuntime.interactive(home, false)) {
      if (new Commands(framework.context()).refuseSettings(words)) {
        return FAILED;
      }
      OptionalInt status = new Commands(framework.context()).run(words);
      return status.isPresent() ? status.getAsInt() : new Interactive(framework.context()).run(words);
    }
  }
}
