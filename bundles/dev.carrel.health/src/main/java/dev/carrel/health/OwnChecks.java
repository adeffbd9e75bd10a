package dev.carrel.health;

import dev.carrel.api.host.Check;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Offers each of Carrel's checks as a health check, with the tag {@code carrel}, to whoever executes such. */
@Component(service = {}, immediate = true)
public final class OwnChecks {
  /** Property of what only passes on the other kind: that is not passed back. */
  static final String PASSED_ON = "carrel.health";
  private static final String TAG = "carrel";

  private final BundleContext context;
  private final Map<ServiceReference<Check>, ServiceRegistration<HealthCheck>> offered = new ConcurrentHashMap<>();

  @Activate
  public OwnChecks(BundleContext context) {
    this.context = context;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, target = "(!(" + PASSED_ON + "=*))")
  void addCheck(ServiceReference<Check> reference) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(HealthCheck.NAME, String.valueOf(reference.getProperty("component.name")));
    properties.put(HealthCheck.TAGS, new String[] {TAG});
    properties.put(PASSED_ON, true);
    HealthCheck check = () -> execute(reference);
    try {
      offered.put(reference, context.registerService(HealthCheck.class, check, properties));
    } catch (IllegalStateException e) {
      return; // this bundle is being stopped
    }
  }

  void removeCheck(ServiceReference<Check> reference) {
    ServiceRegistration<HealthCheck> registration = offered.remove(reference);
    if (registration != null) {
      try {
        registration.unregister();
      } catch (IllegalStateException e) {
        return; // this bundle is being stopped
      }
    }
  }

  private Result execute(ServiceReference<Check> reference) {
    Check check = context.getService(reference);
    if (check == null) {
      return new Result(Status.TEMPORARILY_UNAVAILABLE, "its bundle was stopped");
    }
    try {
      return Verdicts.result(check.examine());
    } finally {
      context.ungetService(reference);
    }
  }
}
