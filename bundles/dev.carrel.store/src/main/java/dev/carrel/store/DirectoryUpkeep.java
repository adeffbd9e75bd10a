package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.event.StoreListener;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generations;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Looks after the store in a directory. */
@Component
public final class DirectoryUpkeep implements Upkeep {
  /** So long what was made for a request is kept: as Guix does it. */
  private static final Duration WEEK = Duration.ofDays(7);
  /** In milliseconds; who found a remembered profile has mounted it by then, which is seen. */
  private static final long MOMENT = 1000;

  private final DirectoryStore store;
  private final Generations generations;

  private final List<PackageSource> sources = new CopyOnWriteArrayList<>();
  private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

  @Activate
  public DirectoryUpkeep(@Reference DirectoryStore store, @Reference Generations generations) {
    this.store = store;
    this.generations = generations;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addSource(PackageSource source) {
    sources.add(source);
  }

  void removeSource(PackageSource source) {
    sources.remove(source);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addListener(StoreListener listener) {
    listeners.add(listener);
  }

  void removeListener(StoreListener listener) {
    listeners.remove(listener);
  }

  private Roots finder() {
    return new Roots(new Layout(store.directory()), new RunningContainers(Path.of("/proc")));
  }

  @Override
  public Collected collect(Collection what, Progress progress) {
    Layout layout = new Layout(store.directory());
    if (!Files.isDirectory(layout.items())) {
      return new Collected(List.of(), 0, List.of(), 0); // nothing was ever added: none is made to collect from it
    }
    if (what.dryRun()) {
      return collect(what, layout, progress);
    }
    CollectionReport report = new CollectionReport(layout, listeners);
    report.begin();
    try {
      Collected collected = collect(what, layout, progress);
      report.end(collected);
      return collected;
    } catch (CarrelException e) {
      report.fail(e.getMessage());
      throw e;
    }
  }

  @Override
  public Optional<LastCollection> lastCollection() {
    return new CollectionNote(new Layout(store.directory()).collection()).read();
  }

  private Collected collect(Collection what, Layout layout, Progress progress) {
    Instant now = Instant.now();
    List<Generation> old = what.olderThan().isPresent() ? olderThan(now.minus(what.olderThan().get())) : List.of();
    Instant since = now.minus(what.olderThan().orElse(WEEK));
    try {
      if (!what.dryRun()) {
        old.forEach(generation -> generations.delete(generation.profile(), List.of(generation.number())));
        layout.giveReserve();
      }
      Collected collected = store.upkeep(tools -> collect(what, since, old, tools, progress));
      layout.takeReserve();
      return collected;
    } catch (IOException e) {
      throw layout.failure("collect in the store " + layout.directory(), e);
    }
  }

  private Collected collect(Collection what, Instant since, List<Generation> old, DirectoryStore.Tools tools, Progress progress) throws IOException {
    Roots roots = finder();
    List<Path> forgotten = new ArrayList<>();
    for (Roots.Remembered one : roots.remembered()) {
      if (one.used().isBefore(since)) {
        forgotten.add(one.link());
      }
    }
    Collector collector = new Collector(tools.layout(), tools.held(), tools.staging(), tools.database(), roots);
    if (what.dryRun()) {
      Collector.Result planned = collector.plan(what.atLeast(), since, old);
      return new Collected(planned.items(), planned.bytes(), old, forgotten.size());
    }
    for (Path link : forgotten) {
      Files.deleteIfExists(link);
    }
    if (!forgotten.isEmpty()) {
      pause();
    }
    Collector.Result result = collector.collect(what.atLeast(), since, progress);
    return new Collected(result.items(), result.bytes(), old, forgotten.size());
  }

  private static void pause() {
    try {
      Thread.sleep(MOMENT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Generation> olderThan(Instant time) {
    List<Generation> old = new ArrayList<>();
    for (ProfileName profile : generations.profiles()) {
      Optional<Generation> current = generations.current(profile);
      for (Generation generation : generations.all(profile)) {
        boolean present = current.isPresent() && current.get().number() == generation.number();
        if (!present && generation.made().isBefore(time)) {
          old.add(generation);
        }
      }
    }
    return old;
  }

  @Override
  public List<Root> roots() {
    List<Root> found = new ArrayList<>();
    return with("tell the roots of", found, tools -> {
      tools.held().closeGate(names -> found.addAll(finder().find(names, Instant.now().minus(WEEK))));
      return found;
    });
  }

  /** Something done to a store that is there. */
  private <T> T with(String attempt, T nothing, DirectoryStore.Upkeeping<T> work) {
    Layout layout = new Layout(store.directory());
    try {
      return Files.isDirectory(layout.items()) ? store.upkeep(work) : nothing; // none is made to look into it
    } catch (IOException e) {
      throw layout.failure(attempt + " the store " + layout.directory(), e);
    }
  }

  @Override
  public List<ItemInfo> items() {
    return with("list the items of", List.of(), tools -> new Inspection(tools.layout(), tools.database().rows()).items());
  }

  @Override
  public List<StorePath> find(String word) {
    return with("look up " + word + " in", List.of(), tools -> Inspection.meant(word, tools.database().like(Inspection.word(word))));
  }

  @Override
  public Verified verify(boolean repair, Progress progress) {
    Layout layout = new Layout(store.directory());
    try {
      return Files.isDirectory(layout.items()) ? new Verification(store, List.copyOf(sources), repair, progress).verify()
          : new Verified(0, List.of());
    } catch (IOException e) {
      throw layout.failure("verify the store " + layout.directory(), e);
    }
  }

  @Override
  public Optimised optimise(Progress progress) {
    return with("optimise", new Optimised(0, 0), tools -> {
      Map<String, Database.Row> rows = tools.database().rows();
      try (Staging.Place place = tools.staging().open();
          Progress.Task task = progress.begin("comparing", rows.size(), Progress.Unit.ITEMS)) {
        EqualFiles equal = new EqualFiles(tools.layout(), place.path());
        long done = 0;
        for (Database.Row row : rows.values()) {
          task.detail(row.item().name());
          store.hold(List.of(row.item()));
          Optional<About> about = About.read(tools.layout().about(row.item()), row.item().fileName());
          if (about.isPresent() && store.isValid(row.item())) {
            equal.share(tools.layout().item(row.item()), about.get().files(), about.get().files());
          }
          task.done(++done);
        }
        return new Optimised(equal.files(), equal.bytes());
      }
    });
  }
}
