package dev.carrel.it;

import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.conformance.ResourceControllerConformance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.BundleContext;

/** The control groups of the kernel keep the contract of resource controllers. */
@ExtendWith(FelixExtension.class)
class ResourceControllerIT extends ResourceControllerConformance {
  private final IsolationBackend backend;
  private final ResourceController controller;

  ResourceControllerIT(BundleContext context) {
    Services services = new Services(context);
    backend = services.named(IsolationBackend.class, IsolationBackend.NAME, "namespace");
    controller = services.named(ResourceController.class, ResourceController.NAME, "cgroup");
  }

  @Override
  protected IsolationBackend backend() {
    return backend;
  }

  @Override
  protected ResourceController controller() {
    return controller;
  }
}
