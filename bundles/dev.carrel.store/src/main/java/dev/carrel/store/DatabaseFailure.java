package dev.carrel.store;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;

/** What SQLite's result codes (rescode.html) mean for the user. */
record DatabaseFailure(Path file) {
  private static final int PRIMARY = 0xff; // the rest of a code says in detail where it happened
  private static final int BUSY = 5;
  private static final int LOCKED = 6;
  private static final int READ_ONLY = 8;
  private static final int IO_ERROR = 10;
  static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int CANNOT_OPEN = 14;
  private static final int NO_DATABASE = 26;
  private static final int LOG_INDEX = 32 * 1024; // what SQLite needs at least, beside the database: walformat.html

  CarrelException of(String attempt, SQLException e) {
    Path store = file.getParent().getParent();
    Layout layout = new Layout(store);
    int code = e.getErrorCode() & PRIMARY;
    Optional<IOException> obstacle = code == IO_ERROR || code == CANNOT_OPEN || code == READ_ONLY ? obstacle() : Optional.empty();
    if (obstacle.isPresent()) {
      return layout.failure(attempt + " " + file, obstacle.get());
    }
    String why = switch (code) {
      case BUSY, LOCKED -> "another process has been writing to it all the time. Try again when that has ended";
      case READ_ONLY, CANNOT_OPEN -> "it cannot be written. Make the store " + store + " writable for you, or set " + Location.NAME
          + " to a directory that is";
      case FULL -> "No space left on device" + layout.free() + ". Free some space there, or set " + Location.NAME
          + " to a directory on another file system";
      case CORRUPT, NO_DATABASE -> "it is damaged (" + e.getMessage() + "). carrel store verify --repair makes it again from what is"
          + " noted beside the items";
      default -> e.getMessage() + ". Run carrel doctor to see whether the store " + store + " is well";
    };
    return CarrelException.failed("cannot " + attempt + " " + file + ": " + why, e);
  }

  /** Whether a failure says that there is no space. */
  static boolean isFull(CarrelException failure) {
    return failure.getCause() instanceof SQLException e && ((e.getErrorCode() & PRIMARY) == FULL || (e.getErrorCode() & PRIMARY) == IO_ERROR)
        || failure.getMessage().contains("No space left");
  }

  /** Whether a failure says that the database is damaged. */
  static boolean isDamage(CarrelException failure) {
    int code = failure.getCause() instanceof SQLException e ? e.getErrorCode() & PRIMARY : 0;
    return code == CORRUPT || code == NO_DATABASE;
  }

  /** SQLite tells no more than that it could not: what the kernel says to an attempt of ours is what the user has to know. */
  private Optional<IOException> obstacle() {
    try {
      Path trial = Files.createTempFile(file.getParent(), "trial", "");
      try {
        Files.write(trial, new byte[LOG_INDEX]);
      } finally {
        Files.delete(trial);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }
}
