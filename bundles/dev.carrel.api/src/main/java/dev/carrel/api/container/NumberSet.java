package dev.carrel.api.container;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Some of the numbers that the kernel gives to processors and to nodes of memory.
 *
 * @param numbers each once, in order
 */
public record NumberSet(List<Integer> numbers) {
  /** No kernel counts further. */
  public static final int LARGEST = 8191;
  private static final int WORD = 64;

  public NumberSet {
    numbers = List.copyOf(new TreeSet<>(numbers));
    if (numbers.isEmpty()) {
      throw new IllegalArgumentException("there has to be a number: write for example 0-3,7");
    }
    if (numbers.get(0) < 0 || numbers.get(numbers.size() - 1) > LARGEST) {
      throw new IllegalArgumentException("the numbers are 0 to " + LARGEST);
    }
  }

  /**
   * Reads a list as {@code 0-3,7}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static NumberSet of(String text) {
    List<Integer> numbers = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int dash = part.indexOf('-');
      int first = number(text, dash < 0 ? part : part.substring(0, dash));
      int last = dash < 0 ? first : number(text, part.substring(dash + 1));
      if (last < first) {
        throw new IllegalArgumentException("'" + part + "' goes backwards");
      }
      for (int number = first; number <= last; number++) {
        numbers.add(number);
      }
    }
    return new NumberSet(numbers);
  }

  private static int number(String text, String digits) {
    boolean wrong = digits.isEmpty() || digits.length() > 4;
    for (int i = 0; i < digits.length(); i++) {
      wrong |= digits.charAt(i) < '0' || digits.charAt(i) > '9';
    }
    if (wrong || Integer.parseInt(digits) > LARGEST) {
      throw new IllegalArgumentException("'" + text + "' is no list of numbers from 0 to " + LARGEST + ": write for example 0-3,7");
    }
    return Integer.parseInt(digits);
  }

  /** As bits, in words of 64. */
  public long[] bits() {
    long[] bits = new long[numbers.get(numbers.size() - 1) / WORD + 1];
    for (int number : numbers) {
      bits[number / WORD] |= 1L << number % WORD;
    }
    return bits;
  }

  /** As {@link #of} reads it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < numbers.size(); i++) {
      int first = numbers.get(i);
      while (i + 1 < numbers.size() && numbers.get(i + 1) == numbers.get(i) + 1) {
        i++;
      }
      text.append(text.length() == 0 ? "" : ",").append(first).append(first == numbers.get(i) ? "" : "-" + numbers.get(i));
    }
    return text.toString();
  }
}
