package dev.carrel.engine;

import dev.carrel.api.container.Hooks;
import dev.carrel.api.container.Hooks.Hook;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.FirstProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What another process needs to know of a container's life, as lines of a properties file. */
final class LifeFile {
  private static final String ANNOTATION = "annotation.";
  private static final String HOOK = "hook.";
  private static final String STARTED = "started.";
  private static final String ENDED = "ended.";

  private LifeFile() {}

  static void write(Properties lines, Life life) {
    lines.setProperty("detached", Boolean.toString(life.detached()));
    if (life.kept()) {
      lines.setProperty("kept", "true");
    }
    if (life.first() != FirstProcess.INIT) {
      lines.setProperty("first", life.first().name());
    }
    if (life.stopSignal() != Life.USUAL_STOP_SIGNAL) {
      lines.setProperty("stop", Integer.toString(life.stopSignal()));
    }
    life.annotations().forEach((key, value) -> lines.setProperty(ANNOTATION + key, value));
    write(lines, HOOK + STARTED, life.hooks().started());
    write(lines, HOOK + ENDED, life.hooks().ended());
  }

  private static void write(Properties lines, String prefix, List<Hook> hooks) {
    for (int i = 0; i < hooks.size(); i++) {
      Hook hook = hooks.get(i);
      String own = prefix + i + ".";
      for (int j = 0; j < hook.command().size(); j++) {
        lines.setProperty(own + "command." + j, hook.command().get(j));
      }
      hook.environment().forEach((name, value) -> lines.setProperty(own + "variable." + name, value));
      lines.setProperty(own + "patience", Long.toString(hook.patience().toMillis()));
    }
  }

  static boolean detached(Properties lines) {
    return Boolean.parseBoolean(lines.getProperty("detached"));
  }

  /** Whether its record stays when it has ended. */
  static boolean kept(Properties lines) {
    return detached(lines) || Boolean.parseBoolean(lines.getProperty("kept"));
  }

  static FirstProcess first(Properties lines) {
    return FirstProcess.valueOf(lines.getProperty("first", FirstProcess.INIT.name()));
  }

  static int stopSignal(Properties lines) {
    String number = lines.getProperty("stop");
    return number == null ? Life.USUAL_STOP_SIGNAL : Integer.parseInt(number);
  }

  static Map<String, String> annotations(Properties lines) {
    return below(lines, ANNOTATION);
  }

  static List<Hook> startedHooks(Properties lines) {
    return hooks(lines, HOOK + STARTED);
  }

  static List<Hook> endedHooks(Properties lines) {
    return hooks(lines, HOOK + ENDED);
  }

  private static List<Hook> hooks(Properties lines, String prefix) {
    List<Hook> hooks = new ArrayList<>();
    while (true) {
      String own = prefix + hooks.size() + ".";
      String patience = lines.getProperty(own + "patience");
      if (patience == null) {
        return hooks;
      }
      List<String> command = RecordFile.list(lines, own + "command.");
      hooks.add(new Hook(command, below(lines, own + "variable."), Duration.ofMillis(Long.parseLong(patience))));
    }
  }

  private static Map<String, String> below(Properties lines, String prefix) {
    Map<String, String> found = new HashMap<>(0);
    for (String key : lines.stringPropertyNames()) {
      if (key.startsWith(prefix)) {
        found.put(key.substring(prefix.length()), lines.getProperty(key));
      }
    }
    return found;
  }
}
