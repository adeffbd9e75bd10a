package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Transfers;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Brings items into the store in a directory, and out of it. */
@Component
public final class DirectoryTransfers implements Transfers {
  private static final int PIPE = 1 << 18;

  private final DirectoryStore store;
  private final Host host;

  @Activate
  public DirectoryTransfers(@Reference DirectoryStore store, @Reference Host host) {
    this.store = store;
    this.host = host;
  }

  private Layout layout() {
    return new Layout(store.directory());
  }

  @Override
  public StorePath add(Path what, String name, String version, Collection<StorePath> references, Progress progress) {
    try {
      return store.upkeep(tools -> new Addition(store, tools, progress).add(what, name, version, Set.copyOf(references)));
    } catch (IOException e) {
      throw layout().failure("add " + what + " to the store " + store.directory(), e);
    }
  }

  @Override
  public void forget(String name) {
    AddedNames names = new AddedNames(layout());
    try {
      if (!names.forget(name)) {
        throw CarrelException.usage("nothing was added under the name " + name + (names.all().isEmpty() ? "" : ", but under "
            + String.join(", ", names.all().keySet())));
      }
    } catch (IOException e) {
      throw layout().failure("forget " + name + " in the store " + store.directory(), e);
    }
  }

  @Override
  public void send(Collection<StorePath> items, OutputStream out, Progress progress) {
    store.hold(items);
    TreeMap<String, StorePath> all = new TreeMap<>();
    for (StorePath item : items) {
      store.closure(item).requisites().forEach(one -> all.put(one.fileName(), one));
    }
    store.hold(all.values());
    try {
      Archive archive = new Archive(layout(), progress);
      Map<String, About> notes = archive.notes(List.copyOf(all.values()));
      Set<String> unions = new HashSet<>();
      notes.forEach((name, about) -> {
        if (isUnion(about)) {
          unions.add(name);
        }
      });
      archive.write(notes, unions, out);
    } catch (IOException e) {
      throw CarrelException.failed("cannot export from the store " + store.directory() + ": " + e.getMessage()
          + ". See whether the store is well, with carrel store verify, and whether the archive can be written", e);
    }
  }

  private boolean isUnion(About about) {
    return !Nar.isHash(about.entry().hash()) && store.isPlainUnion(about.entry().item(), List.copyOf(about.entry().references()));
  }

  @Override
  public List<StorePath> receive(InputStream in, Progress progress) {
    Archive archive = new Archive(layout(), progress);
    try (Archive.Reading reading = archive.new Reading(in)) {
      Archive.Manifest manifest = reading.manifest();
      List<StorePath> items = List.copyOf(manifest.items().keySet());
      store.hold(items);
      store.upkeep(tools -> {
        tools.realization().bring(items, (missing, place) -> unpack(reading, manifest, missing, place), tools.database(), progress);
        return items;
      });
      in.transferTo(OutputStream.nullOutputStream()); // the end of a tar archive is longer than has to be read
      return items;
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No space left")) {
        throw layout().failure("import the archive into the store " + store.directory(), e);
      }
      throw Archive.refusal(e);
    }
  }

  private List<Workshop.Made> unpack(Archive.Reading reading, Archive.Manifest manifest, Set<StorePath> missing, Layout place) throws IOException {
    Set<String> wanted = new HashSet<>();
    missing.forEach(item -> wanted.add(item.fileName()));
    Map<String, About> notes = reading.unpack(manifest, wanted, place.items());
    List<Workshop.Made> brought = new ArrayList<>();
    Map<String, About> unions = new LinkedHashMap<>();
    for (Map.Entry<StorePath, String> item : manifest.items().entrySet()) {
      String name = item.getKey().fileName();
      About about = notes.get(name);
      if (about == null || !about.entry().hash().equals(item.getValue())) {
        throw new IOException("it ends too early, or what it notes of " + name + " is not what its manifest tells");
      }
      if (wanted.contains(name)) {
        if (isUnion(about)) {
          unions.put(name, about);
        } else {
          brought.add(checked(about, place.item(item.getKey())));
        }
      }
    }
    unite(unions, place, brought);
    return brought;
  }

  /** Makes unions of what was brought and of what is there already; one may consist of others, which come first then. */
  private void unite(Map<String, About> unions, Layout place, List<Workshop.Made> brought) throws IOException {
    while (!unions.isEmpty()) {
      About next = unions.values().stream()
          .filter(about -> about.entry().references().stream().noneMatch(one -> unions.containsKey(one.fileName())))
          .findFirst().orElseThrow(() -> new IOException("its profiles consist of each other"));
      StorePath item = next.entry().item();
      Union union = new Union(item, List.copyOf(next.entry().references()), Finish.none(), List.of(place, layout()), host, Optional.empty());
      Path tree = Files.createDirectory(place.item(item));
      union.build(tree);
      Nar.Content content = union.finish(tree);
      if (!content.result().hash().equals(next.entry().hash())) {
        throw notThose(item);
      }
      brought.add(new Workshop.Made(now(next, content), content.files())); // its links lead to files that may be replaced by equal ones
      unions.remove(item.fileName());
    }
  }

  private static About now(About about, Nar.Content content) {
    return new About(about.entry(), System.currentTimeMillis() / 1000, about.origin(), content.files());
  }

  private static IOException notThose(StorePath item) {
    return new IOException("the files of " + item + " are not those that it was made with");
  }

  private Workshop.Made checked(About about, Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      throw new IOException("it has no files of " + about.entry().item());
    }
    Freeze.contents(tree);
    Nar.Content content = Nar.content(tree, host);
    String hash = about.entry().hash().startsWith(Listing.ALGORITHM) ? content.files().hash() : content.result().hash();
    if (!hash.equals(about.entry().hash())) {
      throw notThose(about.entry().item());
    }
    return new Workshop.Made(now(about, content), content.files());
  }

  @Override
  public List<StorePath> copy(Collection<StorePath> items, Path directory, Progress progress) {
    store.hold(items);
    items.forEach(store::closure); // what is not there is told before anything is begun
    DirectoryStore other = new DirectoryStore(host, directory.toAbsolutePath().normalize().toString());
    try (PipedInputStream in = new PipedInputStream(PIPE); PipedOutputStream out = new PipedOutputStream(in)) {
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendAndClose(items, out), work -> new Thread(work, "carrel-send").start());
      try {
        List<StorePath> received = new DirectoryTransfers(other, host).receive(in, progress);
        sending.join();
        return received;
      } catch (CarrelException e) {
        if (sending.isCompletedExceptionally()) {
          sending.join(); // that is why what came was not whole
        }
        throw e;
      }
    } catch (CompletionException e) {
      throw e.getCause() instanceof CarrelException failure ? failure : e;
    } catch (IOException e) {
      throw layout().failure("copy items to the store " + directory, e);
    } finally {
      other.deactivate();
    }
  }

  /** Who reads would wait for ever for a writer that has failed. */
  private void sendAndClose(Collection<StorePath> items, OutputStream out) {
    try (out) {
      send(items, out, Progress.silent());
    } catch (IOException e) {
      throw CarrelException.failed("cannot end the archive: " + e.getMessage(), e);
    }
  }
}
