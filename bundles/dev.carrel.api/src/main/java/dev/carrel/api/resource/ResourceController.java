package dev.carrel.api.resource;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Sees to it that containers keep to their limits. The service property {@value #NAME} repeats {@link #name()}. Nobody asks for it at the start
 * of a container without limits.
 */
@ConsumerType
public interface ResourceController {
  /** Service property with the controller's name. */
  String NAME = "carrel.resources";

  /** The name that is kept with what it made: {@code cgroup}. */
  String name();

  /** Why it cannot work on this host for this user, and what to do about it; empty if it can. */
  Optional<String> unavailable();

  /**
   * Says how a new group will be called; makes nothing yet. Who asks writes that down, so that the group is found again whatever happens.
   *
   * @param owner of whom: a word of letters and digits
   * @param limits what it has to be able to see to
   * @throws dev.carrel.api.CarrelException if this host or this user cannot have one of these limits, with its name and the remedy
   */
  String reserve(String owner, Limits limits);

  /**
   * A group as {@link #reserve} would name it; does nothing.
   *
   * @throws dev.carrel.api.CarrelException as that does
   */
  ResourceGroup plan(String owner, Limits limits);

  /**
   * Makes a group that was reserved.
   *
   * @param whole whether everything in it is to be killed when there is no more memory, and not just what the kernel picks
   * @throws dev.carrel.api.CarrelException if that failed; nothing is left then
   */
  ResourceGroup make(String reserved, Limits limits, Devices devices, boolean whole);

  /** A group that was made, by whatever process. One that is gone has used nothing, and all that is done to it does nothing. */
  ResourceGroup find(String reserved);

  /**
   * Removes empty groups of an owner that nobody will ask for any more.
   *
   * @param kept those that are still needed
   * @return what was removed
   */
  List<String> clean(String owner, Set<String> kept);

  /** Removes what it has made for all groups together, if there is none. The next group has it made again. */
  void removeUnused();
}
