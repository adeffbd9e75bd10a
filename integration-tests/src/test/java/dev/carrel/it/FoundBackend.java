package dev.carrel.it;

import dev.carrel.api.container.Containers;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.conformance.BackendConformance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;

/** The contract of backends, kept by one that a bundle in Felix offers. */
@ExtendWith(FelixExtension.class)
abstract class FoundBackend extends BackendConformance {
  private final IsolationBackend backend;
  private final Containers containers;

  FoundBackend(String name, BundleContext context) {
    Services services = new Services(context);
    backend = services.named(IsolationBackend.class, IsolationBackend.NAME, name);
    containers = services.any(Containers.class);
  }

  @Override
  protected IsolationBackend backend() {
    return backend;
  }

  @Override
  protected Containers containers() {
    return containers;
  }
}
