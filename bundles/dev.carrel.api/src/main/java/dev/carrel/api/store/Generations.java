package dev.carrel.api.store;

import dev.carrel.api.Progress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The profiles of a user and their generations: links in the store, each of which keeps its item from collection. A change is
 * one atomic step: whatever is killed when, a profile is at its old or its new generation. Many threads and processes may
 * change profiles at the same time.
 */
@ProviderType
public interface Generations {
  /** The profiles there are, in the order of their names. */
  List<ProfileName> profiles();

  /** The link to what the profile is now, whether it is there or not. Nothing is read or made. */
  Path link(ProfileName profile);

  /** Where the profile is now. */
  Optional<Generation> current(ProfileName profile);

  /** All that can be returned to, the oldest first. */
  List<Generation> all(ProfileName profile);

  /**
   * Makes a new generation and switches to it. Its number is one more than any the profile ever had.
   *
   * @param expected the number of the generation that it is a change of; 0: the profile is not there yet
   * @return the new one; empty if the profile is at another than the expected one by now, and nothing was changed
   * @throws dev.carrel.api.CarrelException if the item is not valid
   */
  Optional<Generation> add(ProfileName profile, int expected, StorePath item, List<Generation.Chosen> packages, Progress progress);

  /** The same where nobody waits. */
  default Optional<Generation> add(ProfileName profile, int expected, StorePath item, List<Generation.Chosen> packages) {
    return add(profile, expected, item, packages, Progress.silent());
  }

  /**
   * Goes to a generation that is there.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if it is not
   */
  Generation switchTo(ProfileName profile, int number);

  /**
   * Goes to the last generation before the present one.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if there is none
   */
  Generation rollBack(ProfileName profile);

  /**
   * Forgets generations; what nothing else keeps goes with the next collection.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if one is not there, or is the present one; nothing is forgotten then
   */
  void delete(ProfileName profile, Collection<Integer> numbers);
}
