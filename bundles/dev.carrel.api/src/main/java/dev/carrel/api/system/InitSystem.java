package dev.carrel.api.system;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** What is PID 1 of a system and starts its services. Pure functions: nothing here touches a file. */
@ConsumerType
public interface InitSystem {
  /** The service property with the name by which a declaration chooses it. */
  String NAME = "carrel.init";

  /** Its name, as {@code s6}. */
  String name();

  /**
   * What has to be in a system so that it starts its services.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if it cannot do what is declared
   */
  InitTree tree(SystemDeclaration declaration);

  /** The command that, run inside as root, prints what a service does just now. */
  List<String> state(Service service);

  /** The command that, run inside as root, starts a service, and returns when it is up or cannot be. */
  List<String> start(Service service);

  /** The command that, run inside as root, stops a service. */
  List<String> stop(Service service);

  /** The file inside to which a service's output goes; empty: it is among the container's. */
  Optional<Path> log(Service service);

  /**
   * The commands that, run inside as root one after the other, take up the services whose files have come to their places in
   * place of those of another declaration. They compare what is there with what runs.
   */
  List<List<String>> change();
}
