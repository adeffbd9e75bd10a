package dev.carrel.api.container;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /**
   * The same ids with another one as the program's.
   *
   * @return nothing if one of these does not exist inside
   */
  public Optional<Identity> as(long uid, long gid) {
    List<IdMapping> users = first(uid, users());
    List<IdMapping> groups = first(gid, groups());
    return users.isEmpty() || groups.isEmpty() ? Optional.empty()
        : Optional.of(new Identity(users.get(0), groups.get(0), users.subList(1, users.size()), groups.subList(1, groups.size())));
  }

  /** Splits the mapping that an id belongs to, so that it has one of its own. */
  private static List<IdMapping> first(long id, List<IdMapping> mappings) {
    List<IdMapping> others = new ArrayList<>(mappings.size() + 2);
    Optional<IdMapping> own = Optional.empty();
    for (IdMapping mapping : mappings) {
      long before = id - mapping.inside();
      if (before < 0 || before >= mapping.count()) {
        others.add(mapping);
        continue;
      }
      own = Optional.of(new IdMapping(id, mapping.outside() + before, 1));
      if (before > 0) {
        others.add(new IdMapping(mapping.inside(), mapping.outside(), before));
      }
      if (before + 1 < mapping.count()) {
        others.add(new IdMapping(id + 1, mapping.outside() + before + 1, mapping.count() - before - 1));
      }
    }
    if (own.isEmpty()) {
      return List.of();
    }
    others.add(0, own.get());
    return others;
  }

  /** Whether a group exists inside. */
  public boolean hasGroup(long gid) {
    return !first(gid, groups()).isEmpty();
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
