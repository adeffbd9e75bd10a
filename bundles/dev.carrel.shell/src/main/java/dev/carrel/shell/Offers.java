package dev.carrel.shell;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** The services there are at the moment, looked at one after the other and given back. */
final class Offers {
  private final BundleContext context;

  Offers(BundleContext context) {
    this.context = context;
  }

  /** Whether there is one. */
  boolean has(Class<?> type) {
    return context.getServiceReference(type) != null;
  }

  /** Visits all services of a type with their rankings, the highest first. */
  <T> void each(Class<T> type, BiConsumer<T, Integer> visitor) {
    for (ServiceReference<T> reference : references(type)) {
      T service = context.getService(reference);
      if (service != null) { // it may have gone away meanwhile
        try {
          visitor.accept(service, reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0);
        } finally {
          context.ungetService(reference);
        }
      }
    }
  }

  private <T> List<ServiceReference<T>> references(Class<T> type) {
    try {
      List<ServiceReference<T>> references = new ArrayList<>(context.getServiceReferences(type, null));
      references.sort(Comparator.reverseOrder());
      return references;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter has no syntax", e);
    }
  }
}
