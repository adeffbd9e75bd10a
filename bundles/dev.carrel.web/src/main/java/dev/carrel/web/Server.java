package dev.carrel.web;

import dev.carrel.api.CarrelException;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;

/**
 * A server of OSGi's HTTP Whiteboard on the loopback interface: the bundle of Felix's, which is installed and not started until then. It
 * reads its settings from properties of the framework when it starts, and what these do not have is a property of the system.
 */
final class Server implements AutoCloseable {
  private static final String BUNDLE = "org.apache.felix.http.jetty12";
  private static final String RUNTIME = "org.osgi.service.servlet.runtime.HttpServiceRuntime";
  private static final String PORT = "org.osgi.service.http.port";
  private static final String LOOPBACK = "127.0.0.1";
  private static final long PATIENCE_SECONDS = 10;
  private static final long LOOK_MILLIS = 20;
  /** A few who look, and no more. */
  private static final Map<String, String> SETTINGS = Map.of("org.apache.felix.http.host", LOOPBACK, "org.apache.felix.http.enable", "true",
      "org.apache.felix.https.enable", "false", "org.apache.felix.http.jetty.threadpool.max", "16", "org.apache.felix.http.timeout", "30000");

  private final Bundle bundle;
  private final int port;
  private ServiceRegistration<Servlet> pages;

  private Server(Bundle bundle, int port) {
    this.bundle = bundle;
    this.port = port;
  }

  /**
   * Starts it.
   *
   * @param wanted its port, or 0
   * @throws CarrelException if it cannot be
   */
  static Server start(BundleContext context, int wanted) {
    Bundle bundle = bundle(context);
    if (bundle.getState() == Bundle.ACTIVE) {
      throw CarrelException.failed("cannot serve the pages: this process has a server of HTTP already. Stop what started it, or have another Carrel do it:"
          + " carrel web on a command line of its own");
    }
    int port = free(wanted);
    Server server = new Server(bundle, port);
    set(port);
    try {
      bundle.start(Bundle.START_TRANSIENT);
    } catch (BundleException e) {
      unset();
      throw CarrelException.failed("cannot start the server of HTTP (bundle " + BUNDLE + "): " + e.getMessage(), e);
    }
    if (!begins(context, port)) {
      server.close();
      throw taken(port);
    }
    return server;
  }

  private static Bundle bundle(BundleContext context) {
    for (Bundle bundle : context.getBundles()) {
      if (BUNDLE.equals(bundle.getSymbolicName())) {
        return bundle;
      }
    }
    throw CarrelException.unavailable("cannot serve the pages: the bundle " + BUNDLE + " is missing. Install it (carrel> felix:install URL-OF-ITS-JAR)");
  }

  /** That port, or any; nobody listens there now. */
  private static int free(int wanted) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(LOOPBACK), wanted));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw wanted == 0 ? CarrelException.failed("cannot listen on " + LOOPBACK + ": " + e.getMessage(), e) : taken(wanted);
    }
  }

  private static CarrelException taken(int port) {
    return CarrelException.failed("cannot listen on " + LOOPBACK + ":" + port
        + ": the port is taken, or only root may listen there. Choose another with --port, or leave that out");
  }

  /** As long as it runs: it begins anew when ConfigAdmin tells it that it has nothing to say. */
  private static void set(int port) {
    SETTINGS.forEach(System::setProperty);
    System.setProperty(PORT, Integer.toString(port));
  }

  private static void unset() {
    SETTINGS.keySet().forEach(System::clearProperty);
    System.clearProperty(PORT);
  }

  /** Whether it listens before long. */
  private static boolean begins(BundleContext context, int port) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!listens(context, port)) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /** The server tells no error, but what it serves. */
  private static boolean listens(BundleContext context, int port) {
    ServiceReference<?> runtime = context.getServiceReference(RUNTIME);
    Object endpoints = runtime == null ? null : runtime.getProperty("osgi.http.endpoint");
    for (String endpoint : endpoints instanceof String[] many ? many : new String[] {String.valueOf(endpoints)}) {
      if (endpoint.startsWith("http://" + LOOPBACK + ":" + port + "/")) {
        return true;
      }
    }
    return false;
  }

  int port() {
    return port;
  }

  void serve(BundleContext context, Servlet servlet) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("osgi.http.whiteboard.servlet.pattern", "/*");
    pages = context.registerService(Servlet.class, servlet, properties);
  }

  @Override
  public void close() {
    try {
      if (pages != null) {
        pages.unregister();
      }
    } catch (IllegalStateException e) {
      // this bundle was stopped before
    }
    try {
      bundle.stop(Bundle.STOP_TRANSIENT);
    } catch (BundleException | IllegalStateException e) {
      System.err.println("carrel: the server of HTTP did not stop: " + e.getMessage());
    } finally {
      unset();
    }
  }
}
