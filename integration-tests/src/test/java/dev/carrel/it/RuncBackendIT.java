package dev.carrel.it;

import org.junit.jupiter.api.BeforeAll;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** The backend oci keeps the contract of backends with runc. */
class RuncBackendIT extends OciBackend {
  RuncBackendIT(BundleContext context) throws InvalidSyntaxException {
    super("runc", context);
  }

  @BeforeAll
  static void runc_is_here() {
    use("runc");
  }
}
