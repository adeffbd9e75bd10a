package dev.carrel.it;

import dev.carrel.api.host.Host;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Store;
import dev.carrel.conformance.PackageSourceConformance;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Packages of Debian keep the contract of package sources, with Carrel's own store in directories of the test's. */
@ExtendWith(FelixExtension.class)
class PackageSourceIT extends PackageSourceConformance {
  private static final String COMPONENT = "dev.carrel.store.DirectoryStore";

  private final PackageSource source;
  private final Host host;
  private final Bundle bundle;
  private final Map<Path, Store> stores = new HashMap<>();

  PackageSourceIT(BundleContext context) {
    Services services = new Services(context);
    source = services.named(PackageSource.class, PackageSource.NAME, "debian");
    host = services.any(Host.class);
    bundle = Arrays.stream(context.getBundles()).filter(one -> one.getSymbolicName().equals("dev.carrel.store")).findFirst().orElseThrow();
  }

  @Override
  protected PackageSource source() {
    return source;
  }

  @Override
  protected String known() {
    return "hello";
  }

  /** As the service component runtime would make it for this directory. */
  @Override
  protected synchronized Store store(Path place) {
    return stores.computeIfAbsent(place, directory -> {
      try {
        return (Store) bundle.loadClass(COMPONENT).getConstructor(Host.class, Map.class).newInstance(host, Map.of("store.directory", directory.toString()));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError("the component of the store has changed", e);
      }
    });
  }

  @AfterEach
  void close() throws ReflectiveOperationException {
    for (Store store : new ArrayList<>(stores.values())) {
      Method deactivate = store.getClass().getDeclaredMethod("deactivate");
      deactivate.setAccessible(true);
      deactivate.invoke(store);
    }
    stores.clear();
  }
}
