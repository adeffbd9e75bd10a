package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.Foreground;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Logs of services, which are in the systems that they belong to: the system's own program for services prints them. */
final class ServiceLogs {
  private static final String ALL = "+1";

  private final Containers containers;
  private final Foreground foreground;

  ServiceLogs(Containers containers, Foreground foreground) {
    this.containers = containers;
    this.foreground = foreground;
  }

  /**
   * Prints one, each line with its time.
   *
   * @param word the container and the service, with a slash between
   * @return the exit status
   */
  int print(LifeLine line, String word) {
    int slash = word.indexOf('/');
    ContainerHandle container = LifeLine.find(containers, word.substring(0, slash));
    String service = word.substring(slash + 1);
    if (!container.info().annotations().containsKey(SystemLine.SYSTEM)) {
      throw line.usage("the container " + word.substring(0, slash) + " is no system, which would have services");
    }
    if (container.info().state() == State.ENDED) {
      throw CarrelException.failed("cannot print the log of " + word + ": it was in the system, which has ended");
    }
    if (!service.matches("[a-z0-9][a-z0-9_-]{0,39}")) {
      throw line.usage("'" + service + "' is no name of a service");
    }
    for (String option : new String[] {"since", "json"}) {
      if (line.has(option)) {
        throw line.usage("--" + option + " is about what a container prints, and the log of a service has its times in its lines");
      }
    }
    List<String> command = new ArrayList<>(List.of("/etc/carrel/service", "log", service, line.has("tail") ? line.number("tail", "0") + "" : ALL));
    if (line.has("follow")) {
      command.add("follow");
    }
    Stdio own = foreground.stdio();
    Stdio streams = own.terminal().isPresent() ? Stdio.pipes().withInput(Stdio.Redirect.DISCARD) : own.withInput(Stdio.Redirect.DISCARD);
    ProcessSpec program = new ProcessSpec(command, container.info().process().environment(), Path.of("/"), streams);
    return foreground.run(() -> container.exec(program), SignalNames.FORWARDED).shellStatus();
  }
}
