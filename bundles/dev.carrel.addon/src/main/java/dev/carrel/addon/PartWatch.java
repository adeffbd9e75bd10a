package dev.carrel.addon;

import dev.carrel.api.event.Part;
import dev.carrel.api.event.PartEvent;
import dev.carrel.api.event.PartListener;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceEvent;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Tells which services of Carrel's contracts come and go. It is there as long as somebody listens. */
@Component(service = {}, immediate = true)
public final class PartWatch implements ServiceListener {
  private static final String CONTRACTS = "dev.carrel.api.";
  /** Who listens is no part. */
  private static final String LISTENERS = "dev.carrel.api.event.";
  /** How services are told apart that have the same contract. */
  private static final String NAMES = "carrel.";
  private static final long IDLE_SECONDS = 5;

  private final BundleContext context;
  private final List<PartListener> listeners = new CopyOnWriteArrayList<>();
  private final ThreadPoolExecutor thread;

  /** @throws InvalidSyntaxException never: the filter has no variable part */
  @Activate
  public PartWatch(BundleContext context) throws InvalidSyntaxException {
    this.context = context;
    thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
      Thread made = new Thread(work, "carrel-parts");
      made.setDaemon(true);
      return made;
    }, new ThreadPoolExecutor.DiscardPolicy()); // nobody listens any more
    thread.allowCoreThreadTimeOut(true);
    context.addServiceListener(this, "(" + Constants.OBJECTCLASS + "=" + CONTRACTS + "*)");
  }

  @Deactivate
  void deactivate() {
    context.removeServiceListener(this);
    thread.shutdown();
  }

  @Reference(cardinality = ReferenceCardinality.AT_LEAST_ONE, policy = ReferencePolicy.DYNAMIC)
  void addListener(PartListener listener) {
    listeners.add(listener);
  }

  void removeListener(PartListener listener) {
    listeners.remove(listener);
  }

  @Override
  public void serviceChanged(ServiceEvent event) {
    Bundle bundle = event.getServiceReference().getBundle();
    if (bundle == null) {
      return; // it came, and has gone meanwhile: the other event was told first
    }
    for (String contract : (String[]) event.getServiceReference().getProperty(Constants.OBJECTCLASS)) {
      if (contract.startsWith(CONTRACTS) && !contract.startsWith(LISTENERS)) {
        Part part = part(contract, event.getServiceReference(), bundle.getSymbolicName());
        if (event.getType() == ServiceEvent.REGISTERED) {
          tell(new PartEvent.Came(part, Instant.now()));
        } else if (event.getType() == ServiceEvent.UNREGISTERING) {
          tell(new PartEvent.Went(part, Instant.now()));
        }
      }
    }
  }

  private static Part part(String contract, ServiceReference<?> reference, String bundle) {
    String name = bundle;
    for (String key : reference.getPropertyKeys()) {
      if (key.startsWith(NAMES) && reference.getProperty(key) instanceof String value) {
        name = value;
      }
    }
    String simple = contract.substring(contract.lastIndexOf('.') + 1);
    return new Part(simple.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT), name, bundle);
  }

  private void tell(PartEvent event) {
    thread.execute(() -> {
      for (PartListener listener : listeners) {
        try {
          listener.happened(event);
        } catch (RuntimeException | LinkageError failure) {
          System.err.println("carrel: a listener failed to hear of " + event.part().name() + ": " + failure);
        }
      }
    });
  }
}
