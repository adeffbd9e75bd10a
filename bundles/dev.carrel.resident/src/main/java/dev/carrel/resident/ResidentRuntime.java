package dev.carrel.resident;

import dev.carrel.api.host.Caller;
import dev.carrel.api.host.Callers;
import dev.carrel.api.host.Reception;
import dev.carrel.api.host.Residence;
import dev.carrel.api.store.Store;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.felix.service.threadio.ThreadIO;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Carrel's commands, done on threads of this process, with the streams of whoever asked. */
@Component
public final class ResidentRuntime implements Residence, Reception.Desk {
  private static final int FAILED = 125;
  /** 128 and SIGPIPE, as a headless start ends when nobody reads its output any more. */
  private static final int BROKEN_PIPE = 141;

  private final Reception reception;
  private final Callers callers;
  private final ThreadIO streams;
  private final OwnCommands commands;
  private final Installation installation;
  /** Let go of what they hold when nobody is served, as at the end of a command that has a process of its own. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  private volatile List<Store> stores = List.of();
  private int served;

  @Activate
  public ResidentRuntime(BundleContext context, @Reference Reception reception, @Reference Callers callers, @Reference ThreadIO streams) {
    this.reception = reception;
    this.callers = callers;
    this.streams = streams;
    this.commands = new OwnCommands(context);
    this.installation = Installation.of(Path.of(System.getProperty("carrel.home", "")));
  }

  @Override
  public Reception.Door open(Path directory) {
    return reception.open(directory.resolve(SOCKET), this);
  }

  @Override
  public boolean takes(Caller caller) {
    List<String> words = caller.words();
    return ServedCommands.include(words) && installation.has(caller.program()) && Likeness.holds(caller) && commands.has(words.get(0));
  }

  @Override
  public int serve(Caller caller) {
    PrintStream out = new PrintStream(caller.output(), false);
    PrintStream err = new PrintStream(caller.error(), true);
    begin();
    streams.setStreams(caller.input(), out, err);
    try {
      int status = callers.during(caller, () -> run(caller.words(), err));
      return out.checkError() && status == 0 ? BROKEN_PIPE : status;
    } finally {
      streams.close();
      end();
    }
  }

  private synchronized void begin() {
    served++;
  }

  /** Nobody begins meanwhile, so that nothing is let go of that is needed. */
  private synchronized void end() {
    if (--served == 0) {
      for (Store store : stores) {
        store.letGo();
      }
    }
  }

  private int run(List<String> words, PrintStream err) {
    try {
      return commands.run(words);
    } catch (Exception | LinkageError e) {
      err.println("carrel: internal error: " + e);
      return FAILED;
    }
  }
}
