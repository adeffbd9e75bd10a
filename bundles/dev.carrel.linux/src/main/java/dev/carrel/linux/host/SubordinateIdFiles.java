package dev.carrel.linux.host;

import dev.carrel.api.host.IdRange;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads subuid(5) and subgid(5): lines of a user's name or uid, the first id and their number. */
final class SubordinateIdFiles {
  /** The user whose ranges root gives to containers. */
  private static final String CONTAINERS = "carrel";
  /**
   * Without such a user: ids that systemd keeps for containers (524288 to 1879048191, see its "Users, Groups, UIDs and GIDs"), far
   * from where useradd(8) and others begin.
   */
  private static final IdRange UNUSED = new IdRange(0x4CA5_0000L, 65536);

  private SubordinateIdFiles() {}

  /**
   * Of root: nothing in a user namespace that does not have these ids.
   *
   * @param map those that it has; see user_namespaces(7)
   */
  static List<IdRange> ofRoot(Path file, Path map) {
    List<IdRange> named = read(file, CONTAINERS, CONTAINERS);
    List<IdRange> ranges = new ArrayList<>(named.isEmpty() ? List.of(UNUSED) : named);
    List<IdRange> existing = existing(map);
    for (int i = ranges.size() - 1; i >= 0; i--) {
      if (!isWithin(ranges.get(i), existing)) {
        ranges.remove(i);
      }
    }
    return ranges;
  }

  private static boolean isWithin(IdRange range, List<IdRange> existing) {
    for (IdRange there : existing) {
      if (there.contains(range)) {
        return true;
      }
    }
    return false;
  }

  private static List<IdRange> existing(Path map) {
    List<IdRange> ranges = new ArrayList<>(1);
    for (String line : lines(map)) {
      String numbers = line.strip(); // in columns
      add(ranges, numbers.substring(0, Math.max(numbers.indexOf(' '), 0)), numbers.substring(numbers.lastIndexOf(' ') + 1));
    }
    return ranges;
  }

  static List<IdRange> read(Path file, String name, String uid) {
    List<IdRange> ranges = new ArrayList<>(1);
    for (String line : lines(file)) {
      String[] fields = line.split(":", -1); // a single character is split without a regular expression
      if (fields.length == 3 && (fields[0].equals(name) || fields[0].equals(uid))) {
        add(ranges, fields[1], fields[2]);
      }
    }
    return ranges;
  }

  /** newuidmap(1) ignores a line that makes no sense, too. */
  private static void add(List<IdRange> ranges, String first, String count) {
    try {
      ranges.add(new IdRange(Long.parseLong(first), Math.min(Long.parseLong(count), 0xFFFF_FFFFL - Long.parseLong(first))));
    } catch (IllegalArgumentException e) {
      // no numbers, or no ids
    }
  }

  private static List<String> lines(Path file) {
    try (InputStream in = new FileInputStream(file.toFile())) {
      return Arrays.asList(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).split("\n"));
    } catch (IOException e) {
      return List.of(); // nobody has been given any
    }
  }
}
