package ${package};

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.event.ContainerEvent;
import dev.carrel.api.event.ContainerListener;
import org.osgi.service.component.annotations.Component;

/** Prints starts and ends of containers: being registered as a service is all it takes to be told. */
@Component
public final class Reporter implements ContainerListener {
  @Override
  public void happened(ContainerEvent event) {
    if (event instanceof ContainerEvent.Started) {
      System.err.println("started " + called(event.container()));
    } else if (event instanceof ContainerEvent.Ended ended) {
      System.err.println("ended " + called(event.container()) + ended.status().map(status -> " with " + status.shellStatus()).orElse(""));
    }
  }

  private static String called(ContainerInfo container) {
    return container.name().orElse(container.id());
  }
}
