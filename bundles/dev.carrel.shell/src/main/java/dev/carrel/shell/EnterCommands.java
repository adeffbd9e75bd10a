package dev.carrel.shell;

import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.GuestUser;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.Foreground;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Programs that are run in containers which are there. */
@Component(
    service = EnterCommands.class,
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=exec",
      "osgi.command.function=container"
    })
public final class EnterCommands {
  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Containers containers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Foreground foreground;

  @Activate
  public EnterCommands(BundleContext context) {
    this.context = context;
  }

  private Containers containers() {
    return Services.present(containers, Services.CONTAINERS, context);
  }

  private int run(String name, String help, Options options, String[] arguments, LifeLine.Work work) {
    return LifeLine.run(name, help, options, arguments, context, work);
  }

  /** Runs a program in a container. */
  public int exec(String... arguments) {
    Options options = new Options().addOption("w", "workdir", true, "").addOption("u", "user", true, "").addOption(null, "forward-signals", true, "");
    ProgramOptions.addTo(options);
    return run("exec", LifeHelp.EXEC, options, arguments, line -> {
      List<String> words = line.operands();
      if (words.isEmpty()) {
        throw line.usage("which container? Give its name or its id, and a command");
      }
      List<String> command = words.subList(1, words.size());
      if (!command.isEmpty() && command.get(0).equals("--")) {
        command = command.subList(1, command.size());
      }
      if (command.isEmpty()) {
        throw line.usage("no command specified");
      }
      ContainerHandle container = LifeLine.find(containers(), words.get(0));
      ProcessSpec own = container.info().process();
      Map<String, String> variables = new HashMap<>(own.environment());
      ProgramOptions given = ProgramOptions.of("exec", line.line().getOptions());
      given.variables().forEach(change -> change.applyTo(variables));
      ProcessTraits traits = new ProcessTraits(given.traits().argumentZero(),
          given.traits().umask().isPresent() ? given.traits().umask() : own.traits().umask(),
          given.traits().groups().isEmpty() && !line.has("user") ? own.traits().groups() : given.traits().groups(),
          given.traits().scheduling().or(own.traits().scheduling()),
          given.traits().personality().isEmpty() ? own.traits().personality() : given.traits().personality());
      Path directory = Path.of(line.value("workdir", own.directory().toString()));
      return attach(line, container, program(line, command, variables, directory, traits, given.descriptors()), user(line));
    });
  }

  /** UID, or UID:GID; the same number twice, if it is one. */
  private static Optional<GuestUser> user(LifeLine line) {
    if (!line.has("user")) {
      return Optional.empty();
    }
    String text = line.value("user", "");
    int colon = text.indexOf(':');
    long uid = ProgramOptions.number("exec", "user", colon < 0 ? text : text.substring(0, colon), 10, GuestUser.LARGEST_ID);
    return Optional.of(new GuestUser(uid, colon < 0 ? uid : ProgramOptions.number("exec", "user", text.substring(colon + 1), 10, GuestUser.LARGEST_ID)));
  }

  private ProcessSpec program(LifeLine line, List<String> command, Map<String, String> variables, Path directory, ProcessTraits traits,
      List<Stdio.Redirect.Descriptor> descriptors) {
    Stdio stdio = ForCaller.foreground(foreground, context).stdio().withMore(descriptors);
    String terminal = ForCaller.variable("TERM");
    if (stdio.terminal().isPresent() && terminal != null) {
      variables.putIfAbsent("TERM", terminal);
    }
    try {
      return new ProcessSpec(command, variables, directory, stdio, traits);
    } catch (IllegalArgumentException e) {
      throw line.usage(e.getMessage());
    }
  }

  private int attach(LifeLine line, ContainerHandle container, ProcessSpec program, Optional<GuestUser> user) {
    Foreground front = ForCaller.foreground(foreground, context);
    System.out.flush();
    List<String> signals = line.has("forward-signals") ? SignalNames.forwarded(line.name(), line.value("forward-signals", "")) : SignalNames.FORWARDED;
    return front.run(() -> (ContainedProcess) container.exec(program, user), signals).shellStatus();
  }

  /** As Guix has it: {@code container exec PID COMMAND}. */
  public int container(String... arguments) {
    return run("container", LifeHelp.CONTAINER, new Options(), arguments, line -> {
      List<String> words = line.operands();
      if (words.isEmpty() || !words.get(0).equals("exec")) {
        throw line.usage(words.isEmpty() ? "what? Say carrel container exec PID COMMAND" : "'" + words.get(0) + "' is not known: say exec");
      }
      if (words.size() == 1) {
        throw line.usage("no pid specified");
      }
      if (words.size() == 2) {
        throw line.usage("no command specified");
      }
      String pid = words.get(1);
      ContainerHandle found = byPid(pid).orElseThrow(
          () -> line.usage("no such process " + pid + " of a container of yours; carrel list shows their pids"));
      return told(attach(line, found, program(line, words.subList(2, words.size()), new HashMap<>(), Path.of("/"), ProcessTraits.standard(), List.of()),
          Optional.empty()));
    });
  }

  /** The container of its first process, or of any other one that is in it. */
  private Optional<ContainerHandle> byPid(String pid) {
    List<ContainerHandle> running = new ArrayList<>();
    for (ContainerHandle container : containers().all()) {
      ContainerInfo info = container.info();
      if (info.state() != State.ENDED && Long.toString(info.pid()).equals(pid)) {
        return Optional.of(container);
      } else if (info.state() != State.ENDED) {
        running.add(container);
      }
    }
    for (ContainerHandle container : running) {
      if (container.info().ownPids() && container.processes().stream().anyMatch(process -> Long.toString(process.pid()).equals(pid))) {
        return Optional.of(container);
      }
    }
    return Optional.empty();
  }

  /** Guix's words. */
  private static int told(int status) {
    if (status > 128) {
      System.err.println("carrel container exec: process terminated with signal " + (status - 128));
    } else if (status != 0) {
      System.err.println("carrel container exec: process exited with status " + status);
    }
    return status;
  }
}
