package dev.carrel.store;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Brings items from the store of root into a user's own. */
final class HomeBringing {
  private final DirectoryStore store;
  private final Layout beside;
  private final Host host;
  private final Progress progress;

  /** @param beside the store of root */
  HomeBringing(DirectoryStore store, Layout beside, Host host, Progress progress) {
    this.store = store;
    this.beside = beside;
    this.host = host;
    this.progress = progress;
  }

  /** One that is there, and not here. */
  void bring(StorePath item) {
    try {
      About about = About.read(beside.about(item), item.fileName()).orElseThrow(() -> damagedThere(item, "what is noted of it"));
      List<StorePath> references = List.copyOf(about.entry().references());
      if (store.isPlainUnion(item, references)) {
        store.ownUnion(item.name(), references, Finish.none(), progress);
        return;
      }
      Restoration copy = new Restoration(store.layout(), List.of(beside.item(item)), host);
      Recipe recipe = new Recipe(item, store.ownOf(references), directory -> requireWhole(item, copy.make(about.files(), directory)), about.origin());
      store.hold(List.of(item));
      store.upkeep(tools -> {
        tools.realization().realize(List.of(recipe), tree -> Nar.isHash(about.entry().hash()) ? Nar.content(tree, host)
            : new Nar.Content(new Nar.Result(about.entry().hash(), about.entry().size()), about.files()), tools.database(), progress);
        return item;
      });
      CopiedFiles.tell(copy.copied(), beside, progress);
    } catch (IOException e) {
      throw store.layout().failure("copy " + item + " from the store " + beside.directory() + " to the store " + store.directory(), e);
    }
  }

  private void requireWhole(StorePath item, Optional<String> missing) {
    if (missing.isPresent()) {
      throw damagedThere(item, missing.get());
    }
  }

  private CarrelException damagedThere(StorePath item, String what) {
    return CarrelException.failed("cannot copy " + item + " from the store " + beside.directory() + ": " + what
        + " is damaged there. Ask root for carrel store verify --repair");
  }
}
