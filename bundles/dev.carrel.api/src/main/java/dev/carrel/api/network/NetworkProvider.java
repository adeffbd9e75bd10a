package dev.carrel.api.network;

import dev.carrel.api.mount.Mount;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Attaches containers to networks. The service property {@value #NAME} repeats {@link #name()}; among several that work on this
 * host, the highest {@code service.ranking} is the private network.
 *
 * <p>What a provider has made it can tell and undo without the process that made it: it writes down what it makes before it makes it, with
 * the pid and the start time of the container's first process. Safe to use from many threads and processes.
 */
@ConsumerType
public interface NetworkProvider {
  /** Service property with the provider's name. */
  String NAME = "carrel.network";

  /** The name users choose it by: {@code veth}. */
  String name();

  /** Why it cannot work on this host and for this user, and what to do about it; empty if it can. */
  Optional<String> unavailable();

  /**
   * The files that a container sees for being attached, as /etc/resolv.conf. They take the place of others at the same targets. The
   * same objects as long as nothing has changed: what was prepared for the last start serves the next one then.
   *
   * @param wanted whose network, if it has a name, is this provider's name or that of a network of its own
   * @throws dev.carrel.api.CarrelException if it cannot attach a container so, before anything is made
   */
  List<Mount> files(NetworkSpec.Attached wanted);

  /**
   * What {@link #files} would say, for a container that is only planned: nothing is made or written down, also where the first use of a network
   * makes it.
   *
   * @throws dev.carrel.api.CarrelException as that does
   */
  List<Mount> plan(NetworkSpec.Attached wanted);

  /**
   * Attaches a container. What belongs to containers that are gone goes first, as far as it is in the way.
   *
   * @throws dev.carrel.api.CarrelException if that failed; nothing is left then
   */
  Attachment attach(Guest guest, NetworkSpec.Attached wanted);

  /** Frees what a container that has ended was given; does nothing if it was given nothing. Not on the way of its end. */
  void detach(String container);

  /**
   * Frees what was given to containers that are gone, however they ended.
   *
   * @return what was removed, in a user's words
   */
  List<String> reconcile();

  /** The networks with names of their own. */
  List<NetworkInfo> networks();

  /**
   * Makes a network.
   *
   * @throws dev.carrel.api.CarrelException if it is there, its addresses are in use, or this provider makes none
   */
  NetworkInfo create(NetworkDefinition definition);

  /**
   * Removes a network.
   *
   * @throws dev.carrel.api.CarrelException if it is not there, or containers are attached to it
   */
  void remove(String network);
}
