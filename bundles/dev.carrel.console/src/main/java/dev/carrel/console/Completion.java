package dev.carrel.console;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.felix.gogo.jline.Shell;
import org.apache.felix.service.command.CommandSession;
import org.jline.builtins.Completers.CompletionData;
import org.jline.builtins.Completers.CompletionEnvironment;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** What JLine's completer asks a session of Gogo's. */
record Completion(CommandSession gogo) implements CompletionEnvironment {
  @Override
  public Map<String, List<CompletionData>> getCompletions() {
    return Shell.getCompletions(gogo);
  }

  @Override
  public Set<String> getCommands() {
    return Shell.getCommands(gogo);
  }

  @Override
  public String resolveCommand(String command) {
    return Shell.resolve(gogo, command);
  }

  @Override
  public String commandName(String command) {
    return command.substring(command.indexOf(':') + 1);
  }

  @Override
  public Object evaluate(LineReader reader, ParsedLine line, String function) throws Exception {
    gogo.put(Shell.VAR_COMMAND_LINE, line);
    return gogo.execute(function);
  }
}
