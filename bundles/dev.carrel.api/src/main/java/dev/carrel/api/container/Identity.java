package dev.carrel.api.container;

import java.util.ArrayList;
import java.util.List;

/**
 * Who the program is, inside and for the host, and which other ids exist inside.
 *
 * @param user user id inside and outside; one id
 * @param group group id inside and outside; one id
 * @param moreUsers other users that exist inside, for example for servers that start as root and go on as somebody else
 * @param moreGroups other groups that exist inside
 */
public record Identity(IdMapping user, IdMapping group, List<IdMapping> moreUsers, List<IdMapping> moreGroups) {
  public Identity {
    moreUsers = List.copyOf(moreUsers);
    moreGroups = List.copyOf(moreGroups);
    if (user.count() != 1 || group.count() != 1) {
      throw new IllegalArgumentException("the program has one user and one group: other ids are given beside them");
    }
    if (moreUsers.isEmpty() != moreGroups.isEmpty()) {
      throw new IllegalArgumentException("a container with more than one user has more than one group, and the other way round");
    }
    disjoint(all(user, moreUsers));
    disjoint(all(group, moreGroups));
  }

  /** With no other id inside. */
  public Identity(IdMapping user, IdMapping group) {
    this(user, group, List.of(), List.of());
  }

  /** Whether more ids exist inside than those of the program. */
  public boolean ranged() {
    return !moreUsers.isEmpty();
  }

  /** Every user id that exists inside. */
  public List<IdMapping> users() {
    return all(user, moreUsers);
  }

  /** Every group id that exists inside. */
  public List<IdMapping> groups() {
    return all(group, moreGroups);
  }

  private static List<IdMapping> all(IdMapping one, List<IdMapping> more) {
    List<IdMapping> all = new ArrayList<>(1 + more.size());
    all.add(one);
    all.addAll(more);
    return all;
  }

  private static void disjoint(List<IdMapping> mappings) {
    for (int i = 0; i < mappings.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (mappings.get(i).overlaps(mappings.get(j))) {
          throw new IllegalArgumentException("the id mappings " + mappings.get(j) + " and " + mappings.get(i) + " have ids in common");
        }
      }
    }
  }
}
