package dev.carrel.shell;

import dev.carrel.api.CarrelException;

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
  static <T> T present(T service, Services kind) {
    if (service == null) {
      throw CarrelException.failed("no " + kind.what + " available: " + kind.remedy());
    }
    return service;
  }

  /** How to get it. */
  String remedy() {
    return "start the bundle " + bundle + ", which offers one (felix:start " + bundle + ")";
  }
}
