package dev.carrel.console;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.apache.felix.gogo.jline.Builtin;
import org.apache.felix.gogo.jline.Converters;
import org.apache.felix.gogo.jline.Posix;
import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;

/**
 * The commands of gogo.jline. That bundle would offer them by itself once started, but would also begin a session at once,
 * which leaves no say in its terminal, its history and its messages.
 */
final class GogoCommands {
  private static final String[] BUILTIN = {"format", "getopt", "new", "set", "tac", "type", "jobs", "fg", "bg", "keymap", "setopt",
      "unsetopt", "complete", "history", "widget", "__files", "__directories", "__usage_completion"};
  private static final String[] PROCEDURAL = {"each", "if", "not", "throw", "try", "until", "while", "break", "continue"};
  private static final String[] POSIX = {"cat", "echo", "grep", "sort", "sleep", "cd", "pwd", "ls", "less", "watch", "nano", "head",
      "tail", "clear", "wc", "date"};
  private static final String[] SHELL = {"gosh", "sh", "source", "help"};

  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final Shell shell;

  private GogoCommands(Shell shell) {
    this.shell = shell;
  }

  static GogoCommands register(BundleContext context, CommandProcessor processor) {
    BundleContext system = context.getBundle(0).getBundleContext();
    GogoCommands commands = new GogoCommands(new Shell(new ShellContext(context), processor));
    commands.registrations.add(context.registerService(Converter.class, new Converters(system), null));
    commands.add(context, new Builtin(), BUILTIN);
    commands.add(context, new Procedural(), PROCEDURAL);
    commands.add(context, new Posix(processor), POSIX);
    commands.add(context, commands.shell, SHELL);
    return commands;
  }

  private void add(BundleContext context, Object commands, String[] functions) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(CommandProcessor.COMMAND_SCOPE, "gogo");
    properties.put(CommandProcessor.COMMAND_FUNCTION, functions);
    registrations.add(context.registerService(commands.getClass().getName(), commands, properties));
  }

  void unregister() {
    registrations.forEach(ServiceRegistration::unregister);
  }

  Shell shell() {
    return shell;
  }

  /** Where a login shell of Gogo's own finds its properties, and what its end does. */
  private record ShellContext(BundleContext context) implements Shell.Context {
    @Override
    public String getProperty(String name) {
      return context.getProperty(name);
    }

    @Override
    public void exit() throws BundleException {
      context.getBundle(0).stop();
    }
  }
}
