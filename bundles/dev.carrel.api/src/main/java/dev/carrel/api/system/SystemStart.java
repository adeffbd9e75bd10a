package dev.carrel.api.system;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is to be known to start a system that was built. It is read from one small file of the item, without a declaration's parser.
 *
 * @param item the directory of the system
 * @param profile the tree of its packages
 * @param init the name of its {@link InitSystem}
 * @param command the program that is PID 1, and its arguments
 * @param stopSignal the signal that makes it end in order
 * @param initOptions words of {@code carrel run} that say what the init needs of its container
 * @param locale the variable LANG
 * @param options words of {@code carrel run} that say how the container is started besides: network, ports, limits
 * @param persistent the directories that stay
 * @param homes the home directories of users, which are made at each start where they are not there
 * @param modes the modes of what is in {@link #files()} and has no usual one, by paths inside: an item knows no modes
 * @param services by their names
 * @param change the commands by which a running system takes up changed services, see {@link InitSystem#change()}
 * @param omitted what was left out, a sentence each
 */
public record SystemStart(
    Path item,
    SystemName name,
    Path profile,
    String hostname,
    String init,
    List<String> command,
    String stopSignal,
    List<String> initOptions,
    String locale,
    List<String> options,
    List<SystemMapping> mappings,
    List<Kept> persistent,
    List<Kept> homes,
    Map<Path, Integer> modes,
    Map<String, ServiceCommands> services,
    List<List<String>> change,
    List<String> omitted) {
  /** A directory that belongs to somebody. */
  public record Kept(Path path, long uid, long gid, int mode) {}

  /** How a service is asked for its state, started and stopped by commands inside, and the file inside with its output. */
  public record ServiceCommands(List<String> state, List<String> start, List<String> stop, Optional<Path> log) {
    public ServiceCommands {
      state = List.copyOf(state);
      start = List.copyOf(start);
      stop = List.copyOf(stop);
      Objects.requireNonNull(log);
    }
  }

  public SystemStart {
    Objects.requireNonNull(item);
    Objects.requireNonNull(name);
    Objects.requireNonNull(profile);
    command = List.copyOf(command);
    initOptions = List.copyOf(initOptions);
    options = List.copyOf(options);
    mappings = List.copyOf(mappings);
    persistent = List.copyOf(persistent);
    homes = List.copyOf(homes);
    modes = Map.copyOf(modes);
    services = Collections.unmodifiableMap(new TreeMap<>(services));
    change = change.stream().map(List::copyOf).toList();
    omitted = List.copyOf(omitted);
  }

  /** The tree that is laid over the profile's: {@code etc} and whatever the init has elsewhere, each at its path inside. */
  public Path files() {
    return item.resolve("files");
  }
}
