package dev.carrel.it;

import dev.carrel.api.CarrelException;
import dev.carrel.launcher.OsgiRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarFile;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * One real Felix a test class: the distribution's bundles with their own class loaders, a storage of its own. A parameter of
 * a test is the service of its type, or the system bundle's {@link BundleContext}.
 *
 * <p>The test's class path brings the API and the system bundle exports it, so that tests and bundles share its classes.
 */
final class FelixExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
  private static final String GOGO = "org.apache.felix.service.command;version=\"1.0.0\"";

  private OsgiRuntime felix;
  /** Nobody's: those of the user have no part in the tests. */
  private Path addons;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Path storage = Files.createTempDirectory("carrel-it-felix");
    addons = Files.createTempDirectory("carrel-it-addons");
    felix = OsgiRuntime.of(Checkout.underTest().distribution(), storage,
        Map.of(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, sharedPackages(), "felix.fileinstall.dir", addons.toString()));
  }

  /** What the system bundle exports of the test's class path. */
  static String sharedPackages() throws IOException {
    return apiPackages() + "," + GOGO;
  }

  /** As the API's own manifest says, so that the versions are right. */
  private static String apiPackages() throws IOException {
    Path jar = Path.of(CarrelException.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    try (JarFile api = new JarFile(jar.toFile())) {
      return api.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    if (felix != null) {
      felix.stop();
      Trees.delete(addons);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == BundleContext.class || type.isInterface() && !type.getName().startsWith("org.junit.");
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    BundleContext bundles = felix.context();
    if (type == BundleContext.class) {
      return bundles;
    }
    ServiceReference<?> reference = bundles.getServiceReference(type);
    if (reference == null) {
      throw new IllegalStateException("no bundle offers a " + type.getName());
    }
    return bundles.getService(reference);
  }
}
