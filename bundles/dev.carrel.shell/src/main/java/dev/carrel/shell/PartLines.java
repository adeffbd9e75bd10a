package dev.carrel.shell;

import dev.carrel.api.event.PartEvent;
import dev.carrel.api.event.PartListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Tells which parts of this process's Carrel come and go, as long as it is not closed. */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"dev.carrel.api.event.PartListener\"", effective = "active")
final class PartLines implements EventLines, AutoCloseable {
  private final Queue<PartEvent> heard = new ConcurrentLinkedQueue<>();
  private final ServiceRegistration<PartListener> registration;

  PartLines(BundleContext context) {
    registration = context.registerService(PartListener.class, heard::add, null);
  }

  @Override
  public List<Map<String, Object>> next() {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (PartEvent event = heard.poll(); event != null; event = heard.poll()) {
      Map<String, Object> line = EventLines.line(event.time(), event instanceof PartEvent.Came ? "came" : "went");
      line.put("part", event.part().kind());
      line.put("name", event.part().name());
      line.put("bundle", event.part().bundle());
      lines.add(line);
    }
    return lines;
  }

  @Override
  public void close() {
    try {
      registration.unregister();
    } catch (IllegalStateException e) {
      return; // the shell's bundle was stopped meanwhile
    }
  }
}
