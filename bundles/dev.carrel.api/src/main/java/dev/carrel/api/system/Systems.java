package dev.carrel.api.system;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Generation;
import java.nio.file.Path;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Builds systems and keeps their generations. */
@ProviderType
public interface Systems {
  /**
   * Makes the item of a system, or finds it.
   *
   * @param places where the declaration says what
   * @param refresh whether the lists of packages are fetched anew first
   * @throws dev.carrel.api.CarrelException of kind USAGE if there is no such init, package, user, time zone or program
   */
  BuiltSystem build(SystemDeclaration declaration, DeclarationPlaces places, boolean refresh, Progress progress);

  /** Makes a system the present generation of its name; if it is that already, there is no new one. */
  Generation keep(SystemName name, BuiltSystem system, Progress progress);

  /** The names of those that are kept. */
  List<SystemName> names();

  /**
   * The generations of a system, the oldest first.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if there is no such system
   */
  List<Generation> generations(SystemName name);

  /**
   * The present generation.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if there is no such system
   */
  Generation current(SystemName name);

  /** Goes back to the generation before the present one. */
  Generation rollBack(SystemName name);

  /** Goes to a generation that is there. */
  Generation switchTo(SystemName name, int number);

  /**
   * What is to be known to start a system that was built.
   *
   * @param item its directory, or a link to it
   * @throws dev.carrel.api.CarrelException of kind USAGE if it is none
   */
  SystemStart start(Path item);
}
