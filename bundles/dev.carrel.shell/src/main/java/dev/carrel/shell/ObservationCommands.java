package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.metrics.Metrics;
import dev.carrel.api.web.WebPages;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** For who watches. */
@Component(
    service = ObservationCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=metrics", "osgi.command.function=web"})
public final class ObservationCommands {
  private static final int HIGHEST_PORT = 65535;
  private static final int INTERRUPTED = 130;
  private static final long LOOK_MILLIS = 500;

  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Metrics metrics;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile WebPages web;

  @Activate
  public ObservationCommands(BundleContext context) {
    this.context = context;
  }

  /** Prints figures. */
  public int metrics(String... arguments) {
    return LifeLine.run("metrics", ObservationHelp.METRICS, new Options(), arguments, context, line -> {
      line.noOperands();
      System.out.print(Services.present(metrics, Services.METRICS, context).text());
      return 0;
    });
  }

  /** Serves pages until it is interrupted. */
  public int web(String... arguments) {
    Options options = new Options().addOption(null, "port", true, "").addOption(null, "token-file", true, "");
    return LifeLine.run("web", ObservationHelp.WEB, options, arguments, context, line -> {
      line.noOperands();
      long port = line.number("port", "0");
      if (port > HIGHEST_PORT) {
        throw line.usage("--port=" + port + " is no port: they go up to " + HIGHEST_PORT);
      }
      Optional<Path> token = line.has("token-file") ? Optional.of(tokenFile(line)) : Optional.empty();
      WebPages pages = Services.present(web, Services.WEB, context);
      try (WebPages.Serving serving = pages.serve((int) port, token)) {
        System.out.println(serving.address());
        System.out.flush();
        while (web == pages) {
          Thread.sleep(LOOK_MILLIS);
        }
        throw CarrelException.unavailable("the pages are not served any more: the bundle " + Services.WEB.bundle() + " was stopped");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return INTERRUPTED;
      }
    });
  }

  private static Path tokenFile(LifeLine line) {
    try {
      return Path.of(line.value("token-file", "")).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw line.usage("--token-file is no path: " + e.getReason());
    }
  }
}
