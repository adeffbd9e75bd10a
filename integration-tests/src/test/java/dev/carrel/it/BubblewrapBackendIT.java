package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.osgi.framework.BundleContext;

/** The backend bubblewrap keeps the contract of backends. */
class BubblewrapBackendIT extends FoundBackend {
  BubblewrapBackendIT(BundleContext context) {
    super("bubblewrap", context);
  }

  @BeforeAll
  static void bwrap_is_here() {
    assumeTrue(Host.can("bwrap", "--version"), "needs bwrap (bubblewrap)");
  }
}
