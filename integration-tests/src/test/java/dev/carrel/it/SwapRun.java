package dev.carrel.it;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerLog;
import dev.carrel.api.container.Containers;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.resource.ResourceController;
import dev.carrel.launcher.OsgiRuntime;
import java.io.BufferedReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * Swaps bundles while containers start, in a JVM of its own. Arguments: how many operations, a seed. Prints what was done; ends with 1 if a start
 * hung, failed otherwise than for want of a service, or left something, or if one of two containers that run all the time has noticed.
 */
final class SwapRun {
  static final long HANGING = 300; // seconds
  private static final String HANGS = "takes longer than " + HANGING + " s";
  /** So many starts are begun between two operations. */
  private static final int PACE = 8;

  private final BundleContext context;
  private final List<String> without = new ArrayList<>();

  private SwapRun(BundleContext context) {
    this.context = context;
  }

  public static void main(String[] arguments) throws Exception {
    int status = 1;
    OsgiRuntime felix = OsgiRuntime.of(Checkout.underTest().distribution(), Files.createTempDirectory("carrel-swap"),
        Map.of(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, FelixExtension.sharedPackages(), "carrel.settings.own", Path.of("settings").toAbsolutePath().toString()));
    try {
      new SwapRun(felix.context()).run(Integer.parseInt(arguments[0]), Long.parseLong(arguments[1]));
      felix.stop();
      await("the end of all child processes", () -> ProcessHandle.current().children().findAny().isEmpty());
      status = 0;
    } catch (Throwable e) {
      e.printStackTrace(System.out);
      if (String.valueOf(e.getMessage()).contains(HANGS)) {
        Thread.getAllStackTraces().forEach((thread, stack) -> System.out.println(thread.getName() + "\n\t" + join(stack)));
      }
    }
    System.out.flush();
    Runtime.getRuntime().halt(status);
  }

  private static String join(StackTraceElement[] stack) {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement element : stack) {
      text.append(element).append("\n\t");
    }
    return text.toString();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANGING);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " " + HANGS);
      }
      Thread.sleep(5);
    }
  }

  private Optional<Containers> engine() {
    return service(Containers.class);
  }

  private <T> Optional<T> service(Class<T> type) {
    ServiceReference<T> reference = context.getServiceReference(type);
    return reference == null ? Optional.empty() : Optional.ofNullable(context.getService(reference));
  }

  private void run(int operations, long seed) throws Exception {
    lookWhatCanBeHad();
    Container held = engine().orElseThrow().start(SwapSpecs.piped("while read line; do echo \"got $line\"; done; exit 3"));
    String detached = engine().orElseThrow().start(SwapSpecs.detached("i=0; while :; do echo $i; i=$((i+1)); sleep 0.1; done")).id();
    long pid = engine().orElseThrow().find(detached).orElseThrow().info().pid();
    SwapLoad load = new SwapLoad(context, without);
    SwapScript script = new SwapScript(context, seed);
    load.begin();
    for (int i = 1; i <= operations; i++) {
      int before = load.attempts();
      await("another start", () -> load.attempts() >= before + PACE);
      System.out.println(i + " " + script.next());
      check(load);
    }
    script.end();
    load.end(HANGING);
    check(load);
    System.out.println("starts: " + load.counts());
    for (String kind : load.kinds()) {
      load.once(kind);
    }
    livesOn(held);
    livesOn(detached, pid);
    collect();
  }

  /** An ordinary user may have no control groups, and no network here. */
  private void lookWhatCanBeHad() {
    if (service(ResourceController.class).flatMap(ResourceController::unavailable).isPresent()) {
      without.add("limited");
    }
    if (!User.weAreRoot() || service(NetworkProvider.class).flatMap(NetworkProvider::unavailable).isPresent()) {
      without.add("networked");
    }
    System.out.println("without " + without);
  }

  private static void check(SwapLoad load) {
    if (load.oldestSeconds() > HANGING) {
      throw new AssertionError("a start " + HANGS);
    }
    if (!load.wrong().isEmpty()) {
      throw new AssertionError(String.join("\n", load.wrong()));
    }
  }

  /** One that was started by an engine that has gone since: its streams, its status. */
  private static void livesOn(Container held) throws Exception {
    OutputStream in = held.process().getOutputStream();
    BufferedReader out = held.process().inputReader();
    in.write("words\n".getBytes(StandardCharsets.UTF_8));
    in.flush();
    String line = out.readLine();
    in.close();
    int status = held.exit().get(HANGING, TimeUnit.SECONDS).shellStatus();
    if (!"got words".equals(line) || status != 3) {
      throw new AssertionError("the container that was held said " + line + " and ended with " + status);
    }
  }

  /** One that whoever is there now finds by its record. */
  private void livesOn(String detached, long pid) throws Exception {
    ContainerHandle found = engine().orElseThrow().find(detached).orElseThrow();
    if (found.info().state() != ContainerInfo.State.RUNNING || found.info().pid() != pid) {
      throw new AssertionError("the detached container is " + found.info());
    }
    ContainedProcess entered = found.exec(SwapSpecs.program("sh", "-c", "exit 5"), Optional.empty());
    if (entered.exit().get(HANGING, TimeUnit.SECONDS).shellStatus() != 5) {
      throw new AssertionError("a program in the detached container ended with " + entered.exit().join());
    }
    StringBuilder text = new StringBuilder();
    try (ContainerLog log = found.log()) {
      Optional<ContainerLog.Piece> piece = log.next(Duration.ZERO);
      while (piece.isPresent()) {
        text.append(new String(piece.get().bytes(), StandardCharsets.UTF_8));
        piece = log.next(Duration.ZERO);
      }
    }
    String[] lines = text.toString().split("\n");
    for (int i = 0; i < lines.length - 1; i++) { // the last may be written just now
      if (!lines[i].equals(Integer.toString(i))) {
        throw new AssertionError("line " + i + " of the detached container is " + lines[i]);
      }
    }
    found.stop(Duration.ZERO);
  }

  /** Nothing is to be left but what could not be removed before: records, and what only clean removes. */
  private void collect() throws Exception {
    Containers engine = engine().orElseThrow();
    for (ContainerHandle one : engine.all()) {
      if (one.info().state() != ContainerInfo.State.ENDED) {
        throw new AssertionError("runs still: " + one.info());
      }
      engine.remove(one);
    }
    System.out.println("cleaned: " + engine.clean());
    if (!engine.all().isEmpty() || !engine.list().isEmpty()) {
      throw new AssertionError("known still: " + engine.all());
    }
    if (!without.contains("networked")) {
      List<String> links = Host.says("ip", "-oneline", "link").lines().toList();
      if (links.size() != 1) { // the loopback interface
        throw new AssertionError("left: " + links);
      }
    }
  }
}
