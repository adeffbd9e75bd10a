package dev.carrel.it;

import org.junit.jupiter.api.BeforeAll;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** The backend oci keeps the contract of backends with crun. */
class CrunBackendIT extends OciBackend {
  CrunBackendIT(BundleContext context) throws InvalidSyntaxException {
    super("crun", context);
  }

  @BeforeAll
  static void crun_is_here() {
    use("crun");
  }
}
