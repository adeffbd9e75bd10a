package dev.carrel.shell;

import dev.carrel.api.CarrelException;
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
import java.time.Duration;
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

/** The life of containers that were started, by this process or another one of the user's. */
@Component(
    service = LifeCommands.class,
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=list",
      "osgi.command.function=inspect",
      "osgi.command.function=logs",
      "osgi.command.function=wait",
      "osgi.command.function=stop",
      "osgi.command.function=kill",
      "osgi.command.function=pause",
      "osgi.command.function=resume",
      "osgi.command.function=remove",
      "osgi.command.function=clean",
      "osgi.command.function=exec",
      "osgi.command.function=container"
    })
public final class LifeCommands {
  private static final String GRACE = "10";

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
  public LifeCommands(BundleContext context) {
    this.context = context;
  }

  private Containers containers() {
    return Services.present(containers, Services.CONTAINERS, context);
  }

  /** Something done to a container, and the exit status that comes of it. */
  private interface Deed {
    int on(ContainerHandle container);
  }

  /** What a command does with its options read. */
  private interface Work {
    int on(LifeLine line);
  }

  private int run(String name, String help, Options options, String[] arguments, Work work) {
    try {
      LifeLine line = LifeLine.parse(name, options, arguments);
      if (line.help()) {
        System.out.print(help);
        return 0;
      }
      return work.on(line);
    } catch (CarrelException e) {
      return Outcome.of(e, context);
    }
  }

  private ContainerHandle find(String word) {
    Optional<ContainerHandle> found = containers().find(word);
    return found.orElseThrow(() -> {
      List<String> names = new ArrayList<>();
      containers().all().forEach(container -> names.add(container.info().name().orElse(container.id())));
      String nearest = NearestName.of(word, names);
      return CarrelException.usage("no container is called '" + word + "'"
          + (nearest.isEmpty() ? ". carrel list --all shows yours" : "; did you mean " + nearest + "?"));
    });
  }

  /** On each that is named; one that fails does not spare the others. */
  private int each(LifeLine line, Deed deed) {
    if (line.operands().isEmpty()) {
      throw line.usage("which container? Give its name or its id");
    }
    int status = 0;
    for (String word : line.operands()) {
      try {
        status = deed.on(find(word));
      } catch (CarrelException e) {
        status = Outcome.of(e, context);
        if (line.operands().size() == 1) {
          return status;
        }
      }
    }
    return status;
  }

  /** Lists containers. */
  public int list(String... arguments) {
    Options options = new Options().addOption("a", "all", false, "").addOption("q", "quiet", false, "").addOption(null, "json", false, "");
    return run("list", Help.LIST, options, arguments, line -> {
      line.noOperands();
      List<ContainerInfo> shown = new ArrayList<>();
      for (ContainerHandle container : containers().all()) {
        ContainerInfo info = container.info();
        if (line.has("all") || info.state() != State.ENDED) {
          shown.add(info);
        }
      }
      System.out.print(line.has("json") ? ContainerReport.json(shown) : line.has("quiet") ? ContainerReport.ids(shown) : ContainerReport.table(shown));
      return 0;
    });
  }

  /** Tells all that is known of containers. */
  public int inspect(String... arguments) {
    Options options = new Options().addOption(null, "json", false, "");
    return run("inspect", Help.INSPECT, options, arguments, line -> {
      List<ContainerInfo> shown = new ArrayList<>();
      int status = each(line, container -> {
        shown.add(container.info());
        return 0;
      });
      if (!shown.isEmpty()) {
        System.out.print(ContainerReport.json(shown));
      }
      return status;
    });
  }

  /** Prints what a container has printed. */
  public int logs(String... arguments) {
    Options options = new Options().addOption("f", "follow", false, "").addOption("t", "timestamps", false, "")
        .addOption(null, "since", true, "").addOption("n", "tail", true, "");
    return run("logs", Help.LOGS, options, arguments, line -> {
      if (line.operands().size() > 1) {
        throw line.usage("one container at a time");
      }
      return each(line, container -> new LogPrinter(line, container).print());
    });
  }

  /** Waits for containers. */
  public int wait(String... arguments) {
    return run("wait", Help.WAIT, new Options(), arguments, line -> each(line, container -> {
      int status = container.exit().join().shellStatus();
      System.out.println(status);
      return status;
    }));
  }

  /** Ends containers. */
  public int stop(String... arguments) {
    Options options = new Options().addOption("t", "time", true, "");
    return run("stop", Help.STOP, options, arguments, line -> {
      Duration grace = Duration.ofSeconds(line.number("time", GRACE));
      return each(line, container -> {
        container.stop(grace);
        return 0;
      });
    });
  }

  /** Sends signals. */
  public int kill(String... arguments) {
    Options options = new Options().addOption("s", "signal", true, "");
    return run("kill", Help.KILL, options, arguments, line -> {
      int signal = SignalNames.number(line, line.value("signal", "KILL"));
      return each(line, container -> {
        if (container.info().state() == State.ENDED) {
          throw CarrelException.failed("cannot send a signal to container " + container.id() + ": it has ended");
        }
        if (signal == SignalNames.KILL) {
          container.stop(Duration.ZERO);
        } else {
          container.signal(signal);
        }
        return 0;
      });
    });
  }

  /** Has containers wait. */
  public int pause(String... arguments) {
    return run("pause", Help.PAUSE, new Options(), arguments, line -> each(line, container -> {
      container.pause();
      return 0;
    }));
  }

  /** Has containers go on. */
  public int resume(String... arguments) {
    return run("resume", Help.RESUME, new Options(), arguments, line -> each(line, container -> {
      container.resume();
      return 0;
    }));
  }

  /** Forgets containers. */
  public int remove(String... arguments) {
    Options options = new Options().addOption("f", "force", false, "");
    return run("remove", Help.REMOVE, options, arguments, line -> {
      if (!line.has("force")) {
        return each(line, this::remove);
      }
      for (String word : line.operands()) {
        containers().find(word).ifPresent(container -> {
          container.stop(Duration.ofSeconds(Long.parseLong(GRACE)));
          remove(container);
        });
      }
      return 0;
    });
  }

  private int remove(ContainerHandle container) {
    containers().remove(container);
    return 0;
  }

  /** Removes what nobody needs. */
  public int clean(String... arguments) {
    return run("clean", Help.CLEAN, new Options(), arguments, line -> {
      line.noOperands();
      for (String removed : containers().clean()) {
        System.out.println("removed " + Printable.line(removed));
      }
      return 0;
    });
  }

  /** Runs a program in a container. */
  public int exec(String... arguments) {
    Options options = new Options().addOption("w", "workdir", true, "").addOption("u", "user", true, "");
    ProgramOptions.addTo(options);
    return run("exec", Help.EXEC, options, arguments, line -> {
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
      ContainerHandle container = find(words.get(0));
      ProcessSpec own = container.info().process();
      Map<String, String> variables = new HashMap<>(own.environment());
      ProgramOptions given = ProgramOptions.of("exec", line.line().getOptions());
      given.variables().forEach(change -> change.applyTo(variables));
      ProcessTraits traits = new ProcessTraits(given.traits().argumentZero(),
          given.traits().umask().isPresent() ? given.traits().umask() : own.traits().umask(),
          given.traits().groups().isEmpty() && !line.has("user") ? own.traits().groups() : given.traits().groups());
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
    Stdio stdio = Services.present(foreground, Services.FOREGROUND, context).stdio().withMore(descriptors);
    String terminal = System.getenv("TERM");
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
    Foreground front = Services.present(foreground, Services.FOREGROUND, context);
    System.out.flush();
    return front.run(() -> (ContainedProcess) container.exec(program, user)).shellStatus();
  }

  /** As Guix has it: {@code container exec PID COMMAND}. */
  public int container(String... arguments) {
    return run("container", Help.CONTAINER, new Options(), arguments, line -> {
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
      ContainerHandle found = null;
      for (ContainerHandle container : containers().all()) {
        if (container.info().state() != State.ENDED && Long.toString(container.info().pid()).equals(pid)) {
          found = container;
        }
      }
      if (found == null) {
        throw line.usage("no such process " + pid + " of a container of yours; carrel list shows their pids");
      }
      return told(attach(line, found, program(line, words.subList(2, words.size()), new HashMap<>(), Path.of("/"), ProcessTraits.standard(), List.of()),
          Optional.empty()));
    });
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
