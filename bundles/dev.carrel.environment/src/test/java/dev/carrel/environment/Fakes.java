package dev.carrel.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.WorkplaceRequest.GuestRange;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.SubordinateIds;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.Closure;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.HostStore;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A host, a store and a package source made by hand, and a request that is changed as a test needs it. */
final class Fakes {
  private Fakes() {}

  record FakeHost(Account account, List<Group> groups, SubordinateIds subordinateIds) implements Host {
    private static final SubordinateIds NO_IDS = new SubordinateIds(List.of(), List.of());

    FakeHost(Account account, List<Group> groups) {
      this(account, groups, NO_IDS);
    }

    @Override
    public boolean administers() {
      return account.uid() == 0;
    }

    static FakeHost user(Path home) {
      return new FakeHost(new Account("ada", 1234, 5678, "Ada L.", home, "/bin/zsh"),
          List.of(new Group("ada", 5678), new Group("staff", 50)));
    }

    @Override
    public void sync(Path anyFileOfIt) {}
  }

  /** Writes down what it was asked, so that a test can see what was not. */
  static final class FakeStore implements Store {
    final List<String> calls = new ArrayList<>();
    final Set<StorePath> valid = new HashSet<>();
    final Map<String, StorePath> remembered = new HashMap<>();
    final Map<Path, StorePath> roots = new HashMap<>();
    final Map<StorePath, String> hashes = new HashMap<>();
    private final Path directory;

    FakeStore(Path directory) {
      this.directory = directory;
    }

    @Override
    public Path directory() {
      return directory;
    }

    @Override
    public Path locate(StorePath item) {
      return directory.resolve(item.fileName());
    }

    @Override
    public boolean isValid(StorePath item) {
      return valid.contains(item);
    }

    @Override
    public void realize(Collection<Recipe> recipes, Progress progress) {
      for (Recipe recipe : recipes) {
        try {
          recipe.builder().build(Files.createDirectories(locate(recipe.item())));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        valid.add(recipe.item());
      }
    }

    @Override
    public StorePath unionPath(String name, List<StorePath> items, String finish) {
      return StorePath.of("0123456789abcdef0123456789abcdef", finish.isEmpty() ? name : name + "-" + finish.replaceAll("[^a-z0-9]", "-"), "");
    }

    @Override
    public StorePath union(String name, List<StorePath> items, Finish finish, Progress progress) {
      calls.add("union");
      StorePath made = unionPath(name, items, finish.name());
      valid.add(made);
      return made;
    }

    @Override
    public String hash(StorePath item) {
      return hashes.getOrDefault(item, "sha256:" + "0".repeat(64));
    }

    @Override
    public Closure closure(StorePath item) {
      calls.add("closure");
      return new Closure(item, List.of(item));
    }

    @Override
    public Optional<StorePath> recall(String key) {
      calls.add("recall");
      return Optional.ofNullable(remembered.get(key));
    }

    @Override
    public void remember(String key, StorePath item) {
      calls.add("remember");
      remembered.put(key, item);
    }

    @Override
    public void addRoot(Path link, StorePath item) {
      roots.put(link, item);
    }
  }

  /** Knows every package. */
  static final class FakeSource implements PackageSource {
    final List<String> calls = new ArrayList<>();
    private final String name;
    String state = "lists of today";
    Optional<Configuration> configuration = Optional.empty();
    boolean neverFetches;
    boolean offersInputs;

    FakeSource(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String state(Store store) {
      return state;
    }

    @Override
    public boolean offersInputs() {
      return offersInputs;
    }

    @Override
    public Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress) {
      calls.add("resolve " + lists);
      if (state.isEmpty() && !neverFetches) {
        state = "fetched";
      }
      List<Resolution.Resolved> found = new ArrayList<>();
      for (PackageRequest request : wanted) {
        found.add(new Resolution.Resolved(request.name(), "1", "all",
            StorePath.of("fedcba9876543210fedcba9876543210", request.name().replace(':', '_'), "1"), 1, "0".repeat(64), "pool"));
      }
      return new Resolution(name, found);
    }

    @Override
    public Optional<Configuration> configuration() {
      return configuration;
    }

    @Override
    public void realize(Resolution resolution, Store store, Progress progress) {
      calls.add("realize");
      ((FakeStore) store).valid.addAll(resolution.items());
    }
  }

  /** Has two items, of which one needs the other. */
  static final class FakeHostStore implements HostStore {
    final List<String> calls = new ArrayList<>();
    private final String name;
    private final Path root;
    String state = "today";
    Optional<Path> roots = Optional.empty();
    boolean shell;

    /** @param root where its items are on the host */
    FakeHostStore(String name, Path root) throws IOException {
      this.name = name;
      this.root = root;
      Files.createDirectories(root.resolve("hello/bin"));
      Files.createFile(root.resolve("library"));
    }

    Path item(String item) {
      return Path.of("/", name, "store", item);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean holds(Path path) {
      return path.startsWith(Path.of("/", name, "store"));
    }

    @Override
    public String state(List<PackageRequest> wanted) {
      return state;
    }

    @Override
    public Installation resolve(List<PackageRequest> wanted, boolean build, Progress progress) {
      calls.add("resolve " + wanted + (build ? " and build" : ""));
      return new Installation(name, List.of(item("hello")),
          List.of(new Installation.Item(item("hello"), root.resolve("hello")), new Installation.Item(item("library"), root.resolve("library"))),
          shell ? Map.of(Path.of("/bin/sh"), item("hello").resolve("bin/sh")) : Map.of(),
          Map.of("PATH", item("hello/bin").toString(), "MANPATH", item("hello/share/man").toString()));
    }

    @Override
    public Optional<Path> roots() {
      return roots;
    }
  }

  /** A request for the host's programs, to be changed. */
  static final class Wanted {
    Software software = new Software.HostSystem();
    GuestRange range = new GuestRange.Standard();
    List<String> command = List.of("true");
    Path directory;
    boolean shareDirectory = true;
    final List<MappingRequest> mappings = new ArrayList<>();
    final Map<String, String> variables = new HashMap<>();
    final List<Pattern> preserve = new ArrayList<>();
    Optional<String> user = Optional.empty();
    NetworkSpec network = NetworkSpec.NONE;
    Optional<String> hostname = Optional.empty();
    Optional<Path> root = Optional.empty();
    ProfileLinks links = ProfileLinks.none();
    Life life = Life.unrecorded();
    Stdio stdio = Stdio.inherit();

    Wanted(Path directory) {
      this.directory = directory;
    }

    Wanted packages(String... names) {
      List<PackageRequest> requests = new ArrayList<>();
      for (String name : names) {
        requests.add(PackageRequest.parse(name));
      }
      software = new Software.Packages(requests, Optional.empty(), false);
      return this;
    }

    /** With what building the last one needs, and not itself. */
    Wanted inputs(String... names) {
      packages(names);
      List<PackageRequest> requests = new ArrayList<>(((Software.Packages) software).packages());
      requests.add(requests.remove(requests.size() - 1).of(PackageRequest.Part.INPUTS));
      software = new Software.Packages(requests, Optional.empty(), false);
      return this;
    }

    Wanted expose(Path source) {
      mappings.add(new MappingRequest(source, Optional.empty(), Access.EXPOSE));
      return this;
    }

    Wanted share(Path source, String target) {
      mappings.add(new MappingRequest(source, Optional.of(Path.of(target)), Access.SHARE));
      return this;
    }

    WorkplaceRequest request() {
      return new WorkplaceRequest(software, command, directory, shareDirectory, mappings, List.of(), PathProtection.none(), variables, preserve, List.of(), user, Optional.empty(), range, network,
          network == NetworkSpec.HOST ? Namespace.standardBut(Namespace.NETWORK) : Namespace.standard(), List.of(), Optional.empty(), false, hostname, Map.of(), root, links, Optional.empty(), Security.standard(), life, ProcessTraits.standard(), stdio);
    }
  }

  /** A tree as the store makes it. */
  static Path profile(Path at) throws java.io.IOException {
    for (String name : new String[] {"usr/bin", "usr/lib", "usr/lib64", "etc", "var/lib", "opt", "srv"}) {
      Files.createDirectories(at.resolve(name));
    }
    return at;
  }
}
