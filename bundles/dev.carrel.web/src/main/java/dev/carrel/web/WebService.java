package dev.carrel.web;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Containers;
import dev.carrel.api.metrics.Metrics;
import dev.carrel.api.store.Upkeep;
import dev.carrel.api.web.WebPages;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Serves the pages, as long as somebody wants them. */
@Component(service = WebPages.class, immediate = true) // it serves: must not be thrown away meanwhile
public final class WebService implements WebPages, Sources {
  private final BundleContext context;
  private final Set<Serving> serving = new HashSet<>();

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Containers containers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Upkeep store;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Metrics metrics;

  @Activate
  public WebService(BundleContext context) {
    this.context = context;
  }

  @Deactivate
  void deactivate() {
    Set<Serving> all;
    synchronized (serving) {
      all = new HashSet<>(serving);
    }
    all.forEach(Serving::close);
  }

  @Override
  public Serving serve(int port, Optional<Path> file) {
    Token token = file.map(Token::of).orElseGet(Token::fresh);
    synchronized (serving) {
      Server server = Server.start(context, port);
      Samples samples = new Samples();
      try {
        server.serve(context, new Pages(new Guard(token, server.port()), this, samples));
      } catch (RuntimeException | LinkageError e) {
        server.close();
        throw e;
      }
      Watch watch = new Watch(() -> Optional.ofNullable(containers), () -> Optional.ofNullable(metrics), samples);
      Serving made = new Running(URI.create("http://127.0.0.1:" + server.port() + "/" + token + "/"), server, watch);
      serving.add(made);
      return made;
    }
  }

  /** Pages that are served. */
  private final class Running implements Serving {
    private final URI address;
    private final Server server;
    private final Watch watch;

    Running(URI address, Server server, Watch watch) {
      this.address = address;
      this.server = server;
      this.watch = watch;
    }

    @Override
    public URI address() {
      return address;
    }

    @Override
    public void close() {
      synchronized (serving) {
        if (!serving.remove(this)) {
          return;
        }
      }
      watch.close();
      server.close();
    }
  }

  @Override
  public Containers containers() {
    return present(containers, "container engine", "dev.carrel.engine");
  }

  @Override
  public Upkeep store() {
    return present(store, "store", "dev.carrel.store");
  }

  @Override
  public Metrics metrics() {
    return present(metrics, "metrics service", "dev.carrel.metrics");
  }

  private static <T> T present(T service, String what, String bundle) {
    if (service == null) {
      throw CarrelException.unavailable("no " + what + " available: start the bundle " + bundle + ", which offers one");
    }
    return service;
  }
}
