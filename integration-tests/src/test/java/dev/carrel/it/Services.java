package dev.carrel.it;

import java.util.Collection;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Services that bundles in Felix offer. */
record Services(BundleContext context) {
  /** The one that has a value in a property. */
  <T> T named(Class<T> type, String property, String value) {
    try {
      Collection<ServiceReference<T>> found = context.getServiceReferences(type, "(" + property + "=" + value + ")");
      if (found.isEmpty()) {
        throw new AssertionError("no bundle offers a " + type.getSimpleName() + " with " + property + "=" + value);
      }
      return context.getService(found.iterator().next());
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e);
    }
  }

  <T> T any(Class<T> type) {
    return context.getService(context.getServiceReference(type));
  }
}
