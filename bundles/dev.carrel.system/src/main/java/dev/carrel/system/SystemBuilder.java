package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.system.BuiltSystem;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import dev.carrel.api.system.SystemStart.ServiceCommands;
import dev.carrel.api.system.SystemUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Makes the item of a system. The same declaration, on the same packages, gives the same item, which then is there already. */
final class SystemBuilder {
  /** Changes whenever what is made of the same declaration changes. */
  private static final String FORMAT = "system-1";
  /** How the names of systems' items end. */
  static final String NAME = "-system";
  private static final String ZONES = "tzdata";
  private static final int DIGEST = 32;
  private static final int HOME_MODE = 0750;

  private final Store store;
  private final Workplaces workplaces;
  private final InitSystem init;
  private final SystemDeclaration declaration;
  private final DeclarationPlaces places;

  SystemBuilder(Store store, Workplaces workplaces, InitSystem init, SystemDeclaration declaration, DeclarationPlaces places) {
    this.store = store;
    this.workplaces = workplaces;
    this.init = init;
    this.declaration = declaration;
    this.places = places;
  }

  /**
   * Makes it, or finds it.
   *
   * @param carrel the path of Carrel's command
   */
  BuiltSystem build(boolean refresh, String carrel, Progress progress) {
    InitTree tree = tree();
    Workplace workplace = packages(tree, refresh, progress);
    // Directories of root's store belong to nobody inside: not even the system's root may make anything in them.
    KeptProfiles own = new KeptProfiles(store);
    Profile profile = new Profile(own.bringHome(workplace.profile().orElseThrow(() -> new IllegalStateException("packages without a profile"))));
    Accounts accounts = new Accounts(profile.text("etc/passwd"), profile.text("etc/group"), declaration, places);
    new Checks(declaration, places, profile, accounts, tree).make();
    SystemTree files = files(tree, accounts, profile);
    String start = StartFile.text(start(profile, tree, accounts, files));
    String script = RunScript.text(carrel);
    StorePath item = StorePath.of(digest(files, start, script), declaration.name() + NAME, "");
    make(item, profile, directory -> {
      files.write(Files.createDirectory(directory.resolve("files")));
      Files.writeString(directory.resolve(StartFile.NAME), start);
      Path program = Files.writeString(directory.resolve(RunScript.NAME), script);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }, progress);
    Path directory = own.bringHome(store.locate(item));
    return new BuiltSystem(item, directory, directory.resolve(RunScript.NAME), profile.directory(), tree.omitted(), workplace.notes());
  }

  private InitTree tree() {
    try {
      return init.tree(declaration);
    } catch (CarrelException e) {
      throw e.kind() == CarrelException.Kind.USAGE ? places.refusal("init", e.getMessage()) : e;
    }
  }

  private Workplace packages(InitTree tree, boolean refresh, Progress progress) {
    try {
      return workplaces.prepare(ProfileRequest.of(packages(tree), refresh), progress);
    } catch (CarrelException e) {
      throw named(e.getMessage()).map(one -> places.refusal("packages." + one, e.getMessage())).orElse(e);
    }
  }

  /** The declared package that a message begins with. */
  private Optional<String> named(String message) {
    return declaration.packages().stream().filter(one -> message.startsWith("The package " + one.replaceFirst("=.*", "") + " ")).findFirst();
  }

  /** A time zone needs its file, whatever is declared. */
  private List<String> packages(InitTree tree) {
    List<String> packages = new ArrayList<>(tree.packages());
    boolean zones = packages.stream().anyMatch(one -> one.equals(ZONES) || one.startsWith(ZONES + "="));
    if (declaration.timezone().isPresent() && !zones) {
      packages.add(ZONES);
    }
    return packages;
  }

  private SystemTree files(InitTree tree, Accounts accounts, Profile profile) {
    SystemTree files = new SystemTree();
    files.put(SystemTree.standard(declaration));
    files.put(declaration.files());
    files.add("the system's accounts", accounts.files());
    files.add("its init", tree.files());
    files.put(new ServicePrograms(declaration, tree, profile).files());
    return files;
  }

  private SystemStart start(Profile profile, InitTree tree, Accounts accounts, SystemTree files) {
    List<Kept> persistent = declaration.persistent().stream().map(directory -> {
      String key = "directory." + directory.path();
      String whose = "the directory " + directory.path();
      return new Kept(directory.path(), accounts.uid(directory.owner(), key + ".owner", whose), accounts.gid(directory.group(), key + ".group", whose),
          directory.mode());
    }).toList();
    Map<String, ServiceCommands> services = new TreeMap<>();
    for (Service service : declaration.services()) {
      if (!Checks.isOmitted(service, tree)) {
        services.put(service.name(), new ServiceCommands(init.state(service), init.start(service), init.stop(service), init.log(service)));
      }
    }
    return new SystemStart(profile.directory(), declaration.name(), profile.directory(), declaration.hostname(), init.name(), tree.command(),
        tree.stopSignal(), tree.options(), declaration.locale(), declaration.options(), declaration.mappings(), persistent, homes(profile, accounts), files.modes(), services,
        init.change(), tree.omitted().stream().map(omission -> omission.what() + ": " + omission.why()).toList());
  }

  private List<Kept> homes(Profile profile, Accounts accounts) {
    List<Kept> homes = new ArrayList<>();
    for (SystemUser user : declaration.users()) {
      Optional<Path> home = Accounts.home(user);
      if (home.isPresent() && !profile.has(home.get()) && homes.stream().noneMatch(other -> other.path().equals(home.get()))) {
        homes.add(new Kept(home.get(), user.uid(), accounts.gid(user.group(), "user." + user.name(), user.name()), HOME_MODE));
      }
    }
    return homes;
  }

  private static String digest(SystemTree files, String start, String script) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((FORMAT + "\0" + start + "\0" + script + "\0").getBytes(StandardCharsets.UTF_8));
      files.update(digest);
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGEST);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** One that is known to be there costs no database. */
  private void make(StorePath item, Profile profile, Recipe.Builder builder, Progress progress) {
    String key = remembered(item);
    if (store.recall(key).filter(item::equals).isPresent()) {
      return;
    }
    store.hold(List.of(profile.item()));
    store.realize(List.of(new Recipe(item, Set.of(profile.item()), builder)), progress);
    store.remember(key, item);
  }

  private static String remembered(StorePath item) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest((FORMAT + "\0" + item).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
