package dev.carrel.api.host;

import java.util.List;

/**
 * Ids beside their own that somebody may give to containers.
 *
 * @param users ranges of user ids, in the order of preference; empty: none
 * @param groups the same for groups
 */
public record SubordinateIds(List<IdRange> users, List<IdRange> groups) {
  public SubordinateIds {
    users = List.copyOf(users);
    groups = List.copyOf(groups);
  }
}
