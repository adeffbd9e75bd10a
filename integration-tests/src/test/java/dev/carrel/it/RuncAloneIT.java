package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** The backend oci-runtime keeps the contract of backends with runc. */
@Tag(User.ROOT)
class RuncAloneIT extends OciBackend {
  RuncAloneIT(BundleContext context) throws InvalidSyntaxException {
    super("oci-runtime", "runc", context);
  }

  @BeforeAll
  static void runc_is_here() {
    assumeTrue(User.weAreRoot(), "needs root");
    use("runc");
  }
}
