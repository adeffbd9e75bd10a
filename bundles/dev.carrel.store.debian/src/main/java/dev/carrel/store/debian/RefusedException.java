package dev.carrel.store.debian;

/** Why an archive, or one of its entries, is not unpacked; the message is a part of a sentence. */
final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String entry;

  /** The archive as a whole. */
  RefusedException(String why) {
    this("", why);
  }

  RefusedException(String entry, String why) {
    super(why);
    this.entry = entry;
  }

  RefusedException(String entry, String why, Throwable cause) {
    super(why, cause);
    this.entry = entry;
  }

  /** The entry's name, or empty if it is about the archive as a whole. */
  String entry() {
    return entry;
  }
}
