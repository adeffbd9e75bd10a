package dev.carrel.api.resource;

import dev.carrel.api.CarrelException;
import dev.carrel.api.isolation.GroupEntry;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** The processes of one container, as the kernel counts and holds them. */
@ConsumerType
public interface ResourceGroup {
  /** As it was reserved. */
  String name();

  /** How its first process comes into it. */
  GroupEntry birth();

  /** How another process comes into it, which is started outside. */
  GroupEntry entry();

  /**
   * Has its processes be in a group inside it, which somebody may divide further, but not out of its limits; before {@link #birth}.
   *
   * @param user who may, as the host knows them
   * @throws dev.carrel.api.CarrelException if this host or this user cannot have that, with the remedy
   */
  default void delegate(long user, long group) {
    throw CarrelException.failed("cannot give a container control groups that it may change: the groups " + name() + " cannot be divided");
  }

  /**
   * Changes what it may consume; what is not spoken of stays.
   *
   * @throws dev.carrel.api.CarrelException if the kernel refuses: nothing is changed then, or what it says was changed
   */
  void update(Limits limits);

  /** What it has consumed. */
  Usage usage();

  /** Whether processes were killed as it had no more memory. */
  Optional<OutOfMemory> outOfMemory();

  /** Whether {@link #freeze} works. */
  boolean canFreeze();

  /**
   * Stops everything in it; returns when all have stopped.
   *
   * @throws dev.carrel.api.CarrelException if they do not
   */
  void freeze();

  /** Lets everything go on. */
  void thaw();

  /** Kills everything in it, also what is frozen, and what forks meanwhile. */
  void kill();

  /** Removes it. What is still in it is killed before. */
  void remove();
}
