package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.resource.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
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
      "osgi.command.function=start",
      "osgi.command.function=processes",
      "osgi.command.function=events",
      "osgi.command.function=clean"
    })
public final class LifeCommands {
  private static final String GRACE = "10";

  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Containers containers;

  /** Only logs of a system's services need it. */
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

  private int run(String name, String help, Options options, String[] arguments, LifeLine.Work work) {
    return LifeLine.run(name, help, options, arguments, context, work);
  }

  private ContainerHandle find(String word) {
    return LifeLine.find(containers(), word);
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
    return run("list", LifeHelp.LIST, options, arguments, line -> {
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
    return run("inspect", LifeHelp.INSPECT, options, arguments, line -> {
      List<ContainerInfo> shown = new ArrayList<>();
      Map<String, Usage> used = new HashMap<>();
      int status = each(line, container -> {
        shown.add(container.info());
        container.usage().ifPresent(usage -> used.put(container.id(), usage));
        return 0;
      });
      if (!shown.isEmpty()) {
        System.out.print(ContainerReport.json(shown, used));
      }
      return status;
    });
  }

  /** Prints what a container has printed. */
  public int logs(String... arguments) {
    Options options = new Options().addOption("f", "follow", false, "").addOption("t", "timestamps", false, "")
        .addOption(null, "since", true, "").addOption("n", "tail", true, "").addOption(null, "json", false, "");
    return run("logs", LifeHelp.LOGS, options, arguments, line -> {
      if (line.operands().size() > 1) {
        throw line.usage("one container at a time");
      }
      if (line.operands().size() == 1 && line.operands().get(0).indexOf('/') > 0) {
        return new ServiceLogs(containers(), ForCaller.foreground(foreground, context)).print(line, line.operands().get(0));
      }
      return each(line, container -> new LogPrinter(line, container).print());
    });
  }

  /** Waits for containers. */
  public int wait(String... arguments) {
    return run("wait", LifeHelp.WAIT, new Options(), arguments, line -> each(line, container -> {
      int status = ended(container);
      LimitReport.tellOutOfMemory(container.info());
      System.out.println(status);
      return status;
    }));
  }

  private static int ended(ContainerHandle container) {
    try {
      return container.exit().get().shellStatus();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("stopped waiting for container " + container.id() + ": it goes on");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CarrelException failure ? failure : new CompletionException(e.getCause());
    }
  }

  /** Ends containers. */
  public int stop(String... arguments) {
    Options options = new Options().addOption("t", "time", true, "");
    return run("stop", LifeHelp.STOP, options, arguments, line -> {
      Duration grace = Duration.ofSeconds(line.number("time", GRACE));
      return each(line, container -> {
        container.stop(grace);
        return 0;
      });
    });
  }

  /** Starts the programs of containers that were created. */
  public int start(String... arguments) {
    return run("start", LifeHelp.START, new Options(), arguments, line -> each(line, container -> {
      container.start();
      return 0;
    }));
  }

  /** Tells of the turns of containers, and what else happens, as it comes. */
  public int events(String... arguments) {
    Options options = new Options().addOption(null, "json", false, "");
    return run("events", LifeHelp.EVENTS, options, arguments, line -> new EventPrinter(containers(), line.operands(), line.has("json"), context).print());
  }

  /** Lists the processes in a container. */
  public int processes(String... arguments) {
    Options options = new Options().addOption(null, "json", false, "").addOption("q", "quiet", false, "");
    return run("processes", LifeHelp.PROCESSES, options, arguments, line -> {
      if (line.operands().size() > 1) {
        throw line.usage("one container at a time");
      }
      if (line.operands().size() == 1 && line.operands().get(0).indexOf('/') > 0) {
        return new ServiceLogs(containers(), ForCaller.foreground(foreground, context)).print(line, line.operands().get(0));
      }
      return each(line, container -> {
        ProcessReport report = ProcessReport.of(container.processes());
        System.out.print(line.has("json") ? report.json() : line.has("quiet") ? report.pids() : report.table());
        return 0;
      });
    });
  }

  /** Sends signals. */
  public int kill(String... arguments) {
    Options options = new Options().addOption("s", "signal", true, "").addOption("a", "all", false, "");
    return run("kill", LifeHelp.KILL, options, arguments, line -> {
      int signal = SignalNames.number(line, line.value("signal", "KILL"));
      return each(line, container -> {
        if (container.info().state() == State.ENDED) {
          throw CarrelException.failed("cannot send a signal to container " + container.id() + ": it has ended");
        }
        if (signal == SignalNames.KILL) {
          container.stop(Duration.ZERO);
        } else if (line.has("all")) {
          container.signalAll(signal);
        } else {
          container.signal(signal);
        }
        return 0;
      });
    });
  }

  /** Has containers wait. */
  public int pause(String... arguments) {
    return run("pause", LifeHelp.PAUSE, new Options(), arguments, line -> each(line, container -> {
      container.pause();
      return 0;
    }));
  }

  /** Has containers go on. */
  public int resume(String... arguments) {
    return run("resume", LifeHelp.RESUME, new Options(), arguments, line -> each(line, container -> {
      container.resume();
      return 0;
    }));
  }

  /** Forgets containers. */
  public int remove(String... arguments) {
    Options options = new Options().addOption("f", "force", false, "");
    return run("remove", LifeHelp.REMOVE, options, arguments, line -> {
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
    return run("clean", LifeHelp.CLEAN, new Options(), arguments, line -> {
      line.noOperands();
      for (String removed : containers().clean()) {
        System.out.println("removed " + Printable.line(removed));
      }
      return 0;
    });
  }
}
