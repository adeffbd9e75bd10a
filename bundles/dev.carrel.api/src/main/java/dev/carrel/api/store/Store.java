package dev.carrel.api.store;

import dev.carrel.api.Progress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Software on disk, each item once. Items are immutable; an item is valid or it does not exist, whatever was killed when.
 * Many threads and processes may use one store at the same time.
 */
@ProviderType
public interface Store {
  /** Where the store is. Nothing is created by asking. */
  Path directory();

  /** Where an item is or would be. */
  Path locate(StorePath item);

  /** Where the link to a profile with generations is, whether there is one or not: {@link Generations} are kept beside it. */
  default Path profile(ProfileName name) {
    return directory().resolve("profiles").resolve(name.name());
  }

  /** Whether an item is there, complete. */
  boolean isValid(StorePath item);

  /** Says that the store will be asked soon: what has to be opened for that is opened meanwhile. Returns at once, and makes nothing. */
  default void prepare() {}

  /**
   * Keeps items, whether they are there yet or not, from collection for a day at most and as long as this process lives: for who
   * finds out what is there and then uses it. A store from which nothing is collected need do nothing.
   */
  default void hold(Collection<StorePath> items) {}

  /** Lets go of all that this process holds: for one that goes on living, when nothing is under way in it. */
  default void letGo() {}

  /**
   * Makes items that are not there yet; all become valid in one transaction. Items that another process is making are
   * waited for, not made twice.
   *
   * @throws dev.carrel.api.CarrelException if one could not be made; none of them is valid then
   */
  void realize(Collection<Recipe> recipes, Progress progress);

  /**
   * The name that {@link #union} gives to a profile of these items; a pure function.
   *
   * @param finish the name of its {@link Finish}
   */
  StorePath unionPath(String name, List<StorePath> items, String finish);

  /** The name of one that is not finished in any way. */
  default StorePath unionPath(String name, List<StorePath> items) {
    return unionPath(name, items, Finish.none().name());
  }

  /**
   * Makes a profile: one tree with the content of all items, whose files are hard links to theirs. Its references are
   * the items. Returns at once if it is there.
   *
   * <p>The tree always has the directories usr, etc, var, opt and srv.
   *
   * @param finish what is done to it in the end; not asked if it is there. Its base has to be valid
   * @throws dev.carrel.api.CarrelException if two items have different things at one path that cannot be merged
   */
  StorePath union(String name, List<StorePath> items, Finish finish, Progress progress);

  /** Work that was begun because somebody may want it. Closing takes back what nobody wanted, and does not wait for that. */
  @ProviderType
  interface Begun extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins a union on a profile in the background, for the next {@link #union} whose {@link Finish#base} that is, before it is known what else is in it.
   * Worth it where a processor would wait meanwhile.
   *
   * @param base if it is not there, nothing is begun
   */
  default Begun begin(StorePath base) {
    return () -> {};
  }

  /** Makes one that is not finished in any way. */
  default StorePath union(String name, List<StorePath> items, Progress progress) {
    return union(name, items, Finish.none(), progress);
  }

  /** The hash of a valid item's content: of its NAR serialization, or, for a union, of the list of its files. */
  String hash(StorePath item);

  /** The closure of a valid item. */
  Closure closure(StorePath item);

  /** What was remembered under a key, if it is still there. Reads one symbolic link: no database. */
  Optional<StorePath> recall(String key);

  /** Remembers a valid item under a key: lower-case hexadecimal, 64 characters. */
  void remember(String key, StorePath item);

  /**
   * Makes {@code link} a symbolic link to an item and registers it as a root, which keeps the item's closure from
   * collection as long as the link exists.
   *
   * @throws dev.carrel.api.CarrelException if something else is at {@code link}
   */
  void addRoot(Path link, StorePath item);
}
