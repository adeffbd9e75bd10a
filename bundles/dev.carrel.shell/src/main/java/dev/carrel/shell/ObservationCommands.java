package dev.carrel.shell;

import dev.carrel.api.metrics.Metrics;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** For who watches. */
@Component(
    service = ObservationCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=metrics"})
public final class ObservationCommands {
  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Metrics metrics;

  @Activate
  public ObservationCommands(BundleContext context) {
    this.context = context;
  }

  /** Prints figures. */
  public int metrics(String... arguments) {
    return LifeLine.run("metrics", ObservationHelp.METRICS, new Options(), arguments, context, line -> {
      line.noOperands();
      System.out.print(Services.present(metrics, Services.METRICS, context).text());
      return 0;
    });
  }
}
