package dev.carrel.store.debian;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Condenses what apt prints into a part of a sentence. */
final class AptMessages {
  /** In what apt says when a file system is full. */
  static final String NO_SPACE = "No space left on device";
  /** What to do about it. */
  static final String FREE_SPACE = "Free some space, or use a store on another file system (CARREL_STORE=DIRECTORY).";
  private static final int MOST_PARTS = 4;
  private static final String UNMET = "The following packages have unmet dependencies:";

  private AptMessages() {}

  /** Why packages cannot be installed together: apt's list of unmet dependencies, or its errors. */
  static String unsatisfiable(Apt.Ran ran) {
    Set<String> parts = new LinkedHashSet<>();
    boolean within = false;
    for (String line : ran.out()) {
      if (line.equals(UNMET)) {
        within = true;
      } else if (within && line.startsWith(" ")) {
        parts.add(squeeze(line));
      }
    }
    return parts.isEmpty() ? errors(ran) : join(parts);
  }

  /** Apt's errors, or, if there are none, its warnings. */
  static String errors(Apt.Ran ran) {
    Set<String> parts = marked(ran.err(), "E: ");
    if (parts.isEmpty()) {
      parts = marked(ran.err(), "W: ");
      parts.removeIf(AptMessages::isEpilogue);
    }
    if (parts.isEmpty()) {
      parts.addAll(ran.err());
    }
    return parts.isEmpty() ? "apt ended with status " + ran.status() + " and no message" : join(parts);
  }

  /** Apt's errors and warnings about what it could not fetch, or an empty string. */
  static String complaints(Apt.Ran ran) {
    Set<String> parts = marked(ran.err(), "E: ");
    parts.addAll(marked(ran.err(), "W: "));
    parts.removeIf(AptMessages::isEpilogue);
    return parts.isEmpty() ? "" : join(parts);
  }

  /** What apt adds to warnings that say it better, and that a source is named twice, which does no harm. */
  private static boolean isEpilogue(String part) {
    return part.startsWith("Some index files failed to download") || part.contains(" is configured multiple times in ");
  }

  /** Lines with a mark, together with the indented lines that follow and explain them. */
  private static Set<String> marked(List<String> lines, String mark) {
    Set<String> parts = new LinkedHashSet<>();
    String current = null;
    for (String line : lines) {
      if (line.startsWith(mark)) {
        if (current != null) {
          parts.add(current);
        }
        current = squeeze(line.substring(mark.length()));
      } else if (current != null && line.startsWith(" ")) {
        current += " " + squeeze(line);
      } else if (current != null) {
        parts.add(current);
        current = null;
      }
    }
    if (current != null) {
      parts.add(current);
    }
    return parts;
  }

  private static String join(Set<String> parts) {
    StringBuilder text = new StringBuilder();
    int count = 0;
    for (String part : parts) {
      if (count == MOST_PARTS) {
        text.append("; and ").append(parts.size() - count).append(" more");
        break;
      }
      text.append(count == 0 ? "" : "; ").append(part.endsWith(".") ? part.substring(0, part.length() - 1) : part);
      count++;
    }
    return text.toString();
  }

  /** One space where there were many; control characters, which a mirror may send, do not reach the terminal. */
  private static String squeeze(String text) {
    StringBuilder squeezed = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = Character.isISOControl(text.charAt(i)) ? ' ' : text.charAt(i);
      if (c != ' ' || (squeezed.length() > 0 && squeezed.charAt(squeezed.length() - 1) != ' ')) {
        squeezed.append(c);
      }
    }
    return squeezed.toString().strip();
  }
}
