package dev.carrel.api.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How packages that lie in one tree are made ready for use: as data. Whoever makes the profile runs it, in a container in which that
 * tree can be written, as a user who seems to be root, without network.
 */
@ConsumerType
public interface Configuration {
  /** A word that changes whenever this would make something else of the same packages. */
  String format();

  /** The same of certain packages, where it is not all of them that are configured. */
  default String format(Resolution resolution) {
    return format();
  }

  /**
   * A part of the packages that is configured before all others and whatever the others are, so that it need be done only once.
   * Empty if there is none that would be worth it.
   *
   * @param resolution packages that are in the store
   */
  default Optional<Resolution> base(Resolution resolution, Store store) throws IOException {
    return Optional.empty();
  }

  /**
   * Writes what the program needs into an empty directory. Empty if nothing has to be run.
   *
   * @param configured those of the packages that are configured already, in the tree that the program finds; empty: none
   * @param inside where that directory is in the container, to be read only
   * @param skipped names of packages whose scripts are not run
   */
  Optional<Program> prepare(Resolution resolution, Optional<Resolution> configured, Store store, Path material, Path inside, Set<String> skipped)
      throws IOException;

  /** What the script that ran last has printed, of all that the program wrote to its standard output. */
  String lastOutput(String output);

  /** What a line says that the program wrote to its standard error; everything it wants people to read goes to its standard output. */
  Optional<Report> report(String line);

  /**
   * A program that configures all packages. It ends at the first that cannot be configured, and fails then.
   *
   * @param steps how many {@link Report.Started} it is going to report
   */
  record Program(List<String> command, Map<String, String> environment, int steps) {
    public Program {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }
  }

  /** How far the program is. */
  sealed interface Report {
    /** A script of this package runs next. */
    record Started(String name) implements Report {
      public Started {
        Objects.requireNonNull(name);
      }
    }

    /**
     * A script of this package has failed.
     *
     * @param why as a sentence without its end: {@code "its postinst ended with status 1"}
     */
    record Failed(String name, String why) implements Report {
      public Failed {
        Objects.requireNonNull(name);
        Objects.requireNonNull(why);
      }
    }
  }
}
