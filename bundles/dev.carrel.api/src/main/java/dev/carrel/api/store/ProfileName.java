package dev.carrel.api.store;

/**
 * The name of a profile that has generations: letters, digits and {@code +._-}, at most 64 of them, beginning with a letter or
 * a digit, and not ending like the link of a generation, {@code -7-link}.
 */
public record ProfileName(String name) {
  /** What is meant where nobody says which. */
  public static final ProfileName DEFAULT = new ProfileName("default");

  private static final int LONGEST = 64;
  private static final String LINK = "-link";

  public ProfileName {
    boolean sound = !name.isEmpty() && name.length() <= LONGEST && !isGeneration(name);
    for (int i = 0; sound && i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      sound = letter || i > 0 && "+._-".indexOf(c) >= 0;
    }
    if (!sound) {
      throw new IllegalArgumentException("'" + name + "' is no name of a profile: letters, digits and +._- , at most " + LONGEST
          + ", beginning with a letter or a digit, and not ending with -NUMBER-link");
    }
  }

  private static boolean isGeneration(String name) {
    if (!name.endsWith(LINK)) {
      return false;
    }
    int end = name.length() - LINK.length();
    int start = end;
    while (start > 0 && name.charAt(start - 1) >= '0' && name.charAt(start - 1) <= '9') {
      start--;
    }
    return start < end && start > 0 && name.charAt(start - 1) == '-';
  }

  @Override
  public String toString() {
    return name;
  }
}
