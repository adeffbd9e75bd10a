package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Component;

/** What users added to the store, as packages: {@code store:NAME}. What one refers to comes along. */
@Component(property = {PackageSource.NAME + "=" + AddedPackages.SOURCE, "service.ranking:Integer=-100"})
public final class AddedPackages implements PackageSource {
  static final String SOURCE = "store";

  @Override
  public String name() {
    return SOURCE;
  }

  private static TreeMap<String, String> names(Store store) {
    Layout layout = new Layout(store.directory());
    try {
      return new AddedNames(layout).all();
    } catch (IOException e) {
      throw layout.failure("read what was added to the store " + store.directory(), e);
    }
  }

  @Override
  public String state(Store store) {
    StringBuilder state = new StringBuilder("added");
    names(store).forEach((name, item) -> state.append(' ').append(name).append(' ').append(item));
    return state.toString();
  }

  @Override
  public Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress) {
    TreeMap<String, String> names = names(store);
    TreeMap<String, StorePath> items = new TreeMap<>();
    for (PackageRequest request : wanted) {
      String found = names.get(request.toString());
      if (found == null) {
        throw CarrelException.usage("nothing was added to the store as " + request + (names.isEmpty() ? "" : "; there is "
            + String.join(", ", names.keySet())) + ". carrel store add --name=" + request.name() + " adds it");
      }
      StorePath item = ItemName.parse(found);
      store.hold(List.of(item));
      store.closure(item).requisites().forEach(one -> items.put(one.fileName(), one));
    }
    List<Resolved> packages = new ArrayList<>();
    for (StorePath item : items.values()) {
      packages.add(new Resolved(item.name(), item.version(), "all", item, 0, Digest.of(item.fileName()), ""));
    }
    return new Resolution(SOURCE, packages);
  }

  @Override
  public void realize(Resolution resolution, Store store, Progress progress) {
    for (StorePath item : resolution.items()) {
      if (!store.isValid(item)) {
        throw CarrelException.failed("cannot make " + item + " again: it was added by hand. Add it again, with carrel store add");
      }
    }
  }

  @Override
  public List<PackageInfo> search(List<String> words, Store store, Progress progress) {
    return names(store).keySet().stream().filter(name -> words.stream().allMatch(name::contains)).map(AddedPackages::info).toList();
  }

  @Override
  public List<PackageInfo> describe(List<String> names, Store store, Progress progress) {
    TreeMap<String, String> known = names(store);
    return names.stream().filter(known::containsKey).map(AddedPackages::info).toList();
  }

  private static PackageInfo info(String name) {
    int equals = name.indexOf('=');
    return new PackageInfo(equals < 0 ? name : name.substring(0, equals), equals < 0 ? "" : name.substring(equals + 1), SOURCE,
        "added to the store by hand", "", "");
  }
}
