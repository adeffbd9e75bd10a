package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The services that commands use, and who offers them. */
record Services(String what, String bundle) {
  private static final String START = "start the bundle ";
  private static final String OFFER = ", which offers one";

  static final Services WORKPLACES = new Services("workplace service", "dev.carrel.environment");
  static final Services CONTAINERS = new Services("container engine", "dev.carrel.engine");
  static final Services FOREGROUND = new Services("terminal service", "dev.carrel.linux");
  static final Services BACKENDS = new Services("isolation backend", "dev.carrel.backend.namespace");
  static final Services STORE = new Services("store", "dev.carrel.store");
  static final Services PROFILES = new Services("profile service", "dev.carrel.store");
  static final Services INSTALLATIONS = new Services("installation service", "dev.carrel.environment");
  static final Services SOURCES = new Services("package source", "dev.carrel.store.debian");
  static final Services LOCKS = new Services("lock service", "dev.carrel.environment");
  static final Services DECLARATIONS = new Services("reader of manifests", "dev.carrel.toml");
  static final Services SYSTEMS = new Services("builder of systems", "dev.carrel.system");
  static final Services PLANNER = new Services("mount planner", "dev.carrel.mount");

  static final Services METRICS = new Services("metrics service", "dev.carrel.metrics");
  static final Services WEB = new Services("service of web pages", "dev.carrel.web");
  static final Services RESIDENCE = new Services("resident service", "dev.carrel.resident");
  static final Services ADDONS = new Services("add-on service", "dev.carrel.addon");
  static final Services SETTINGS = new Services("settings service", "dev.carrel.configuration");
  static final Services NETWORKS = new Services("network provider", "dev.carrel.network.veth");

  /**
   * A service that has to be there.
   *
   * @throws CarrelException naming the bundle that offers it
   */
  static <T> T present(T service, Services kind, BundleContext context) {
    if (service == null) {
      throw kind.missing(context);
    }
    return service;
  }

  CarrelException missing(BundleContext context) {
    return CarrelException.unavailable("no " + what + " available: " + remedy(context));
  }

  /** How to get it. */
  String remedy(BundleContext context) {
    for (Bundle candidate : bundles(context)) {
      if (bundle.equals(candidate.getSymbolicName())) {
        return withNumber(START + bundle + OFFER, context);
      }
    }
    return "install and start the bundle " + bundle + OFFER + " (carrel> felix:install URL-OF-ITS-JAR)";
  }

  /**
   * Adds to the advice to start a bundle, whoever gave it, what to type: Felix's start takes a number, and no name. A bundle
   * that runs already waits for one that does not: then the advice is to start that.
   */
  static String withNumber(String message, BundleContext context) {
    int begin = message.indexOf(START);
    if (begin < 0 || !message.endsWith(OFFER)) {
      return message;
    }
    String name = message.substring(begin + START.length(), message.length() - OFFER.length());
    for (Bundle candidate : bundles(context)) {
      if (name.equals(candidate.getSymbolicName())) {
        Bundle stopped = candidate.getState() == Bundle.ACTIVE ? stopped(context) : null;
        return stopped == null
            ? message + number(candidate)
            : message.substring(0, begin) + START + stopped.getSymbolicName() + ", which " + name + " needs" + number(stopped);
      }
    }
    return message;
  }

  /** None once the bundle of the commands was itself stopped meanwhile: it sees no others any more. */
  private static Bundle[] bundles(BundleContext context) {
    try {
      return context.getBundles();
    } catch (IllegalStateException e) {
      return new Bundle[0];
    }
  }

  private static Bundle stopped(BundleContext context) {
    for (Bundle candidate : bundles(context)) {
      if (candidate.getState() == Bundle.RESOLVED && candidate.getSymbolicName().startsWith("dev.carrel.")) {
        return candidate;
      }
    }
    return null;
  }

  private static String number(Bundle bundle) {
    return " (carrel> felix:start " + bundle.getBundleId() + ")";
  }
}
