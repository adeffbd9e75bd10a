package dev.carrel.api.configuration;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the bundles that are there can have configured. It is kept in files: those beside the installation, then root's, then the user's; of two that
 * say the same, the later one counts. What changes counts at once, and many threads and processes may change it at the same time.
 */
@ProviderType
public interface Settings {
  /**
   * All there are, in the order of their names.
   *
   * @throws dev.carrel.api.CarrelException if a file cannot be read: names it, and what is wrong
   */
  List<Setting> all();

  /** What files say and no bundle that is here knows: a line for each. */
  List<String> unknown();

  /**
   * Sets one, in a file of the user's or of root's.
   *
   * @param name as {@link Setting#name()} tells it
   * @param values one, or several where there can be
   * @param everybodys whether it is to count for all users
   * @throws dev.carrel.api.CarrelException if there is no such setting, a value does not fit it, or the file cannot be written; nothing is changed then
   */
  void set(String name, List<String> values, boolean everybodys);

  /**
   * Takes out what a file of the user's, or of root's, says of one.
   *
   * @return whether one did
   * @throws dev.carrel.api.CarrelException as {@link #set} does
   */
  boolean unset(String name, boolean everybodys);
}
