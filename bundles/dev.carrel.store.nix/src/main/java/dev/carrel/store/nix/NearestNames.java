package dev.carrel.store.nix;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that somebody may have meant. */
final class NearestNames {
  private static final int MOST = 5;

  private record Candidate(String name, int distance) {}

  private NearestNames() {}

  /** At most five, the nearest first: a few letters away, or beginning the same. */
  static List<String> of(String wanted, Collection<String> known) {
    int limit = Math.max(1, Math.min(3, wanted.length() / 3));
    List<Candidate> near = new ArrayList<>();
    for (String name : known) {
      int distance = Math.abs(name.length() - wanted.length()) > limit ? limit + 1 : distance(wanted, name);
      if (distance <= limit) {
        near.add(new Candidate(name, distance));
      } else if (wanted.length() > 2 && name.startsWith(wanted)) {
        near.add(new Candidate(name, limit + name.length() - wanted.length()));
      }
    }
    near.sort(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name));
    return near.stream().map(Candidate::name).limit(MOST).toList();
  }

  /** How many letters have to be put in, taken out or exchanged. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int exchange = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(exchange, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
