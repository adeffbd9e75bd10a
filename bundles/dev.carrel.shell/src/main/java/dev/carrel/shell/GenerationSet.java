package dev.carrel.shell;

import dev.carrel.api.store.Generation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Which generations are meant by {@code 5}, by {@code 3..7} and by {@code 30d}. */
final class GenerationSet {
  private static final String RANGE = "..";

  private GenerationSet() {}

  /** Of a range and of an age, only those that are there, and not the present one. */
  static List<Integer> of(LifeLine line, String text, List<Generation> there, int current, Instant now) {
    int range = text.indexOf(RANGE);
    if (range < 0 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return List.of(number(line, text));
    }
    int from = range > 0 ? number(line, text.substring(0, range)) : range == 0 ? 1 : 0;
    int to = range < 0 ? 0 : range + RANGE.length() < text.length() ? number(line, text.substring(range + RANGE.length())) : Integer.MAX_VALUE;
    if (range >= 0 && from > to) {
      throw line.usage(text + " has no generation: the first number is the lower one");
    }
    Instant before = range < 0 ? now.minus(age(line, text)) : now;
    List<Integer> meant = new ArrayList<>();
    for (Generation generation : there) {
      boolean in = range >= 0 ? generation.number() >= from && generation.number() <= to : generation.made().isBefore(before);
      if (in && generation.number() != current) {
        meant.add(generation.number());
      }
    }
    return meant;
  }

  static int number(LifeLine line, String text) {
    boolean digits = !text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || Integer.parseInt(text) == 0) {
      throw line.usage("'" + text + "' is no number of a generation");
    }
    return Integer.parseInt(text);
  }

  /** {@code 30d}, {@code 12h}, {@code 10m}, {@code 5s}, {@code 2w}. */
  static Duration age(LifeLine line, String text) {
    String digits = text.isEmpty() ? "" : text.substring(0, text.length() - 1);
    if (!digits.isEmpty() && digits.length() < 8 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      long count = Long.parseLong(digits);
      switch (text.charAt(text.length() - 1)) {
        case 's':
          return Duration.ofSeconds(count);
        case 'm':
          return Duration.ofMinutes(count);
        case 'h':
          return Duration.ofHours(count);
        case 'd':
          return Duration.ofDays(count);
        case 'w':
          return Duration.ofDays(7 * count);
        default:
          break;
      }
    }
    throw line.usage("'" + text + "' is no age: say 30d, 12h, 2w");
  }
}
