package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Origin;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.StorePath;
import dev.carrel.store.Listing.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes damaged items again. What is damaged stays until something better is there. */
final class Repair {
  private static final Map<Kind, Set<PosixFilePermission>> MODES = Map.of(
      Kind.FILE, PosixFilePermissions.fromString("r--r--r--"),
      Kind.PROGRAM, PosixFilePermissions.fromString("r-xr-xr-x"),
      Kind.DIRECTORY, PosixFilePermissions.fromString("r-xr-xr-x"));

  private final DirectoryStore store;
  private final DirectoryStore.Tools tools;
  private final List<PackageSource> sources;
  private final Progress progress;

  Repair(DirectoryStore store, DirectoryStore.Tools tools, List<PackageSource> sources, Progress progress) {
    this.store = store;
    this.tools = tools;
    this.sources = sources;
    this.progress = progress;
  }

  /**
   * Repairs an item.
   *
   * @return what to do about it, if that could not be done
   */
  Optional<String> item(Database.Row row, Verifier.Found found) throws IOException {
    Optional<Origin> origin = About.read(tools.layout().about(row.item()), row.item().fileName()).flatMap(About::origin);
    if (!found.content()) {
      for (Map.Entry<Path, Kind> wrong : found.modes().entrySet()) {
        Files.setPosixFilePermissions(wrong.getKey(), MODES.get(wrong.getValue()));
      }
      if (!found.notes()) {
        note(row, found.files());
      }
      return Optional.empty();
    }
    store.hold(List.of(row.item()));
    if (isUnion(row)) {
      return again(row, () -> store.union(row.item().name(), references(row), progress));
    }
    if (origin.isEmpty()) {
      return Nar.isHash(row.hash())
          ? Optional.of("Carrel does not know where it came from. Add it again, or delete what needs it") : configured(row);
    }
    for (PackageSource source : sources) {
      if (source.name().equals(origin.get().source())) {
        Resolution resolution = new Resolution(source.name(), List.of(origin.get().made()));
        return again(row, () -> source.realize(resolution, store, progress));
      }
    }
    return Optional.of("It came from the package source " + origin.get().source() + ", which is not there. Start the bundle that offers it");
  }

  /** Its packages were configured, which the store alone cannot do again; most of its files are those of packages. */
  private Optional<String> configured(Database.Row row) throws IOException {
    String collect = "Its packages were configured when it was made, which the store alone cannot do again. Have it collected, and ask for its"
        + " packages once more";
    Optional<Listing> listing = About.read(tools.layout().about(row.item()), row.item().fileName()).map(About::files);
    if (listing.isEmpty() || !listing.get().hash().equals(row.hash())) {
      return Optional.of(collect);
    }
    try (Staging.Place place = tools.staging().open()) {
      Path fresh = Files.createDirectory(place.path().resolve("fresh"));
      List<Path> trees = new ArrayList<>(List.of(tools.layout().item(row.item())));
      store.elsewhere(row.item()).ifPresent(trees::add);
      references(row).forEach(item -> trees.add(tools.layout().item(item)));
      Optional<String> missing = new Restoration(tools.layout(), trees, tools.host()).make(listing.get(), fresh);
      if (missing.isPresent()) {
        return Optional.of(missing.get() + " is nowhere else in the store. " + collect);
      }
      return again(row, () -> move(fresh, tools.layout().item(row.item())));
    }
  }

  private void move(Path fresh, Path item) {
    try {
      Files.move(fresh, item, StandardCopyOption.ATOMIC_MOVE);
      Freeze.directory(item);
    } catch (IOException e) {
      throw tools.layout().failure("put " + item + " in its place", e);
    }
  }

  private static List<StorePath> references(Database.Row row) {
    List<StorePath> references = new ArrayList<>();
    row.references().forEach(name -> references.add(ItemName.parse(name)));
    return references;
  }

  private boolean isUnion(Database.Row row) {
    return !Nar.isHash(row.hash()) && store.isPlainUnion(row.item(), references(row));
  }

  /** Its content is right. */
  private void note(Database.Row row, Listing files) throws IOException {
    new About(new Database.Entry(row.item(), row.hash(), row.size(), references(row)), row.time(), Optional.empty(), files)
        .write(tools.layout().about(row.item()));
  }

  /** The old one is moved away, so that its place is free, and back if there is no new one. */
  private Optional<String> again(Database.Row row, Runnable making) throws IOException {
    Path item = tools.layout().item(row.item());
    try (Staging.Place place = tools.staging().open()) {
      Path away = place.path().resolve(row.item().fileName());
      boolean there = Files.exists(item, LinkOption.NOFOLLOW_LINKS);
      if (there) {
        Files.setPosixFilePermissions(item, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(item, away, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        making.run();
        store.bringHome(row.item(), progress); // the store of root may have it, and so nothing was made here
        return Files.exists(item, LinkOption.NOFOLLOW_LINKS) ? Optional.empty() : Optional.of("Nothing was made in its place");
      } catch (CarrelException e) {
        return Optional.of(e.getMessage());
      } finally {
        if (there && !Files.exists(item, LinkOption.NOFOLLOW_LINKS)) {
          Files.move(away, item, StandardCopyOption.ATOMIC_MOVE);
          Freeze.directory(item);
        }
      }
    }
  }
}
