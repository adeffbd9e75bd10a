package dev.carrel.console;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.felix.gogo.jline.Expander;
import org.apache.felix.gogo.jline.Highlighter;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandSessionImpl;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Job;
import org.jline.builtins.Completers;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;

/** A session on a terminal: line editing, history, completion, and Ctrl-C for what runs in the foreground. */
final class TerminalSession {
  private final BundleContext context;
  private final CommandProcessor processor;
  private final Shell shell;

  TerminalSession(BundleContext context, CommandProcessor processor, Shell shell) {
    this.context = context;
    this.processor = processor;
    this.shell = shell;
  }

  /** On this process's own terminal. Returns the status of the last command, or that of {@code exit}. */
  int run() {
    try (Terminal terminal = terminal()) {
      return run(terminal, System.getenv());
    } catch (IOException e) {
      System.err.println("carrel: cannot use the terminal: " + e.getMessage());
      return Session.FAILED;
    }
  }

  /**
   * On any terminal.
   *
   * @param environment of whoever types, which tells where the history is
   */
  int run(Terminal terminal, Map<String, String> environment) {
    try (Session session = Session.open(processor, terminal.input(), terminal.output(), terminal.output())) {
      CommandSession gogo = session.gogo();
      gogo.put(Shell.VAR_TERMINAL, terminal);
      gogo.put(Shell.VAR_CONTEXT, context.getBundle(0).getBundleContext());
      gogo.put("#TERM", (Function) (any, arguments) -> terminal.getType());
      gogo.put("#COLUMNS", (Function) (any, arguments) -> terminal.getWidth());
      gogo.put("#LINES", (Function) (any, arguments) -> terminal.getHeight());
      gogo.put("#PWD", (Function) (any, arguments) -> any.currentDir().toString());
      gogo.put(Shell.VAR_COMPLETIONS, new HashMap<>());
      LineReader reader = reader(terminal, gogo, environment);
      gogo.put(Shell.VAR_READER, reader);
      readProfile(gogo);
      Interrupts interrupts = new Interrupts(gogo);
      terminal.handle(Signal.INT, signal -> interrupts.interrupt());
      return run(session, reader, interrupts);
    }
  }

  /** By stty(1): JLine's native ways unpack a library at each start, or ask for options of the JVM. */
  private static Terminal terminal() throws IOException {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(Terminal.class.getClassLoader()); // where JLine looks for its providers
    try {
      return TerminalBuilder.builder().name("carrel").system(true).dumb(true).provider("exec").nativeSignals(true)
          .signalHandler(Terminal.SignalHandler.SIG_IGN).build();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }

  private static LineReader reader(Terminal terminal, CommandSession gogo, Map<String, String> environment) {
    History.file(environment, Path.of(System.getProperty("user.home"))).ifPresent(file -> gogo.put(LineReader.HISTORY_FILE, file));
    return LineReaderBuilder.builder()
        .terminal(terminal)
        .appName("carrel")
        .variables(((CommandSessionImpl) gogo).getVariables()) // a variable of the session is one of the reader's
        .completer(new Completers.Completer(new Completion(gogo)))
        .highlighter(new Highlighter(gogo))
        .parser(new Parser())
        .expander(new Expander(gogo))
        .option(LineReader.Option.AUTO_FRESH_LINE, true)
        .option(LineReader.Option.HISTORY_IGNORE_SPACE, true)
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .build();
  }

  private void readProfile(CommandSession gogo) {
    Path profile = Path.of(context.getProperty("gosh.home"), "etc", "gosh_profile");
    try {
      shell.source(gogo, profile.toUri().toString());
    } catch (Exception e) {
      System.err.println("carrel: cannot read the shell's settings " + profile + ": " + e.getMessage());
    }
  }

  private static int run(Session session, LineReader reader, Interrupts interrupts) {
    while (true) {
      String line;
      try {
        line = reader.readLine(Shell.getPrompt(session.gogo()), Shell.getRPrompt(session.gogo()), (Character) null, null);
      } catch (UserInterruptException e) {
        continue;
      } catch (EndOfFileException e) {
        return session.status();
      }
      if (Exit.isExit(line.strip())) {
        return Exit.status(line.strip(), session.status());
      }
      if (!line.isBlank()) {
        interrupts.lineBegins(); // until here the reader took Ctrl-C for itself
        session.execute(line);
        waitForForeground(session.gogo());
        interrupts.lineEnds();
        reader.getTerminal().flush();
      }
    }
  }

  private static void waitForForeground(CommandSession gogo) {
    try {
      for (Job job = gogo.foregroundJob(); job != null; job = gogo.foregroundJob()) {
        synchronized (job) { // Gogo notifies it
          if (job.status() == Job.Status.Foreground) {
            job.wait();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
