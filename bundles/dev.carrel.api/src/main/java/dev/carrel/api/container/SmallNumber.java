package dev.carrel.api.container;

/** Numbers of one or two digits in what users write. */
final class SmallNumber {
  private SmallNumber() {}

  /** @throws IllegalArgumentException with this message if it is none */
  static int of(String digits, String otherwise) {
    boolean right = digits.length() == 1 || digits.length() == 2;
    for (int i = 0; i < digits.length(); i++) {
      right &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!right) {
      throw new IllegalArgumentException(otherwise);
    }
    return Integer.parseInt(digits);
  }
}
