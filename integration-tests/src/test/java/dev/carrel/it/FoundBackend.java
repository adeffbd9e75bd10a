package dev.carrel.it;

import dev.carrel.api.container.Containers;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.conformance.BackendConformance;
import java.util.Collection;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The contract of backends, kept by one that a bundle in Felix offers. */
@ExtendWith(FelixExtension.class)
abstract class FoundBackend extends BackendConformance {
  private final IsolationBackend backend;
  private final Containers containers;

  FoundBackend(String name, BundleContext context) throws InvalidSyntaxException {
    Collection<ServiceReference<IsolationBackend>> found =
        context.getServiceReferences(IsolationBackend.class, "(" + IsolationBackend.NAME + "=" + name + ")");
    backend = context.getService(found.iterator().next());
    containers = context.getService(context.getServiceReference(Containers.class));
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
