package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** The services that commands use, and who offers them. */
record Services(String what, String bundle) {
  static final Services WORKPLACES = new Services("workplace service", "dev.carrel.environment");
  static final Services CONTAINERS = new Services("container engine", "dev.carrel.engine");
  static final Services FOREGROUND = new Services("terminal service", "dev.carrel.linux");
  static final Services BACKENDS = new Services("isolation backend", "dev.carrel.backend.namespace");
  static final Services STORE = new Services("store", "dev.carrel.store");
  static final Services SOURCES = new Services("package source", "dev.carrel.store.debian");
  static final Services PLANNER = new Services("mount planner", "dev.carrel.mount");

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
    return CarrelException.failed("no " + what + " available: " + remedy(context));
  }

  /** How to get it. Felix's start takes a bundle's number, not its name. */
  String remedy(BundleContext context) {
    for (Bundle candidate : context.getBundles()) {
      if (bundle.equals(candidate.getSymbolicName())) {
        return "start the bundle " + bundle + ", which offers one (carrel> felix:start " + candidate.getBundleId() + ")";
      }
    }
    return "install and start the bundle " + bundle + ", which offers one (carrel> felix:install URL-OF-ITS-JAR)";
  }
}
