package dev.carrel.it;

import org.osgi.framework.BundleContext;

/** The backend namespace keeps the contract of backends. */
class NamespaceBackendIT extends FoundBackend {
  NamespaceBackendIT(BundleContext context) {
    super("namespace", context);
  }
}
