package dev.carrel.api.addon;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The bundles of others that this user has Carrel start. One that is kept is whole, and found all it needs when it was: of each symbolic name
 * there is one. Many threads and processes may use this at the same time.
 */
@ProviderType
public interface Addons {
  /**
   * Keeps bundles, in the place of those of the same names. Either all of them can be resolved together, with Carrel's bundles and what is
   * kept already, and so can those that are kept, or nothing is changed.
   *
   * @param words what each is: the path of a jar, or of a directory with jars in it, or {@code group:artifact:version}
   * @return those that are kept now, in the order of their names
   * @throws dev.carrel.api.CarrelException if one cannot be had, is no bundle or lacks something: names the word, and what it lacks
   */
  List<Addon> install(List<String> words);

  /** What is kept, this user's and root's, in the order of the names; also files that somebody has put there and that are no bundles. */
  List<Addon> all();

  /**
   * Keeps some no longer.
   *
   * @param names as {@link Addon#name()} tells them
   * @return what was kept
   * @throws dev.carrel.api.CarrelException if one of them is not kept, is root's, or offers what one that stays needs; nothing was changed then
   */
  List<Addon> remove(List<String> names);
}
