package dev.carrel.it;

import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** The backend namespace keeps the contract of backends. */
class NamespaceBackendIT extends FoundBackend {
  NamespaceBackendIT(BundleContext context) throws InvalidSyntaxException {
    super("namespace", context);
  }
}
