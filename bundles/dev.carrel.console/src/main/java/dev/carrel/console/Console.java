package dev.carrel.console;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.function.ToIntFunction;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * What the launcher starts where no single command of Carrel's will do. A service of a type that every class loader knows:
 * words are one command line, no words a session; the result is the exit status.
 *
 * <p>The framework's property {@value #TERMINAL} says whether the session has a terminal.
 */
@Component(service = ToIntFunction.class, property = "carrel.console=true")
public final class Console implements ToIntFunction<List<String>> {
  static final String TERMINAL = "carrel.terminal";

  private final BundleContext context;
  private final CommandProcessor processor;
  private final GogoCommands commands;

  @Activate
  public Console(BundleContext context, @Reference CommandProcessor processor) {
    this.context = context;
    this.processor = processor;
    this.commands = GogoCommands.register(context, processor);
  }

  @Deactivate
  void deactivate() {
    commands.unregister();
  }

  Shell shell() {
    return commands.shell();
  }

  @Override
  public int applyAsInt(List<String> words) {
    if (words.isEmpty() && Boolean.parseBoolean(context.getProperty(TERMINAL))) {
      return new TerminalSession(context, processor, commands.shell()).run();
    }
    // Not System.out: that is Gogo's own by now, which asks the session for its stream.
    FileInputStream in = new FileInputStream(FileDescriptor.in);
    try (Session session = Session.open(processor, in, stream(FileDescriptor.out), stream(FileDescriptor.err))) {
      return words.isEmpty() ? new PipedSession(session, in).run() : session.call(words);
    }
  }

  private static OutputStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true);
  }
}
