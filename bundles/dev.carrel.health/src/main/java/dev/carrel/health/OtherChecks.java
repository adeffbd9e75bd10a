package dev.carrel.health;

import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Has {@code carrel doctor} tell what health checks of others find. Each is given a while: one that hangs hides none of the others. */
@Component(service = Check.class, property = OwnChecks.PASSED_ON + "=true")
public final class OtherChecks implements Check {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BundleContext context;
  private final Duration patience;

  @Activate
  public OtherChecks(BundleContext context) {
    this(context, PATIENCE);
  }

  OtherChecks(BundleContext context, Duration patience) {
    this.context = context;
    this.patience = patience;
  }

  @Override
  public List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    for (ServiceReference<HealthCheck> reference : references()) {
      HealthCheck check = context.getService(reference);
      if (check != null) { // it may have gone away meanwhile
        try {
          findings.add(finding(name(reference), check));
        } finally {
          context.ungetService(reference);
        }
      }
    }
    return findings;
  }

  private List<ServiceReference<HealthCheck>> references() {
    try {
      return context.getServiceReferences(HealthCheck.class, "(!(" + OwnChecks.PASSED_ON + "=*))").stream().sorted().toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("the filter has no variable part", e);
    }
  }

  private static String name(ServiceReference<HealthCheck> reference) {
    return reference.getProperty(HealthCheck.NAME) instanceof String name && !name.isBlank() ? name : reference.getBundle().getSymbolicName();
  }

  Finding finding(String name, HealthCheck check) {
    FutureTask<Result> task = new FutureTask<>(check::execute);
    Thread thread = new Thread(task, "carrel-check");
    thread.setDaemon(true);
    thread.start();
    try {
      Result result = task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return result == null ? limited(name, "this check found nothing, not even that all is well") : Verdicts.finding(name, result);
    } catch (ExecutionException e) {
      return limited(name, "this check failed: " + e.getCause());
    } catch (TimeoutException e) {
      task.cancel(true);
      return limited(name, "this check has not ended after " + patience.toSeconds() + " s");
    } catch (InterruptedException e) {
      task.cancel(true);
      Thread.currentThread().interrupt();
      return limited(name, "this check was interrupted");
    }
  }

  private static Finding limited(String name, String detail) {
    return new Finding(name, Level.LIMITED, detail, "tell who made it, or stop its bundle");
  }
}
