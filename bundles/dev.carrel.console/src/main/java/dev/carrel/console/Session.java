package dev.carrel.console;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/**
 * A session of Gogo's, with Carrel's manners: a command of Carrel's returns its exit status, which is kept in the variable
 * {@code status} and not printed; what any other returns is printed; a failure is one message, without a stack trace, and
 * status 125. The variable {@code exception} holds what was thrown.
 */
final class Session implements AutoCloseable {
  static final int FAILED = 125;
  private static final int INTERRUPTED = 130; // as sh(1) tells of a program that Ctrl-C ended
  private static final String OWN_SCOPE = "carrel:";

  private final CommandSession gogo;
  private int status;

  private Session(CommandSession gogo) {
    this.gogo = gogo;
  }

  static Session open(CommandProcessor processor, InputStream in, OutputStream out, OutputStream err) {
    CommandSession gogo = processor.createSession(in, out, err);
    Streams.protect(gogo, in, out, err);
    gogo.put(Shell.VAR_SCOPE, "carrel:gogo:felix:*");
    gogo.put(Shell.VAR_PROCESSOR, processor);
    gogo.put(Shell.VAR_SESSION, gogo);
    return new Session(gogo);
  }

  CommandSession gogo() {
    return gogo;
  }

  /** Of the last command line. */
  int status() {
    return status;
  }

  /** Runs a text in Gogo's language. Returns its status. */
  int execute(CharSequence text) {
    String line = text.toString().strip();
    try {
      Object result = gogo.execute(text);
      boolean own = isOwn(firstWord(line));
      return ended(result instanceof Integer number && own ? number : shown(result));
    } catch (Exception e) {
      gogo.put(Shell.VAR_EXCEPTION, e);
      gogo.getConsole().flush();
      return ended(failed(e));
    }
  }

  /** Whether that is a command of Carrel's, whose scope is the first: Gogo's own answer is that of the last scope. */
  private boolean isOwn(String word) {
    return word.startsWith(OWN_SCOPE) || Shell.getCommands(gogo).contains(OWN_SCOPE + word);
  }

  private int ended(int result) {
    status = result;
    gogo.put("status", result);
    return result;
  }

  private static String firstWord(String line) {
    int end = 0;
    while (end < line.length() && !Character.isWhitespace(line.charAt(end)) && ";|&".indexOf(line.charAt(end)) < 0) {
      end++;
    }
    return line.substring(0, end);
  }

  private int shown(Object result) {
    gogo.put(Shell.VAR_RESULT, result);
    if (result != null && !"false".equals(String.valueOf(gogo.get(".Gogo.format")))) {
      gogo.getConsole().println(gogo.format(result, Converter.INSPECT));
      gogo.getConsole().flush();
    }
    return 0;
  }

  private int failed(Exception e) {
    if (e instanceof InterruptedException || e.getCause() instanceof InterruptedException) {
      return INTERRUPTED; // by whom it is told
    }
    String reason = e instanceof CommandNotFoundException missing
        ? "there is no command '" + missing.getCommand() + "'. help lists Carrel's, gogo:help all"
        : e.getMessage() == null ? e.toString() : e.getMessage();
    System.err.println("carrel: " + reason);
    return FAILED;
  }

  /**
   * Runs one command: {@code a b ...} is {@code a:b} if there is such a command, otherwise {@code a ...}. The words are taken
   * as they are; Gogo converts them to what the command takes.
   */
  int call(List<String> words) {
    int first = words.size() > 1 && Shell.getCommands(gogo).contains(words.get(0) + ":" + words.get(1)) ? 2 : 1;
    String name = String.join(":", words.subList(0, first));
    if (!Shell.getCommands(gogo).contains(Shell.resolve(gogo, name))) {
      return ended(unknown(name));
    }
    StringBuilder line = new StringBuilder(name);
    List<String> arguments = new ArrayList<>(words.subList(first, words.size()));
    for (int i = 0; i < arguments.size(); i++) {
      gogo.put("word" + i, arguments.get(i)); // not quoted: a variable is passed on whatever is in it
      line.append(" $word").append(i);
    }
    return execute(line);
  }

  private int unknown(String name) {
    List<String> names = NamedCommands.of(Shell.getCommands(gogo));
    System.err.println("carrel: there is no command '" + name + "'. " + FamiliarNames.own(name, Set.copyOf(names))
        .map(familiar -> "What you look for may be carrel " + familiar).orElse("There is: " + String.join(", ", names)) + ". See carrel --help");
    return FAILED;
  }

  @Override
  public void close() {
    gogo.close();
  }
}
