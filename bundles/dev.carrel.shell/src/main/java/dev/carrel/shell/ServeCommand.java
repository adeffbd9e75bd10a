package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.Reception;
import dev.carrel.api.host.Residence;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The resident runtime. */
@Component(service = ServeCommand.class, property = {"osgi.command.scope=carrel", "osgi.command.function=serve"})
public final class ServeCommand {
  static final String HELP = """
      Usage: carrel serve [--directory=DIR]

      Goes on as a resident runtime, until it is interrupted: commands that you say meanwhile, anywhere, are done by it,
      and start no JVM of their own. Nothing else about them is different: streams, terminal, signals, directory, variables
      and exit status are those of who says them. What would come out otherwise than without it, because limits,
      namespaces, capabilities or variables of Carrel's differ, is done without it. What Carrel itself needs of the host, such as
      apt or nft, is found by this runtime's PATH. Containers in the foreground end when it ends.

        carrel serve &
        carrel run -- /bin/true

        --directory=DIR      have the socket in DIR, which has to be yours alone; those who are to find it there have
                             CARREL_RESIDENT=DIR. Without this: $XDG_RUNTIME_DIR/carrel, or /run/carrel for root
        -h, --help           this text

      CARREL_RESIDENT=none has a command done without a resident runtime.
      """;
  private static final int INTERRUPTED = 130;
  private static final long LOOK_MILLIS = 500;

  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Residence residence;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Host host;

  @Activate
  public ServeCommand(BundleContext context) {
    this.context = context;
  }

  /** Serves until it is interrupted. */
  public int serve(String... arguments) {
    return LifeLine.run("serve", HELP, new Options().addOption(null, "directory", true, ""), arguments, context, line -> {
      line.noOperands();
      Path directory = directory(line);
      Residence runtime = Services.present(residence, Services.RESIDENCE, context);
      try (Reception.Door door = runtime.open(directory)) {
        System.out.println(directory.resolve(Residence.SOCKET));
        System.out.flush();
        while (residence == runtime) {
          Thread.sleep(LOOK_MILLIS);
        }
        throw CarrelException.unavailable("nobody is served any more: the bundle " + Services.RESIDENCE.bundle() + " was stopped");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return INTERRUPTED;
      }
    });
  }

  private Path directory(LifeLine line) {
    try {
      if (line.has("directory")) {
        return ForCaller.directory().resolve(line.value("directory", "")).normalize();
      }
      String place = ForCaller.variable("CARREL_RESIDENT");
      if (place != null && place.startsWith("/")) {
        return Path.of(place);
      }
      if (Services.present(host, Services.FOREGROUND, context).account().uid() == 0) {
        return Path.of("/run/carrel");
      }
      String own = ForCaller.variable("XDG_RUNTIME_DIR");
      if (own != null && own.startsWith("/")) {
        return Path.of(own, "carrel");
      }
    } catch (InvalidPathException e) {
      throw line.usage("--directory is no path: " + e.getReason());
    }
    throw line.usage("where? There is no XDG_RUNTIME_DIR, which a session of systemd's has. Give a directory of yours with --directory, and"
        + " CARREL_RESIDENT with the same to those who are to find it");
  }
}
