package dev.carrel.it;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Containers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Threads that start containers without pause until they are told to end. The last of them says its starts to the shell. */
final class SwapLoad {
  private static final int THREADS = 4;
  private static final int STATUS = 7;
  private static final String[] KINDS = {"silent", "piped", "killed", "detached", "limited", "networked"};

  private final BundleContext context;
  private final List<String> kinds;
  private final List<Thread> threads = new ArrayList<>();
  private final long[] begun = new long[THREADS];
  private final Map<String, Integer> counts = Collections.synchronizedMap(new TreeMap<>());
  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger attempts = new AtomicInteger();
  private volatile boolean over;

  /** @param without kinds that this user cannot have here */
  SwapLoad(BundleContext context, List<String> without) {
    this.context = context;
    this.kinds = new ArrayList<>(List.of(KINDS));
    kinds.removeAll(without);
  }

  void begin() {
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Thread thread = new Thread(() -> work(number), "load-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  int attempts() {
    return attempts.get();
  }

  /** What ended otherwise than it should have. */
  List<String> wrong() {
    return List.copyOf(wrong);
  }

  Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /** How long the start under way that was begun first is taking. */
  long oldestSeconds() {
    long oldest = 0;
    synchronized (begun) {
      for (long since : begun) {
        oldest = Math.max(oldest, since == 0 ? 0 : System.nanoTime() - since);
      }
    }
    return TimeUnit.NANOSECONDS.toSeconds(oldest);
  }

  void end(long seconds) throws InterruptedException {
    over = true;
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(seconds));
      if (thread.isAlive()) {
        throw new AssertionError("a start hangs");
      }
    }
  }

  private void work(int number) {
    int turn = number;
    while (!over) {
      attempt(number, number == THREADS - 1 ? "said" : kinds.get(turn % kinds.size()));
      turn++;
    }
  }

  private void attempt(int number, String kind) {
    mark(number, System.nanoTime());
    try {
      once(kind);
      counts.merge(kind + " started", 1, Integer::sum);
    } catch (CarrelException e) {
      if (e.kind() == CarrelException.Kind.UNAVAILABLE) {
        counts.merge(kind + " unavailable", 1, Integer::sum);
        LockSupport.parkNanos(1_000_000); // whoever swaps needs the processor, too
      } else {
        wrong(kind, e);
      }
    } catch (Throwable e) {
      wrong(kind, e);
    }
    mark(number, 0);
    attempts.incrementAndGet();
  }

  private void mark(int number, long time) {
    synchronized (begun) {
      begun[number] = time;
    }
  }

  private void wrong(String kind, Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    wrong.add(kind + ": " + text);
  }

  /** Starts one container and sees it to its end. */
  void once(String kind) throws Exception {
    switch (kind) {
      case "said" -> said();
      case "killed" -> killed();
      case "piped" -> piped();
      case "detached" -> detached();
      case "limited" -> ended(SwapSpecs.limited("exit " + STATUS));
      case "networked" -> ended(SwapSpecs.networked("exit " + STATUS));
      default -> ended(SwapSpecs.silent("exit " + STATUS));
    }
  }

  List<String> kinds() {
    List<String> all = new ArrayList<>(kinds);
    all.add("said");
    return all;
  }

  private Containers containers() {
    ServiceReference<Containers> reference = context.getServiceReference(Containers.class);
    Containers service = reference == null ? null : context.getService(reference);
    if (service == null) {
      throw CarrelException.unavailable("no container engine available");
    }
    return service;
  }

  private void ended(ContainerSpec spec) throws Exception {
    expect(STATUS, containers().start(spec));
  }

  private static void expect(int status, Container container) throws Exception {
    int got = container.exit().get(SwapRun.HANGING, TimeUnit.SECONDS).shellStatus();
    if (got != status) {
      throw new AssertionError("ended with " + got + " instead of " + status);
    }
  }

  private void killed() throws Exception {
    Container container = containers().start(SwapSpecs.silent("sleep 4321"));
    container.process().destroyForcibly();
    expect(137, container);
  }

  private void piped() throws Exception {
    Container container = containers().start(SwapSpecs.piped("read line; echo \"$line\"; exit " + STATUS));
    container.process().getOutputStream().write("words\n".getBytes(StandardCharsets.UTF_8));
    container.process().getOutputStream().close();
    String text = new String(container.process().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!text.equals("words\n")) {
      throw new AssertionError("said '" + text + "'");
    }
    expect(STATUS, container);
  }

  /** Its record stays; whoever ends the run removes it. */
  private void detached() throws Exception {
    expect(STATUS, containers().start(SwapSpecs.detached("exit " + STATUS)));
  }

  private void said() throws Exception {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    Object result;
    CommandProcessor processor = context.getService(context.getServiceReference(CommandProcessor.class));
    try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), text, text)) {
      session.put("SCOPE", "carrel:*");
      result = session.execute("run --no-cwd --ids=1 -- sh -c 'exit " + STATUS + "'");
    } catch (IllegalArgumentException e) {
      if (!e.getClass().getSimpleName().equals("CommandNotFoundException")) { // Gogo's own, which no bundle exports
        throw e;
      }
      throw CarrelException.unavailable("no command available");
    } catch (NullPointerException e) {
      if (!e.getStackTrace()[0].getClassName().startsWith("org.apache.felix.gogo.")) { // of a command that goes just then it says no better
        throw e;
      }
      throw CarrelException.unavailable("no command available");
    }
    String message = text.toString(StandardCharsets.UTF_8);
    if (result.equals(125) && (message.contains("start the bundle ") || message.contains("was stopped meanwhile"))) {
      throw CarrelException.unavailable(message);
    }
    if (!result.equals(STATUS)) {
      throw new AssertionError("ended with " + result + " instead of " + STATUS + ": " + message);
    }
  }
}
