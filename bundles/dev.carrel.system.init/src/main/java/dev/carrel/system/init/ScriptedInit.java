package dev.carrel.system.init;

import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.InitTree.Omission;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An init that has a directory for each service, with scripts of the same names around it: {@code boot}, {@code stop},
 * {@code service} and {@code change}. Its package is called as it is.
 */
abstract sealed class ScriptedInit implements InitSystem permits S6Init, RunitInit, SystemdInit {
  private static final List<String> SCRIPTS = List.of("boot", "stop", "service", "change");

  private final String name;

  ScriptedInit(String name) {
    this.name = name;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final InitTree tree(SystemDeclaration declaration) {
    BareMetal fitting = BareMetal.of(declaration);
    TreeFiles files = new TreeFiles();
    for (String script : SCRIPTS) {
      files.program(script, text(script));
    }
    addOwn(fitting.services(), files);
    files.order(StartOrder.steps(fitting.services()));
    for (Service service : fitting.services()) {
      add(service, new ServiceScripts(service, declaration), "services/" + service.name() + "/", files);
    }
    List<String> packages = new ArrayList<>(fitting.packages());
    packages.add(name);
    List<Omission> omitted = new ArrayList<>(fitting.omitted());
    omitted.addAll(omitted());
    return new InitTree(packages, files.files(), List.of(TreeFiles.ROOT.resolve("boot").toString()), stopSignal(), options(), omitted);
  }

  /** A script that is the same in every system with this init. */
  final String text(String script) {
    return Resource.text(name + "/" + script);
  }

  /** Adds what only this init needs: nothing, for most. */
  void addOwn(List<Service> services, TreeFiles files) {}

  /** What has it stop all services in order and end. */
  String stopSignal() {
    return "TERM";
  }

  /** What its container needs, in words of {@code carrel run}. */
  List<String> options() {
    return List.of();
  }

  /** What of its own is left out, as it makes no sense in a container. */
  List<Omission> omitted() {
    return List.of();
  }

  /**
   * Adds the directory of a service.
   *
   * @param place its path, with a slash behind
   */
  abstract void add(Service service, ServiceScripts scripts, String place, TreeFiles files);

  @Override
  public final List<String> state(Service service) {
    return control("state", service);
  }

  @Override
  public final List<String> start(Service service) {
    return control("start", service);
  }

  @Override
  public final List<String> stop(Service service) {
    return control("stop", service);
  }

  private static List<String> control(String verb, Service service) {
    return List.of(TreeFiles.ROOT.resolve("service").toString(), verb, service.name());
  }

  @Override
  public Optional<Path> log(Service service) {
    return service.log().map(log -> Path.of("/var/log", service.name(), "current"));
  }

  @Override
  public final List<List<String>> change() {
    return List.of(List.of(TreeFiles.ROOT.resolve("change").toString()));
  }
}
