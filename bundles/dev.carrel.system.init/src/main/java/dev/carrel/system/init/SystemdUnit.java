package dev.carrel.system.init;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart.When;
import dev.carrel.api.system.Service;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The unit of one service; see systemd.service(5) and systemd.exec(5). */
final class SystemdUnit {
  private final Service service;
  private final ServiceScripts scripts;
  private final StringBuilder text = new StringBuilder();

  SystemdUnit(Service service, ServiceScripts scripts) {
    this.service = service;
    this.scripts = scripts;
  }

  String text() {
    text.append("[Unit]\n");
    line("Description", "the service " + service.name());
    // Not Requires: as with every init, what is up goes on when something that it depends on is started again.
    List<String> needed = new ArrayList<>();
    service.dependsOn().forEach(name -> needed.add(SystemdInit.unit(name)));
    if (!needed.isEmpty()) {
      line("Wants", String.join(" ", needed));
      line("After", String.join(" ", needed));
    }
    line("StartLimitIntervalSec", "0");
    text.append("\n[Service]\n");
    line("Type", service.once() ? "oneshot" : "simple");
    if (service.once()) {
      line("RemainAfterExit", "yes");
    }
    programs();
    account();
    line("Restart", service.restart().when() == When.ALWAYS ? "always" : service.restart().when() == When.ON_FAILURE ? "on-failure" : "no");
    line("RestartSec", "100ms"); // and what the script before it waits
    line("TimeoutStartSec", "infinity"); // the scripts see to that
    line("TimeoutStopSec", ServiceScripts.seconds(service.stop().timeout()));
    line("KillSignal", "SIG" + service.stop().signal());
    line("KillMode", "mixed");
    line("StandardOutput", service.log().isPresent() ? "journal" : "file:/run/carrel/console");
    line("StandardError", "inherit");
    line("SyslogIdentifier", service.name());
    line("LogRateLimitIntervalSec", "0");
    return text.toString();
  }

  private void programs() {
    String place = TreeFiles.ROOT.resolve("services/" + service.name()).toString();
    line("ExecStartPre", "+" + place + "/before");
    List<String> command = service.command();
    String program = command.get(0);
    if (!program.matches("[/A-Za-z0-9_.].*")) {
      throw CarrelException.usage("cannot have systemd start the service " + service.name() + ": '" + program
          + "' begins with what means something else to it. Write the program with its path");
    }
    StringBuilder line = new StringBuilder(":");
    if (service.readiness() instanceof Readiness.Notification told) {
      // Descriptors of two digits are beyond other shells than bash.
      line.append(told.descriptor() > 9 ? "/bin/bash" : "/bin/sh").append(" -c ")
          .append(quoted("exec \"$0\" \"$@\" " + told.descriptor() + ">/run/carrel/state/" + service.name() + "/notify"));
    }
    for (String word : command) {
      line.append(line.length() == 1 ? "" : " ").append(quoted(word));
    }
    line("ExecStart", line.toString());
    if (!(service.readiness() instanceof Readiness.Started)) {
      line("ExecStartPost", "+" + place + "/ready");
    }
    line("ExecStopPost", "+" + place + "/after");
  }

  private void account() {
    line("User", service.user());
    service.group().ifPresent(group -> line("Group", group));
    line("WorkingDirectory", service.directory().toString().replace("%", "%%"));
    Map<String, String> variables = new TreeMap<>(scripts.variables());
    variables.putAll(service.environment());
    variables.forEach((name, value) -> line("Environment", quoted(name + "=" + value)));
  }

  private void line(String key, String value) {
    text.append(key).append('=').append(value).append('\n');
  }

  /** A word that systemd takes as it is: in quotes, with its escapes as in C, and '%' not as a specifier. */
  static String quoted(String word) {
    StringBuilder quoted = new StringBuilder("\"");
    for (byte one : word.getBytes(StandardCharsets.UTF_8)) {
      if (one == '"' || one == '\\') {
        quoted.append('\\').append((char) one);
      } else if (one == '%') {
        quoted.append("%%");
      } else if (one < ' ' || one == 0x7F) { // also what is not ASCII, as bytes are signed
        quoted.append(String.format("\\x%02x", one & 0xFF));
      } else {
        quoted.append((char) one);
      }
    }
    return quoted.append('"').toString();
  }
}
