package dev.carrel.shell;

import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import java.nio.file.Path;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What is done inside, as root, before a system's init: a script for sh. Modes that an item cannot hold are set, directories get their
 * owners, who is known by the ids inside alone.
 */
final class SystemSetup {
  /** Where it is inside. */
  static final Path PLACE = Path.of("/run/carrel-setup");

  private SystemSetup() {}

  /** The script; its arguments are the init's command. */
  static String script(SystemStart start) {
    StringBuilder text = new StringBuilder("#!/bin/sh\numask 022\ntrap 'exit 143' TERM INT HUP QUIT\n"); // PID 1 ignores what it does not catch
    Map<Integer, StringJoiner> modes = new TreeMap<>(); // a process for each mode, and not for each file
    for (Map.Entry<Path, Integer> mode : new TreeMap<>(start.modes()).entrySet()) {
      modes.computeIfAbsent(mode.getValue(), any -> new StringJoiner(" ")).add(ShellWords.quoted(mode.getKey().toString()));
    }
    modes.forEach((mode, paths) -> text.append("chmod ").append(Integer.toOctalString(mode)).append(' ').append(paths).append(" || exit 1\n"));
    for (Kept kept : start.persistent()) {
      String path = ShellWords.quoted(kept.path().toString());
      // One that belongs to somebody else already was given away by who may do so.
      text.append("chown --from=0:0 ").append(kept.uid()).append(':').append(kept.gid()).append(' ').append(path)
          .append(" && chmod ").append(Integer.toOctalString(kept.mode())).append(' ').append(path).append(" || exit 1\n");
    }
    for (Kept home : start.homes()) {
      String path = ShellWords.quoted(home.path().toString());
      text.append("if [ ! -d ").append(path).append(" ]; then mkdir -p ").append(path).append(" && chown ").append(home.uid()).append(':')
          .append(home.gid()).append(' ').append(path).append(" && chmod ").append(Integer.toOctalString(home.mode())).append(' ').append(path)
          .append(" || exit 1; fi\n");
    }
    return text.append("exec \"$@\"\n").toString();
  }
}
