package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.GuestRange;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.IdRange;
import dev.carrel.api.host.SubordinateIds;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses which ids of the host those inside are. A user without privileges is there as himself; where root starts it, nobody
 * inside is root for the host.
 */
final class Identities {
  /** As many as a system has of its own: those of 16 bits. */
  private static final long SYSTEM = 65536;

  private final Host host;
  private final Account inside;

  /** @param inside the program's user */
  Identities(Host host, Account inside) {
    this.host = host;
    this.inside = inside;
  }

  Identity of(WorkplaceRequest request) {
    boolean ownUsers = request.namespaces().contains(Namespace.USER);
    GuestRange range = request.range();
    if (!ownUsers && !(range instanceof GuestRange.Standard)) {
      throw CarrelException.usage("cannot choose the ids of a container without a user namespace of its own:"
          + " leave out --ids, or add user to --namespaces");
    }
    if (range instanceof GuestRange.Standard) {
      // Without mounts of its own it could not be let to root's files, its working directory for example.
      return ownUsers && request.namespaces().contains(Namespace.MOUNT) && root() ? standard() : single();
    } else if (range instanceof GuestRange.Count count) {
      return count.count() == 1 ? single() : ranged(count.count());
    } else if (range instanceof GuestRange.Available) {
      SubordinateIds ids = host.subordinateIds();
      long own = root() ? 0 : 1;
      return ranged(Math.max(2, Math.min(SYSTEM, own + Math.min(sum(ids.users()), sum(ids.groups())))));
    }
    IdRange given = ((GuestRange.Given) range).ids();
    if (!root()) {
      within(given, host.subordinateIds().users(), "/etc/subuid");
      within(given, host.subordinateIds().groups(), "/etc/subgid");
    }
    return of(List.of(given), List.of(given), given.count() + (root() ? 0 : 1));
  }

  /** For a program that is root inside, and needs no other id but where that is how root starts any. */
  Identity ofPretendedRoot() {
    return root() ? standard() : single();
  }

  private boolean root() {
    return host.administers();
  }

  private Identity single() {
    return new Identity(new IdMapping(inside.uid(), host.account().uid(), 1), new IdMapping(inside.gid(), host.account().gid(), 1));
  }

  /** In a user namespace that does not have these ids, as in another container, root is there as itself. */
  private Identity standard() {
    SubordinateIds ids = host.subordinateIds();
    return sum(ids.users()) < SYSTEM || sum(ids.groups()) < SYSTEM ? single() : of(ids.users(), ids.groups(), SYSTEM);
  }

  private Identity ranged(long count) {
    SubordinateIds ids = host.subordinateIds();
    long needed = root() ? count : count - 1;
    enough(needed, count, ids.users(), "/etc/subuid");
    enough(needed, count, ids.groups(), "/etc/subgid");
    return of(ids.users(), ids.groups(), count);
  }

  private void enough(long needed, long count, List<IdRange> ranges, String file) {
    long there = sum(ranges);
    if (there < needed) {
      String name = root() ? "carrel" : host.account().name();
      throw CarrelException.usage("cannot give a container " + count + " ids: " + file + " gives " + (root() ? "the name " : "you, ")
          + name + ", " + (there == 0 ? "none" : "only " + there) + ". Give a smaller --ids, or "
          + (root() ? "" : "ask an administrator to ") + "add to /etc/subuid and /etc/subgid a line " + name + ":FIRST:COUNT");
    }
  }

  private static void within(IdRange given, List<IdRange> ranges, String file) {
    StringBuilder known = new StringBuilder();
    for (IdRange range : ranges) {
      if (range.contains(given)) {
        return;
      }
      known.append(known.length() == 0 ? "" : ", ").append(range);
    }
    throw CarrelException.usage("cannot give a container the ids " + given + ": " + file + " gives you "
        + (known.length() == 0 ? "none" : known) + ". Give --ids=FIRST:COUNT within these");
  }

  private Identity of(List<IdRange> users, List<IdRange> groups, long count) {
    List<IdMapping> allUsers = map(inside.uid(), host.account().uid(), users, count);
    List<IdMapping> allGroups = map(inside.gid(), host.account().gid(), groups, count);
    return new Identity(allUsers.get(0), allGroups.get(0), allUsers.subList(1, allUsers.size()), allGroups.subList(1, allGroups.size()));
  }

  /**
   * The program's own id first, then the others. One that lies beyond the range takes the place of its last.
   *
   * @param caller the caller's id, which is the program's unless that is root's
   */
  private List<IdMapping> map(long own, long caller, List<IdRange> supply, long count) {
    List<IdMapping> mappings = new ArrayList<>(4);
    List<IdRange> left = new ArrayList<>(supply);
    long place = Math.min(own, count - 1);
    if (root()) {
      mappings.add(new IdMapping(own, take(left, place), 1));
    } else {
      mappings.add(new IdMapping(own, caller, 1));
    }
    fill(mappings, 0, place, left);
    fill(mappings, place + 1, count, left);
    return mappings;
  }

  /** Takes the id at a place out of some ranges. */
  private static long take(List<IdRange> ranges, long place) {
    long before = 0;
    for (int i = 0; i < ranges.size(); i++) {
      IdRange range = ranges.get(i);
      if (place < before + range.count()) {
        long at = place - before;
        ranges.remove(i);
        if (at + 1 < range.count()) {
          ranges.add(i, new IdRange(range.first() + at + 1, range.count() - at - 1));
        }
        if (at > 0) {
          ranges.add(i, new IdRange(range.first(), at));
        }
        return range.first() + at;
      }
      before += range.count();
    }
    throw new IllegalArgumentException("there are fewer than " + place + " ids");
  }

  /** Maps the ids of {@code [from, to)} to the first that are left. */
  private static void fill(List<IdMapping> mappings, long from, long to, List<IdRange> left) {
    long next = from;
    while (next < to) {
      IdRange range = left.remove(0);
      long count = Math.min(to - next, range.count());
      mappings.add(new IdMapping(next, range.first(), count));
      if (count < range.count()) {
        left.add(0, new IdRange(range.first() + count, range.count() - count));
      }
      next += count;
    }
  }

  private static long sum(List<IdRange> ranges) {
    long sum = 0;
    for (IdRange range : ranges) {
      sum += range.count();
    }
    return sum;
  }
}
