package dev.carrel.console;

import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.host.Caller;
import dev.carrel.api.host.Caller.RawTerminal;
import dev.carrel.api.host.Callers;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.felix.service.command.CommandProcessor;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** A session in a resident runtime, for who comes to it: on that one's terminal, or with commands from its input. */
@Component(service = ConnectCommand.class, property = {"osgi.command.scope=carrel", "osgi.command.function=connect"})
public final class ConnectCommand {
  private static final String HELP = """
      Usage: carrel connect

      The shell of the resident runtime (carrel serve): its bundles, services and containers, for several people at once. Commands are
      typed at the terminal, with line editing, or read from an input that is none. To leave it leaves the runtime as it is.

        carrel serve &
        carrel connect
        echo felix:lb | carrel connect

        -h, --help           this text
      """;

  private final BundleContext context;
  private final CommandProcessor processor;
  private final Console console;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Callers callers;

  @Activate
  public ConnectCommand(BundleContext context, @Reference CommandProcessor processor, @Reference(target = "(carrel.console=true)") java.util.function.ToIntFunction<List<String>> console) {
    this.context = context;
    this.processor = processor;
    this.console = (Console) console;
  }

  /** A session until it is left. */
  public int connect(String... arguments) throws IOException {
    if (arguments.length > 0) {
      boolean help = arguments[0].equals("--help") || arguments[0].equals("-h");
      (help ? System.out : System.err).print(help ? HELP : "carrel connect: unknown word " + arguments[0] + ". See carrel connect --help\n");
      return help ? 0 : Session.FAILED;
    }
    Callers present = callers;
    Optional<Caller> caller = present == null ? Optional.empty() : present.current();
    if (caller.isEmpty()) {
      System.err.println("carrel: no resident runtime serves you here. Start one with carrel serve; carrel alone is a shell with a runtime of its own");
      return Session.FAILED;
    }
    return caller.get().foreground().stdio().terminal().isPresent() ? onTerminal(caller.get()) : piped(caller.get());
  }

  private int piped(Caller caller) {
    try (Session session = Session.open(processor, caller.input(), new PrintStream(caller.output(), true), new PrintStream(caller.error(), true))) {
      return new PipedSession(session, caller.input()).run();
    }
  }

  private int onTerminal(Caller caller) throws IOException {
    AtomicReference<Runnable> resized = new AtomicReference<>(() -> {});
    try (RawTerminal raw = caller.terminal(() -> resized.get().run()); Terminal terminal = terminal(raw, caller)) {
      resized.set(() -> {
        terminal.setSize(size(raw));
        terminal.raise(Terminal.Signal.WINCH);
      });
      return new TerminalSession(context, processor, console.shell()).run(terminal, caller.environment());
    }
  }

  /** JLine does here what a kernel does for its terminals: echo, keys that are signals, the ends of lines. */
  private static Terminal terminal(RawTerminal raw, Caller caller) throws IOException {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(Terminal.class.getClassLoader()); // where JLine looks for its providers
    try {
      return TerminalBuilder.builder().name("carrel").system(false).streams(raw.input(), raw.output()).provider("exec")
          .type(caller.environment().getOrDefault("TERM", "dumb")).size(size(raw)).encoding("UTF-8").signalHandler(Terminal.SignalHandler.SIG_IGN).build();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static Size size(RawTerminal raw) {
    TerminalSize size = raw.size();
    return new Size(size.columns(), size.rows());
  }
}
