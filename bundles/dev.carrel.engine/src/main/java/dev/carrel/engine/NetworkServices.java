package dev.carrel.engine;

import dev.carrel.api.network.NetworkProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Providers of networks, looked up when they are used: a reference would load them for who does without a network, too. */
final class NetworkServices implements Supplier<List<NetworkProvider>> {
  private final BundleContext context;

  NetworkServices(BundleContext context) {
    this.context = context;
  }

  @Override
  public List<NetworkProvider> get() {
    try {
      return present();
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    } catch (IllegalStateException e) {
      return List.of(); // this bundle was stopped, and sees no services any more
    }
  }

  private List<NetworkProvider> present() throws InvalidSyntaxException {
    List<NetworkProvider> present = new ArrayList<>();
    ServiceReference<?>[] references = context.getServiceReferences(NetworkProvider.class.getName(), null);
    if (references != null) {
      Arrays.sort(references, Collections.reverseOrder());
      for (ServiceReference<?> reference : references) {
        Object service = context.getService(reference);
        if (service != null) { // it has not gone just now
          present.add((NetworkProvider) service);
        }
      }
    }
    return present;
  }
}
