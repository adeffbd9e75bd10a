package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Upkeep.Damage;
import dev.carrel.api.store.Upkeep.Verified;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Goes through a store, the database first, then what unions consist of, then unions. */
final class Verification {
  private static final int SHOWN = 20;
  private static final String REMEDY = "carrel store verify --repair makes it again";

  private final DirectoryStore store;
  private final List<PackageSource> sources;
  private final boolean repair;
  private final Progress progress;
  private final List<Damage> damages = new ArrayList<>();

  Verification(DirectoryStore store, List<PackageSource> sources, boolean repair, Progress progress) {
    this.store = store;
    this.sources = sources;
    this.repair = repair;
    this.progress = progress;
  }

  Verified verify() throws IOException {
    database();
    int count = store.upkeep(tools -> items(tools));
    return new Verified(count, damages);
  }

  private void database() throws IOException {
    try {
      store.upkeep(tools -> {
        tools.database().check();
        return tools;
      });
    } catch (CarrelException e) {
      OpenDatabase database = store.openDatabase();
      if (!repair || !DatabaseFailure.isDamage(e) && !database.isGone()) {
        throw e;
      }
      if (store.othersHold()) {
        throw CarrelException.failed("cannot make the store's database again: another Carrel uses the store " + store.directory()
            + ". Try again when it has ended", e);
      }
      int items = database.rebuild();
      damages.add(new Damage("the database", List.of(e.getMessage()), true, "it knows " + items + " items now; the old one is kept beside it"));
    }
  }

  private int items(DirectoryStore.Tools tools) throws IOException {
    List<Database.Row> rows = new ArrayList<>(tools.database().rows().values());
    rows.sort(Database.Row.UNIONS_LAST.thenComparing(row -> row.item().fileName()));
    Verifier verifier = new Verifier(tools.layout(), tools.host());
    if (repair) {
      removeWrongLinks(verifier);
    }
    try (Progress.Task task = progress.begin(repair ? "verifying and repairing" : "verifying", rows.size(), Progress.Unit.ITEMS)) {
      long done = 0;
      for (Database.Row row : rows) {
        task.detail(row.item().name());
        Verifier.Found found = verifier.examine(row);
        if (!found.sound() && Files.isDirectory(tools.layout().items()) && tools.database().isValid(row.item())) {
          damages.add(damage(tools, row, found));
        }
        task.done(++done);
      }
    }
    if (!repair) {
      for (Path link : verifier.wrongLinks()) {
        damages.add(new Damage("links/" + link.getFileName(), List.of("its content is another than its name says"), false,
            "carrel store verify --repair removes it"));
      }
    }
    return rows.size();
  }

  /** First of all: what is made again would be replaced by what is damaged. */
  private void removeWrongLinks(Verifier verifier) throws IOException {
    for (Path link : verifier.wrongLinks()) {
      Files.deleteIfExists(link);
      damages.add(new Damage("links/" + link.getFileName(), List.of("its content is another than its name says"), true, ""));
    }
  }

  private Damage damage(DirectoryStore.Tools tools, Database.Row row, Verifier.Found found) throws IOException {
    List<String> problems = new ArrayList<>(found.problems().subList(0, Math.min(SHOWN, found.problems().size())));
    if (found.problems().size() > SHOWN) {
      problems.add("and " + (found.problems().size() - SHOWN) + " more");
    }
    if (!repair) {
      return new Damage(row.item().fileName(), problems, false, REMEDY);
    }
    Optional<String> remedy = new Repair(store, tools, sources, progress).item(row, found);
    Database.Row now = tools.database().rows().getOrDefault(row.item().fileName(), row);
    Verifier.Found after = new Verifier(tools.layout(), tools.host()).examine(now);
    if (after.sound()) {
      return new Damage(row.item().fileName(), problems, true, "");
    }
    return new Damage(row.item().fileName(), problems, false,
        remedy.orElse("It was made again, and is not as it should be: " + after.problems().get(0)));
  }
}
