package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** The backend oci-runtime keeps the contract of backends with crun. */
@Tag(User.ROOT)
class CrunAloneIT extends OciBackend {
  CrunAloneIT(BundleContext context) throws InvalidSyntaxException {
    super("oci-runtime", "crun", context);
  }

  @BeforeAll
  static void crun_is_here() {
    assumeTrue(User.weAreRoot(), "needs root");
    use("crun");
  }
}
