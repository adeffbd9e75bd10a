package dev.carrel.engine;

import dev.carrel.api.event.ContainerEvent;
import dev.carrel.api.event.ContainerListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Whoever wants to know what becomes of containers. There is no such object, and no thread, before somebody does. */
final class Listeners {
  private static final long IDLE_SECONDS = 5;

  /** By what they were added as: how each is told. */
  private final Map<Object, Consumer<ContainerEvent>> told = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor thread;

  private Listeners() {
    thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
      Thread made = new Thread(work, "carrel-events");
      made.setDaemon(true);
      return made;
    });
    thread.allowCoreThreadTimeOut(true);
  }

  /** Those that are there, or new ones. */
  static Listeners of(AtomicReference<Listeners> present) {
    return present.updateAndGet(there -> there == null ? new Listeners() : there);
  }

  /** A service, which is got when there is something to tell. */
  void add(BundleContext context, ServiceReference<ContainerListener> reference) {
    Offer<ContainerListener> offer = new Offer<>(context, reference);
    told.put(reference, event -> {
      ContainerListener listener = offer.get();
      if (listener != null) {
        try {
          listener.happened(event);
        } finally {
          context.ungetService(reference);
        }
      }
    });
  }

  void add(ContainerListener listener) {
    told.put(listener, listener::happened);
  }

  void remove(Object listener) {
    told.remove(listener);
  }

  boolean any() {
    return !told.isEmpty();
  }

  void tell(ContainerEvent event) {
    thread.execute(() -> told.values().forEach(listener -> tell(listener, event)));
  }

  private static void tell(Consumer<ContainerEvent> listener, ContainerEvent event) {
    try {
      listener.accept(event);
    } catch (RuntimeException | LinkageError failure) {
      System.err.println("carrel: a listener failed to hear of container " + event.container().id() + ": " + failure);
    }
  }
}
