package dev.carrel.addon;

import dev.carrel.addon.Trial.Lacking;
import dev.carrel.api.CarrelException;
import dev.carrel.api.addon.Addon;
import dev.carrel.api.addon.Addons;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The add-ons of this user, in the folder that the launcher says, and root's. */
@Component
public final class AddonService implements Addons {
  private static final String OWN = "carrel.addons";
  private static final String SHARED = "carrel.addons.shared";

  private final BundleContext context;
  private final Optional<Folder> own;
  private final Optional<Folder> shared;
  private final Sources sources;

  @Activate
  public AddonService(BundleContext context) {
    this(context, new Sources(new MavenRepository(LocalRepository.of(System.getenv(), Path.of(System.getProperty("user.home"))), List.of("mvn"))));
  }

  AddonService(BundleContext context, Sources sources) {
    this.context = context;
    this.own = folder(OWN);
    this.shared = folder(SHARED);
    this.sources = sources;
  }

  private Optional<Folder> folder(String property) {
    return Optional.ofNullable(context.getProperty(property)).filter(path -> !path.isEmpty()).map(path -> new Folder(Path.of(path)));
  }

  private Folder own() {
    return own.orElseThrow(() -> CarrelException.failed("this Carrel keeps no add-ons: it was started without a folder for them"));
  }

  @Override
  public List<Addon> install(List<String> words) {
    Map<Path, String> files = sources.find(words);
    Folder folder = own();
    Set<String> names = folder.alone(() -> {
      Map<Path, Staged> staged = new LinkedHashMap<>();
      try {
        for (Map.Entry<Path, String> file : files.entrySet()) {
          stage(folder, file.getKey(), file.getValue(), staged);
        }
        Map<Path, String> tried = new LinkedHashMap<>();
        staged.forEach((file, what) -> tried.put(file, what.word()));
        Trial trial = trial();
        List<Lacking> lacking = trial.check(tried, others(staged.values().stream().map(what -> what.jar().name()).toList()));
        trial.spoilt(lacking, kept()).stream().findFirst().ifPresent(other -> {
          throw CarrelException.failed("cannot install " + String.join(", ", words) + ": the add-on " + other.what() + " would then lack something: it needs "
              + other.lacks() + ". Install another version of it together with this, or remove it before: carrel addon remove " + other.name());
        });
        Set<String> kept = new LinkedHashSet<>();
        for (Map.Entry<Path, Staged> file : staged.entrySet()) {
          folder.keep(file.getKey(), file.getValue().jar().name());
          kept.add(file.getValue().jar().name());
        }
        return kept;
      } catch (IOException e) {
        throw CarrelException.failed("cannot keep " + String.join(", ", words) + " in " + folder.directory() + ": " + e.getMessage(), e);
      } finally {
        staged.keySet().forEach(file -> file.toFile().delete());
      }
    });
    return all().stream().filter(addon -> !addon.shared() && names.contains(addon.name())).toList();
  }

  /** A copy of what is to be kept, and what it is. */
  private record Staged(BundleJar jar, String word) {}

  private static void stage(Folder folder, Path source, String word, Map<Path, Staged> staged) throws IOException {
    Path copy = folder.stage(source);
    try {
      BundleJar jar = BundleJar.read(copy);
      for (Staged other : staged.values()) {
        if (other.jar().name().equals(jar.name())) {
          throw CarrelException.usage("cannot install both " + other.word() + " and " + word + ": both are the bundle " + jar.name());
        }
      }
      staged.put(copy, new Staged(jar, word));
    } catch (BundleJar.Refused e) {
      throw CarrelException.usage("cannot install " + word + ": it " + e.getMessage());
    } finally {
      if (!staged.containsKey(copy)) {
        copy.toFile().delete();
      }
    }
  }

  private List<Path> kept() {
    return others(List.of());
  }

  /** The files of add-ons that stay: all of other names. */
  private List<Path> others(List<String> names) {
    List<Path> files = new ArrayList<>();
    for (Folder folder : folders()) {
      for (Path jar : folder.jars()) {
        if (refused(jar.toString()).isEmpty() && !names.contains(Folder.nameOf(jar))) { // nobody finds anything in what is not started
          files.add(jar);
        }
      }
    }
    return files;
  }

  private List<Folder> folders() {
    List<Folder> folders = new ArrayList<>();
    shared.ifPresent(folders::add);
    own.ifPresent(folders::add);
    return folders;
  }

  private Trial trial() {
    return new Trial(work -> {
      ServiceReference<?> reference = lender();
      @SuppressWarnings("unchecked") // as the launcher promises
      Consumer<Consumer<BundleContext>> frameworks = (Consumer<Consumer<BundleContext>>) context.getService(reference);
      try {
        frameworks.accept(work);
      } finally {
        context.ungetService(reference);
      }
    });
  }

  private ServiceReference<?> lender() {
    try {
      ServiceReference<?>[] found = context.getServiceReferences(Consumer.class.getName(), "(carrel.trial=true)");
      if (found == null) {
        throw CarrelException.failed("cannot tell whether an add-on would work: the launcher lends no framework to try it in");
      }
      return found[0];
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("the filter has no variable part", e);
    }
  }

  /** The launcher decides what is started: why a folder or a file is not. */
  private String refused(String path) {
    try {
      ServiceReference<?>[] found = context.getServiceReferences(UnaryOperator.class.getName(), "(carrel.addons.gate=true)");
      if (found == null) {
        return "";
      }
      @SuppressWarnings("unchecked") // as the launcher promises
      UnaryOperator<String> gate = (UnaryOperator<String>) context.getService(found[0]);
      String reason = gate.apply(path);
      context.ungetService(found[0]);
      return reason;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("the filter has no variable part", e);
    }
  }

  @Override
  public List<Addon> all() {
    List<Addon> addons = new ArrayList<>();
    States states = new States(context, this::refused);
    for (Folder folder : folders()) {
      for (Path jar : folder.jars()) {
        addons.add(states.of(jar, !own.isPresent() || folder != own.get()));
      }
    }
    addons.sort(Comparator.comparing(Addon::name).thenComparing(Addon::shared));
    return addons;
  }

  @Override
  public List<Addon> remove(List<String> names) {
    Folder folder = own();
    mine(names); // who asks for what is not there makes no folder
    return folder.alone(() -> {
      List<Addon> removed = mine(names);
      checkNotNeeded(removed, names);
      for (Addon addon : removed) {
        if (!addon.file().toFile().delete()) {
          throw CarrelException.failed("cannot remove the add-on " + addon.name() + ": " + addon.file() + " cannot be deleted");
        }
      }
      return removed;
    });
  }

  /** What stays has to find all that it has found until now. */
  private void checkNotNeeded(List<Addon> removed, List<String> names) {
    List<Path> staying = new ArrayList<>(kept());
    removed.forEach(addon -> staying.remove(addon.file()));
    if (staying.isEmpty()) {
      return;
    }
    Trial trial = trial();
    trial.spoilt(trial.check(Map.of(), staying), kept()).stream().findFirst().ifPresent(other -> {
      throw CarrelException.failed("cannot remove " + String.join(", ", names) + ": the add-on " + other.what() + " would then lack something: it needs "
          + other.lacks() + ". Remove it, too: carrel addon remove " + String.join(" ", names) + " " + other.name());
    });
  }

  private List<Addon> mine(List<String> names) {
    List<Addon> all = all();
    List<Addon> found = new ArrayList<>();
    for (String name : new LinkedHashSet<>(names)) {
      List<Addon> kept = all.stream().filter(addon -> addon.name().equals(name)).toList();
      List<Addon> mine = kept.stream().filter(addon -> !addon.shared()).toList();
      if (mine.isEmpty()) {
        throw CarrelException.usage(kept.isEmpty() ? "no add-on is called '" + name + "'. carrel addon list shows yours"
            : "the add-on " + name + " is root's, for all users: only root can remove it");
      }
      found.addAll(mine);
    }
    return found;
  }
}
