package dev.carrel.api.declaration;

/**
 * Where something stands in a file.
 *
 * @param line from 1 on
 * @param column from 1 on
 */
public record Place(int line, int column) {
  public Place {
    if (line < 1 || column < 1) {
      throw new IllegalArgumentException("no place is at line " + line + ", column " + column);
    }
  }

  /** As compilers write it: {@code 3:14}. */
  @Override
  public String toString() {
    return line + ":" + column;
  }
}
