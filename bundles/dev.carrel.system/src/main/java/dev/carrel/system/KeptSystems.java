package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.Workplaces;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generations;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.system.BuiltSystem;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.Systems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Systems as items of a store. Their generations are those of profiles with names of their own. */
@Component
public final class KeptSystems implements Systems {
  /** So often may others keep a system of the same name while this one does. */
  private static final int ATTEMPTS = 20;

  private final BundleContext context;
  private final Store store;
  private final Generations generations;
  private final Workplaces workplaces;
  private final Map<String, InitSystem> inits = new ConcurrentHashMap<>();

  @Activate
  public KeptSystems(BundleContext context, @Reference Store store, @Reference Generations generations, @Reference Workplaces workplaces) {
    this.context = context;
    this.store = store;
    this.generations = generations;
    this.workplaces = workplaces;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addInit(InitSystem init) {
    inits.put(init.name(), init);
  }

  void removeInit(InitSystem init) {
    inits.remove(init.name(), init);
  }

  @Override
  public BuiltSystem build(SystemDeclaration declaration, DeclarationPlaces places, boolean refresh, Progress progress) {
    InitSystem init = inits.get(declaration.init());
    if (init == null) {
      throw places.refusal("init", "there is no init " + declaration.init() + (inits.isEmpty() ? ": start the bundle dev.carrel.system.init, which offers some"
          : "; there is " + String.join(", ", new TreeMap<>(inits).keySet())));
    }
    return new SystemBuilder(store, workplaces, init, declaration, places).build(refresh, command(), progress);
  }

  /** Where Carrel's command is; where nobody told, a shell looks for it. */
  private String command() {
    String command = context.getProperty("carrel.command");
    return command == null ? "carrel" : Path.of(command).normalize().toString();
  }

  @Override
  public Generation keep(SystemName name, BuiltSystem system, Progress progress) {
    KeptProfiles profiles = new KeptProfiles(store);
    profiles.keep(system.profile());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Optional<Generation> before = generations.current(name.profile());
      if (before.isPresent() && before.get().item().equals(system.item())) {
        return before.get();
      }
      Optional<Generation> after = generations.add(name.profile(), before.map(Generation::number).orElse(0), system.item(), List.of(), progress);
      if (after.isPresent()) {
        profiles.forgetBut(profiles(system));
        return after.get();
      }
    }
    throw CarrelException.failed("cannot keep the system " + name + ": other processes change it all the time. Try again later");
  }

  /** Those that systems need which are kept; one that cannot be read needs none. */
  private Set<String> profiles(BuiltSystem system) {
    Set<String> profiles = new HashSet<>(Set.of(system.profile().getFileName().toString()));
    for (SystemName name : names()) {
      for (Generation generation : generations.all(name.profile())) {
        try {
          profiles.add(start(store.locate(generation.item())).profile().getFileName().toString());
        } catch (CarrelException e) {
          // of another Carrel, or packages alone
        }
      }
    }
    return profiles;
  }

  @Override
  public List<SystemName> names() {
    List<SystemName> names = new ArrayList<>();
    for (ProfileName profile : generations.profiles()) {
      if (profile.name().startsWith(SystemName.PROFILE)) {
        try {
          SystemName name = new SystemName(profile.name().substring(SystemName.PROFILE.length()));
          if (present(name).isPresent()) {
            names.add(name);
          }
        } catch (IllegalArgumentException e) {
          // a profile of packages, whose name happens to begin like those of systems
        }
      }
    }
    return names;
  }

  @Override
  public List<Generation> generations(SystemName name) {
    current(name);
    return generations.all(name.profile());
  }

  /** The present generation, if it is a system, and no profile of packages. */
  private Optional<Generation> present(SystemName name) {
    return generations.current(name.profile()).filter(generation -> generation.item().fileName().endsWith(SystemBuilder.NAME));
  }

  @Override
  public Generation current(SystemName name) {
    return present(name).orElseThrow(() -> {
      List<String> there = names().stream().map(SystemName::name).toList();
      return CarrelException.usage("there is no system " + name + (there.isEmpty() ? "" : "; there is " + String.join(", ", there))
          + ". carrel system reconfigure FILE keeps one");
    });
  }

  @Override
  public Generation rollBack(SystemName name) {
    Generation current = current(name);
    if (generations(name).stream().noneMatch(generation -> generation.number() < current.number())) {
      throw CarrelException.usage("cannot roll back the system " + name + ": there is no generation before " + current.number()
          + ", at which it is. carrel system list-generations " + name + " lists those there are");
    }
    return generations.rollBack(name.profile());
  }

  @Override
  public Generation switchTo(SystemName name, int number) {
    if (generations(name).stream().noneMatch(generation -> generation.number() == number)) {
      throw CarrelException.usage("the system " + name + " has no generation " + number + ". carrel system list-generations " + name
          + " lists those there are");
    }
    return generations.switchTo(name.profile(), number);
  }

  @Override
  public SystemStart start(Path item) {
    return StartFile.read(item, profile -> store.locate(new StorePath(profile.substring(0, 32), profile.substring(33), "")));
  }
}
