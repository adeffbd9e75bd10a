package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.event.PartEvent;
import dev.carrel.api.event.PartListener;
import dev.carrel.api.isolation.IsolationBackend;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/** Whoever wants to know what happens is told. */
@ExtendWith(FelixExtension.class)
@Timeout(300)
class ObservationIT {
  private static final String BACKEND = "dev.carrel.backend.bubblewrap";

  @TempDir Path directory;

  private static Bundle bundle(BundleContext context, String name) {
    return Arrays.stream(context.getBundles()).filter(one -> name.equals(one.getSymbolicName())).findAny().orElseThrow();
  }

  private static void exchange(BundleContext context) throws Exception {
    Bundle backend = bundle(context, BACKEND);
    backend.stop();
    backend.start();
  }

  @Test
  void a_listener_hears_that_a_backend_went_and_came(BundleContext context) throws Exception {
    BlockingQueue<PartEvent> heard = new LinkedBlockingQueue<>();
    ServiceRegistration<PartListener> listening = context.registerService(PartListener.class, event -> {
      if (event.part().bundle().equals(BACKEND) && event.part().kind().equals("isolation-backend")) {
        heard.add(event);
      }
    }, null);
    exchange(context);
    PartEvent first = heard.poll(60, TimeUnit.SECONDS);
    PartEvent second = heard.poll(60, TimeUnit.SECONDS);
    listening.unregister();

    assertThat(first).isInstanceOfSatisfying(PartEvent.Went.class, event -> assertThat(event.part().name()).isEqualTo("bubblewrap"));
    assertThat(second).isInstanceOfSatisfying(PartEvent.Came.class, event -> assertThat(event.part()).isEqualTo(first.part()));
    exchange(context);
    assertThat(heard).as("who listens no more is told nothing").isEmpty();
    assertThat(context.getServiceReferences(IsolationBackend.class, "(" + IsolationBackend.NAME + "=bubblewrap)")).hasSize(1);
  }

  @Test
  void the_command_events_tells_what_comes_and_goes_in_its_process(BundleContext context, CommandProcessor processor) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Thread telling = new Thread(() -> {
      try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), text, text)) {
        session.execute("carrel:events");
      } catch (Exception e) {
        text.writeBytes(e.toString().getBytes(StandardCharsets.UTF_8));
      }
    });
    telling.start();
    try {
      // The first that it sees may be the second half of an exchange.
      while (!text.toString(StandardCharsets.UTF_8).contains(" came isolation-backend bubblewrap " + BACKEND + "\n")
          || !text.toString(StandardCharsets.UTF_8).contains(" went isolation-backend bubblewrap " + BACKEND + "\n")) {
        exchange(context);
        TimeUnit.MILLISECONDS.sleep(200);
      }
    } finally {
      telling.interrupt();
      telling.join(TimeUnit.SECONDS.toMillis(60));
    }
    // Gogo's own thread, on which the command runs, hears of it a little later.
    Await.until("the end of its listening", () -> context.getServiceReferences(PartListener.class, null).isEmpty());
  }

  @Test
  void collections_by_other_processes_are_told_as_they_come() throws Exception {
    Path store = directory.resolve("store");
    Path printed = directory.resolve("events");
    Files.writeString(directory.resolve("tool"), "#!/bin/sh\n");
    carrel(store, "store", "add", directory.resolve("tool").toString(), "--name=tool").says();
    carrel(store, "store", "forget", "tool").says();
    Process events = carrel(store, "events", "--json").start(printed);
    try {
      // It may not look yet, and of the first collection it sees it may see the end alone.
      while (!Files.readString(printed).contains("\"collecting\"") || !Files.readString(printed).endsWith("}\n") || !Files.readString(printed).contains("\"collected\"")) {
        assertThat(events.isAlive()).as(Files.readString(printed)).isTrue();
        carrel(store, "store", "gc").says();
        TimeUnit.MILLISECONDS.sleep(500);
      }
    } finally {
      events.destroy();
      events.waitFor();
    }
    assertThat(Files.readString(printed)).containsPattern("\"event\":\"collected\",\"items\":\\d+,\"bytes\":\\d+");
  }

  @Test
  void carrels_checks_are_health_checks_of_felix(BundleContext context) throws Exception {
    Class<?> type = bundle(context, "org.apache.felix.healthcheck.api").loadClass("org.apache.felix.hc.api.HealthCheck");
    BundleContext its = bundle(context, "dev.carrel.health").getBundleContext();
    List<String> names = new ArrayList<>();
    for (ServiceReference<?> reference : its.getServiceReferences(type.getName(), "(hc.tags=carrel)")) {
      names.add((String) reference.getProperty("hc.name"));
      Object result = type.getMethod("execute").invoke(its.getService(reference));
      assertThat(result).asString().as("of " + reference.getProperty("hc.name")).isNotEmpty();
      its.ungetService(reference);
    }
    assertThat(names).contains("dev.carrel.store.StoreCheck", "dev.carrel.backend.namespace.NamespaceCheck");
  }

  @Test
  void doctor_tells_what_a_health_check_of_others_finds(BundleContext context, CommandProcessor processor) throws Exception {
    Bundle api = bundle(context, "org.apache.felix.healthcheck.api");
    Class<?> type = api.loadClass("org.apache.felix.hc.api.HealthCheck");
    Class<?> status = api.loadClass("org.apache.felix.hc.api.Result$Status");
    Object result = api.loadClass("org.apache.felix.hc.api.Result").getConstructor(status, String.class).newInstance(status.getField("WARN").get(null), "it rains");
    Object check = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
        (proxy, method, arguments) -> method.getName().equals("execute") ? result : method.getName().equals("hashCode") ? 1 : null);
    String before = say(processor, "carrel:doctor");
    ServiceRegistration<?> registration = bundle(context, "dev.carrel.health").getBundleContext()
        .registerService(type.getName(), check, new Hashtable<>(Map.of("hc.name", "weather")));
    String after = say(processor, "carrel:doctor");
    registration.unregister();

    assertThat(before).doesNotContain("weather");
    assertThat(after).containsPattern("limited +weather +it rains");
    assertThat(say(processor, "carrel:doctor")).doesNotContain("weather");
  }

  @Test
  void metrics_count_what_this_process_starts_and_tell_what_there_is(BundleContext context, CommandProcessor processor) throws Exception {
    say(processor, "carrel:metrics"); // since then
    double before = figure(say(processor, "carrel:metrics"), "carrel_container_ends_total{status=\"3\"}");
    say(processor, "carrel:run --no-cwd -- sh -c 'exit 3'");
    Await.until("its end to be counted", // it is told on another thread
        () -> figure(say(processor, "carrel:metrics"), "carrel_container_ends_total{status=\"3\"}") >= before + 1);
    String text = say(processor, "carrel:metrics");
    assertThat(figure(text, "carrel_container_starts_total")).isGreaterThanOrEqualTo(1);
    assertThat(text).contains("\ncarrel_containers{state=\"running\"} ", "\n# TYPE carrel_store_items gauge\n", "\ncarrel_store_bytes ");
  }

  @Test
  void the_command_metrics_tells_of_containers_of_other_processes() throws Exception {
    Path store = directory.resolve("store");
    String id = carrel(store, "run", "-d", "--no-cwd", "--name=watched", "--", "sleep", "4321").says().strip();
    try {
      assertThat(carrel(store, "metrics").says()).contains("carrel_containers{state=\"running\"} 1.0\n");
    } finally {
      carrel(store, "stop", "--time=0", id).says();
    }
    assertThat(carrel(store, "metrics", "x").run().err()).contains("unknown word x");
  }

  /** 0 if it is not there. */
  private static double figure(String text, String name) {
    return text.lines().filter(line -> line.startsWith(name + " ")).mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findAny().orElse(0);
  }

  private static String say(CommandProcessor processor, String line) throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), text, text)) {
      session.execute(line);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private Carrel carrel(Path store, String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STORE", store.toString())
        .withVariable("CARREL_STATE", directory.resolve("state").toString());
  }
}
