package dev.carrel.api.resource;

/**
 * A number that is not passed, or the word that there is none. The unit is that of whatever it bounds.
 *
 * @param value from 0 on, or {@value #UNLIMITED}
 */
public record Bound(long value) {
  /** No bound. */
  public static final long UNLIMITED = -1;

  public Bound {
    if (value < UNLIMITED) {
      throw new IllegalArgumentException("a limit is not negative");
    }
  }

  /** None: what is there may be used. */
  public static Bound none() {
    return new Bound(UNLIMITED);
  }

  /** Whether there is none. */
  public boolean isUnlimited() {
    return value == UNLIMITED;
  }

  @Override
  public String toString() {
    return isUnlimited() ? "unlimited" : Long.toString(value);
  }
}
