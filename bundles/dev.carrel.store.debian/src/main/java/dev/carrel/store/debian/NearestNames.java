package dev.carrel.store.debian;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds the names somebody may have meant: few edits away, or beginning with what was written. */
final class NearestNames {
  private static final int MOST = 5;

  private record Candidate(String name, int distance) {}

  private NearestNames() {}

  /** At most five of {@code known}, the nearest first. */
  static List<String> of(String wanted, List<String> known) {
    int limit = Math.max(1, Math.min(3, wanted.length() / 3));
    List<Candidate> near = new ArrayList<>();
    for (String name : known) {
      int distance = distance(wanted, name, limit);
      if (distance <= limit) {
        near.add(new Candidate(name, distance));
      } else if (wanted.length() >= 3 && (name.startsWith(wanted) || (name.length() >= 3 && wanted.startsWith(name)))) {
        // Behind everything that is few edits away, short differences first.
        near.add(new Candidate(name, limit + Math.abs(name.length() - wanted.length())));
      }
    }
    near.sort(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name));
    List<String> names = new ArrayList<>();
    for (Candidate candidate : near) {
      if (names.size() < MOST && !names.contains(candidate.name())) {
        names.add(candidate.name());
      }
    }
    return names;
  }

  /** Edits from one to the other: insert, delete, replace, swap neighbours; more than {@code limit} is not counted out. */
  static int distance(String a, String b, int limit) {
    if (Math.abs(a.length() - b.length()) > limit) {
      return limit + 1;
    }
    int[] before = new int[b.length() + 1];
    int[] above = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      int least = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j - 1], above[j]) + 1, above[j - 1] + cost);
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
        least = Math.min(least, row[j]);
      }
      if (least > limit) {
        return limit + 1;
      }
      int[] free = before;
      before = above;
      above = row;
      row = free;
    }
    return above[b.length()];
  }
}
