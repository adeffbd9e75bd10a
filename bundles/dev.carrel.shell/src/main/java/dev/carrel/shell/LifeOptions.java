package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Hooks;
import dev.carrel.api.container.Hooks.Hook;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.FirstProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * The options about how long a container lives, and what is done at its turns.
 *
 * @param held whether its program is started by carrel start
 * @param terminal whether it gets a terminal that is nobody's here
 */
record LifeOptions(Life life, boolean held, boolean terminal) {
  static void addTo(Options options) {
    options.addOption("d", "detach", false, "").addOption("t", "tty", false, "").addOption(flag("hold")).addOption(flag("keep"))
        .addOption(flag("as-pid-1")).addOption(valued("name")).addOption(valued("restart")).addOption(valued("annotation"))
        .addOption(valued("hook")).addOption(valued("forward-signals")).addOption(valued("pidfd-socket"))
        .addOption(valued("stop-signal"));
  }

  private static Option flag(String name) {
    return Option.builder().longOpt(name).get();
  }

  private static Option valued(String name) {
    return Option.builder().longOpt(name).hasArg().get();
  }

  /**
   * Reads them.
   *
   * @param create whether the command is create, which implies detach and hold
   * @throws CarrelException of kind USAGE if one makes no sense
   */
  static LifeOptions of(String command, Option[] options, boolean create) {
    boolean detached = create;
    boolean held = create;
    boolean kept = false;
    boolean terminal = false;
    FirstProcess first = FirstProcess.INIT;
    Optional<String> name = Optional.empty();
    Optional<String> restart = Optional.empty();
    Optional<Path> socket = Optional.empty();
    int stopSignal = Life.USUAL_STOP_SIGNAL;
    Map<String, String> annotations = new HashMap<>(0);
    HookList hooks = null;
    for (Option option : options) {
      switch (option.getLongOpt() == null ? "" : option.getLongOpt()) {
        case "detach" -> detached = true;
        case "hold" -> held = true;
        case "keep" -> kept = true;
        case "tty" -> terminal = true;
        case "pidfd-socket" -> socket = Optional.of(socket(command, option.getValue()));
        case "stop-signal" -> stopSignal = SignalNames.number(command, "--stop-signal", option.getValue());
        case "as-pid-1" -> first = FirstProcess.PROGRAM;
        case "name" -> name = Optional.of(option.getValue());
        case "restart" -> restart = Optional.of(option.getValue());
        case "annotation" -> annotate(command, option.getValue(), annotations);
        case "hook" -> {
          hooks = hooks == null ? new HookList(command) : hooks;
          hooks.add(option.getValue());
        }
        default -> { }
      }
    }
    if (detached && has(options, "forward-signals")) {
      throw WorkplaceOptions.usage(command, "--forward-signals is for a container in the foreground; carrel kill sends signals to others");
    }
    requireDetached(command, detached, held, "--hold lets a container wait until carrel start");
    requireDetached(command, detached, terminal, "--tty (-t) gives a terminal to a container that goes on by itself; another one has yours, without it");
    requireDetached(command, detached, restart.isPresent(), "--restart is for a container that goes on by itself");
    try {
      Life life = new Life(name, true, detached, restart.isPresent() ? restart(command, restart.get()) : Life.Restart.never(), first, kept,
          annotations, hooks == null ? Hooks.none() : hooks.hooks()).withPidfdSocket(socket).withStopSignal(stopSignal);
      return new LifeOptions(life, held, terminal);
    } catch (IllegalArgumentException e) {
      throw WorkplaceOptions.usage(command, (e.getMessage().contains("is no name") ? "--name=" + name.orElse("") + ": " : "") + e.getMessage());
    }
  }

  private static void requireDetached(String command, boolean detached, boolean asked, String what) {
    if (asked && !detached) {
      throw WorkplaceOptions.usage(command, what + ": add --detach");
    }
  }

  private static boolean has(Option[] options, String name) {
    for (Option option : options) {
      if (name.equals(option.getLongOpt())) {
        return true;
      }
    }
    return false;
  }

  private static Path socket(String command, String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw WorkplaceOptions.usage(command, "--pidfd-socket=" + text + " is no absolute path of a socket");
    }
    return path;
  }

  private static Life.Restart restart(String command, String text) {
    if (text.equals("no")) {
      return Life.Restart.never();
    }
    if (text.equals("on-failure")) {
      return Life.Restart.onFailure();
    }
    String number = text.startsWith("on-failure:") ? text.substring("on-failure:".length()) : "";
    boolean digits = !number.isEmpty() && number.length() <= 6;
    for (int i = 0; i < number.length(); i++) {
      digits &= number.charAt(i) >= '0' && number.charAt(i) <= '9';
    }
    if (!digits) {
      throw WorkplaceOptions.usage(command, "--restart=" + text + " is not known: say on-failure, on-failure:N with the most restarts, or no");
    }
    return new Life.Restart(Integer.parseInt(number));
  }

  private static void annotate(String command, String text, Map<String, String> annotations) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw WorkplaceOptions.usage(command, "--annotation=" + text + " is no KEY=VALUE");
    }
    annotations.put(text.substring(0, equals), text.substring(equals + 1));
  }

  /** The hooks as they are named, each at its turn. */
  private static final class HookList {
    private final String command;
    private final List<Hook> created = new ArrayList<>(0);
    private final List<Hook> started = new ArrayList<>(0);
    private final List<Hook> ended = new ArrayList<>(0);

    HookList(String command) {
      this.command = command;
    }

    void add(String text) {
      int colon = text.indexOf(':');
      String turn = colon < 0 ? text : text.substring(0, colon);
      List<Hook> turns = switch (turn) {
        case "created" -> created;
        case "started" -> started;
        case "ended" -> ended;
        default -> throw WorkplaceOptions.usage(command, "--hook=" + text + ": write created:PROGRAM, started:PROGRAM or ended:PROGRAM");
      };
      try {
        turns.add(new Hook(List.of(text.substring(colon + 1)), Map.of(), Hook.USUAL_PATIENCE));
      } catch (IllegalArgumentException e) {
        throw WorkplaceOptions.usage(command, "--hook=" + text + ": " + e.getMessage());
      }
    }

    Hooks hooks() {
      return new Hooks(created, started, ended);
    }
  }
}
