package dev.carrel.backend.namespace;

import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.linux.Launcher.IdMaps;
import dev.carrel.linux.Launcher.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The id maps of a container with more than one id.
 *
 * @param outer those of the user namespace around the container's, where a user without privileges is root, and the subordinate ids
 *     follow from 1 on; empty: the container's user namespace is made in root's own
 * @param users those of the container, whose outside is that user namespace
 * @param groups the same for groups
 */
record MappedIds(Optional<IdMaps> outer, List<IdMapping> users, List<IdMapping> groups) {
  static MappedIds of(Identity identity, boolean root) {
    if (root) {
      return new MappedIds(Optional.empty(), identity.users(), identity.groups());
    }
    List<IdMapping> users = new ArrayList<>();
    List<IdMapping> groups = new ArrayList<>();
    IdMaps outer = new IdMaps(around(identity.users(), users), around(identity.groups(), groups));
    return new MappedIds(Optional.of(outer), users, groups);
  }

  /** Who the program is on the host, if that is not the caller. */
  static Optional<Owner> owner(Identity identity, boolean root) {
    return root && identity.ranged() ? Optional.of(new Owner(identity.user().outside(), identity.group().outside())) : Optional.empty();
  }

  private static List<IdMapping> around(List<IdMapping> mappings, List<IdMapping> within) {
    List<IdMapping> outer = new ArrayList<>(mappings.size());
    long next = 0;
    for (IdMapping mapping : mappings) {
      outer.add(new IdMapping(next, mapping.outside(), mapping.count()));
      within.add(new IdMapping(mapping.inside(), next, mapping.count()));
      next += mapping.count();
    }
    return outer;
  }

  /**
   * How files of the host's, as root sees them, appear inside where they can be written: what is root's is the program's user's, and
   * the other way round, as the kernel gives each id one place.
   */
  static List<IdMapping> exchanged(List<IdMapping> mappings) {
    IdMapping own = mappings.get(0);
    if (own.inside() == 0) {
      return mappings;
    }
    List<IdMapping> exchanged = new ArrayList<>(mappings.size() + 1);
    exchanged.add(new IdMapping(0, own.outside(), 1));
    for (IdMapping mapping : mappings.subList(1, mappings.size())) {
      if (mapping.inside() == 0) {
        exchanged.add(new IdMapping(own.inside(), mapping.outside(), 1));
        if (mapping.count() > 1) {
          exchanged.add(new IdMapping(1, mapping.outside() + 1, mapping.count() - 1));
        }
      } else {
        exchanged.add(mapping);
      }
    }
    return exchanged;
  }
}
