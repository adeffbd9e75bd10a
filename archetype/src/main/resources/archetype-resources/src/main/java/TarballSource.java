package ${package};

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Packages from a directory of tarballs: {@code hello-1.0.tar.gz} is the package hello, version 1.0, with its files as they are to be
 * below the root directory. The directory is that of the variable {@code TARBALLS}. It is used only where it is named.
 */
@Component(property = {PackageSource.NAME + "=" + TarballSource.SOURCE, "service.ranking:Integer=-1"})
public final class TarballSource implements PackageSource {
  static final String SOURCE = "tarballs";

  private final Shelf shelf;

  @Activate
  public TarballSource() {
    this(new Shelf(Path.of(System.getenv().getOrDefault("TARBALLS", "/srv/tarballs"))));
  }

  TarballSource(Shelf shelf) {
    this.shelf = shelf;
  }

  @Override
  public String name() {
    return SOURCE;
  }

  /** Changes with each file's name, size and time: what was found before is used again as long as this is the same. */
  @Override
  public String state(Store store) {
    return SOURCE + "-1 " + Hash.of(shelf.fingerprint());
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress) {
    Map<String, Tarball> there = shelf.tarballs();
    Map<String, Resolution.Resolved> found = new TreeMap<>(); // each once, in the order of their names
    for (PackageRequest request : wanted) {
      Tarball tarball = there.get(request.name());
      if (tarball == null || request.version().isPresent() && !request.version().get().equals(tarball.version())) {
        throw CarrelException.usage("no tarball of " + request + " is in " + shelf.directory() + ": there is "
            + (there.isEmpty() ? "none at all" : String.join(", ", there.keySet())));
      }
      found.put(tarball.name(), resolved(tarball));
    }
    return new Resolution(SOURCE, List.copyOf(found.values()));
  }

  private static Resolution.Resolved resolved(Tarball tarball) {
    String hash = Hash.of(tarball.file());
    // The digest covers all that the content depends on: the archive, and how this class unpacks it.
    StorePath item = StorePath.of(Hash.of("unpacked by tar, 1 " + hash).substring(0, 32), tarball.name(), tarball.version());
    return new Resolution.Resolved(tarball.name(), tarball.version(), "all", item, tarball.file().toFile().length(), hash, tarball.file().toString());
  }

  @Override
  public void realize(Resolution resolution, Store store, Progress progress) {
    List<Recipe> recipes = new ArrayList<>();
    for (Resolution.Resolved each : resolution.packages()) {
      recipes.add(new Recipe(each.item(), Set.of(), directory -> unpack(each, directory)));
    }
    store.realize(recipes, progress); // makes those that are not there yet
  }

  /** From a copy: what is compared is what is unpacked, whoever changes the file meanwhile. */
  private static void unpack(Resolution.Resolved each, Path directory) throws IOException {
    Path copy = Files.createTempFile("tarball", ".tar.gz");
    try {
      Files.write(copy, Files.readAllBytes(Path.of(each.location())));
      if (!Hash.of(copy).equals(each.sha256())) {
        throw CarrelException.failed("cannot use " + each.location() + ": it has changed since it was looked at. Try again");
      }
      Process tar = new ProcessBuilder("tar", "-xzf", copy.toString(), "-C", directory.toString(), "--no-same-owner")
          .redirectErrorStream(true).start();
      String said = new String(tar.getInputStream().readAllBytes()).strip();
      if (tar.waitFor() != 0) {
        throw CarrelException.failed("cannot unpack " + each.location() + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CarrelException.failed("cannot unpack " + each.location() + ": interrupted", e);
    } finally {
      Files.deleteIfExists(copy);
    }
  }
}
