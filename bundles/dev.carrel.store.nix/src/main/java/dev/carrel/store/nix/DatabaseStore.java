package dev.carrel.store.nix;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import dev.carrel.api.store.PackageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A store with a database of Nix's schema. Nothing is opened or looked for before it is needed. */
abstract class DatabaseStore implements HostStore {
  /** How long to try to read while others write, in milliseconds. */
  static final long PATIENCE = 10_000;
  /** Property of a component: the directory in which the logical paths are found. */
  static final String ROOT = "store.root";
  /** What names and versions may have, in Nix and Guix; @ is Guix's for a version. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+?][A-Za-z0-9._+?'-]*");

  private final String name;
  private final Map<String, String> environment;
  private final long patience;
  private Place place;

  DatabaseStore(String name, Map<String, String> environment, long patience) {
    this.name = name;
    this.environment = Map.copyOf(environment);
    this.patience = patience;
  }

  /** Where it is, as the component's properties or the environment say. */
  abstract Place locate();

  final Map<String, String> environment() {
    return environment;
  }

  private synchronized Place place() {
    if (place == null) {
      place = locate();
    }
    return place;
  }

  private Profiles profiles() {
    return Profiles.of(place(), environment);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean holds(Path path) {
    try {
      return place().isItem(place().follow(path));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String state(List<PackageRequest> wanted) {
    StringBuilder state = new StringBuilder(place().root().toString());
    boolean names = false;
    for (PackageRequest request : wanted) {
      if (request.name().startsWith("/")) {
        state.append(' ').append(Finder.followed(place(), request));
      } else {
        names = true;
      }
    }
    // What a path needs never changes; what a name means does.
    return names ? state.append(' ').append(profiles().current()).append(' ').append(database()).toString() : state.toString();
  }

  private String database() {
    try {
      return DatabaseFiles.now(place().database()).fingerprint();
    } catch (IOException e) {
      return "unreadable"; // to read it will say why
    }
  }

  @Override
  public Installation resolve(List<PackageRequest> wanted, boolean build, Progress progress) {
    for (PackageRequest request : wanted) {
      check(request);
    }
    Tool tool = new Tool(place(), environment);
    Map<PackageRequest, List<Path>> built = new LinkedHashMap<>();
    Reader reader = new Reader(place(), patience);
    if (build) {
      for (PackageRequest request : missing(reader, wanted)) {
        built.put(request, mainOutputs(tool.realize(request, progress)));
      }
    }
    return reader.read(connection -> installation(new Finder(new Catalog(connection, place()), profiles()), wanted, built, tool));
  }

  private void check(PackageRequest request) {
    boolean path = request.name().startsWith("/");
    if (!path && !NAME.matcher(request.name()).matches() || !NAME.matcher(request.version().orElse("0")).matches()) {
      throw CarrelException.usage("'" + request + "' is no name of a package of " + place().title()
          + ": these have letters, digits and + - . _ ?. Write " + name + ":NAME, " + name + ":NAME=VERSION or a path of " + place().items());
    }
  }

  /** What has to be built. Where there is no store yet, its own tool makes it. */
  private List<PackageRequest> missing(Reader reader, List<PackageRequest> wanted) {
    if (!place().isThere()) {
      return wanted;
    }
    return reader.read(connection -> {
      List<PackageRequest> missing = new ArrayList<>();
      for (PackageRequest request : wanted) {
        if (new Finder(new Catalog(connection, place()), profiles()).find(request).isEmpty()) {
          missing.add(request);
        }
      }
      return missing;
    });
  }

  /** A tool tells all outputs; documentation and headers come when they are asked for. */
  private static List<Path> mainOutputs(List<Path> outputs) {
    List<Path> main = outputs.stream().filter(item -> ItemName.of(item).map(name -> name.output().isEmpty()).orElse(true)).toList();
    return main.isEmpty() ? outputs : main;
  }

  private Installation installation(Finder finder, List<PackageRequest> wanted, Map<PackageRequest, List<Path>> built, Tool tool)
      throws SQLException {
    Set<Path> packages = new LinkedHashSet<>();
    for (PackageRequest request : wanted) {
      if (built.containsKey(request)) {
        packages.addAll(built.get(request));
      } else {
        Optional<Path> found = finder.find(request);
        packages.add(found.isPresent() ? found.get() : refuse(finder, request, tool));
      }
    }
    List<Path> closure = finder.closure(packages);
    Map<Path, Path> links = new Links(finder).find(packages, closure);
    Set<Path> roots = new LinkedHashSet<>(packages);
    links.values().forEach(target -> roots.add(place().item(target)));
    for (Path root : roots) {
      if (!Finder.contains(closure, root)) {
        closure = finder.closure(roots);
      }
    }
    List<Item> items = new ArrayList<>(closure.size());
    Path onHost = place().onHost(place().items());
    for (Path item : closure) {
      items.add(new Item(item, place().isHosts() ? item : onHost.resolve(item.getFileName())));
    }
    return new Installation(name, List.copyOf(packages), items, links, SearchPaths.of(place(), packages));
  }

  private Path refuse(Finder finder, PackageRequest request, Tool tool) throws SQLException {
    if (request.name().startsWith("/")) {
      Path item = Finder.followed(place(), request);
      boolean there = Files.exists(place().onHost(item));
      throw CarrelException.failed("cannot use " + item + ": it is not valid in " + place().database() + (there
          ? ", though something is there: what is left of it may be incomplete" : ", and nothing is there") + ". " + tool.advice());
    }
    List<String> nearest = finder.nearest(request.name());
    throw CarrelException.usage("there is no " + name + ":" + request + ": no profile of yours and no item of " + place().items() + " has it"
        + (nearest.isEmpty() ? ". " : "; did you mean " + String.join(" or ", nearest) + "? ") + tool.advice());
  }

  @Override
  public Optional<Path> roots() {
    Path roots = place().onHost(place().state().resolve("gcroots"));
    Path auto = roots.resolve("auto");
    if (!Files.exists(auto) && Files.isDirectory(roots) && Files.isWritable(roots)) {
      return Optional.of(auto); // Nix makes it with the first root; whoever may write beside it may make it as well
    }
    List<Path> candidates = new ArrayList<>(List.of(auto));
    String user = environment.getOrDefault("USER", environment.getOrDefault("LOGNAME", ""));
    if (!user.isEmpty() && user.indexOf('/') < 0 && !user.startsWith(".")) {
      candidates.add(roots.resolve("per-user").resolve(user));
      candidates.add(place().onHost(place().state().resolve("profiles/per-user")).resolve(user)); // gcroots/profiles leads to profiles
    }
    for (Path candidate : candidates) {
      if (Files.isDirectory(candidate) && Files.isWritable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
