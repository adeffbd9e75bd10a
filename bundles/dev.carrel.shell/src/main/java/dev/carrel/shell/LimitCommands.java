package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.Containers;
import dev.carrel.api.host.Foreground;
import dev.carrel.api.resource.Limits;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What containers that run may consume, and do. */
@Component(
    service = LimitCommands.class,
    property = {
      "osgi.command.scope=carrel",
      "osgi.command.function=update",
      "osgi.command.function=top"
    })
public final class LimitCommands {
  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Containers containers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Foreground foreground;

  @Activate
  public LimitCommands(BundleContext context) {
    this.context = context;
  }

  private Containers containers() {
    return Services.present(containers, Services.CONTAINERS, context);
  }

  /** Changes limits. */
  public int update(String... arguments) {
    Options options = new Options();
    LimitOptions.addTo(options);
    return LifeLine.run("update", LimitHelp.UPDATE, options, arguments, context, line -> {
      Limits limits = LimitOptions.of("update", line.line().getOptions());
      if (limits.isEmpty()) {
        throw line.usage("what is to be changed? Say for example --memory=512M");
      }
      if (line.operands().isEmpty()) {
        throw line.usage("which container? Give its name or its id");
      }
      int status = 0;
      for (String word : line.operands()) {
        try {
          ContainerHandle container = LifeLine.find(containers(), word);
          container.update(limits);
        } catch (CarrelException e) {
          status = Outcome.of(e, context);
        }
      }
      return status;
    });
  }

  /** Shows what containers consume, again and again. */
  public int top(String... arguments) {
    Options options = new Options().addOption(null, "json", false, "").addOption("1", "once", false, "").addOption("s", "sort", true, "")
        .addOption("i", "interval", true, "");
    return LifeLine.run("top", LimitHelp.TOP, options, arguments, context, line -> new TopPrinter(containers(), line).print(
        ForCaller.foreground(foreground, context).stdio().terminal().isPresent()));
  }
}
