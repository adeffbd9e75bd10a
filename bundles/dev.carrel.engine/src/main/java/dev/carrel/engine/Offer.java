package dev.carrel.engine;

import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A service that is got when it is wanted; null if it has gone meanwhile. */
record Offer<T>(BundleContext context, ServiceReference<T> reference) implements Supplier<T> {
  @Override
  public T get() {
    try {
      return context.getService(reference);
    } catch (IllegalStateException e) {
      return null; // this bundle was stopped, and sees no services any more
    }
  }
}
