package dev.carrel.store.debian;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Tells when apt gets on no more. On a disk that becomes full its methods may die, or wait for ever, without its noticing;
 * what it says and what it has on disk do not change then.
 */
final class Stalled {
  /** How often to look, in milliseconds. */
  static final long LOOK = 2000;
  private static final int LOOKS_ON_A_FULL_DISK = 5;
  private static final int LOOKS = 90;
  private static final long SCARCE = 16_000_000; // bytes

  private final AptState state;
  private long before = -1;
  private int quiet;

  Stalled(AptState state) {
    this.state = state;
  }

  /**
   * Looks once more.
   *
   * @param said how many lines apt has written
   * @return why it has to be given up, if it has
   */
  Optional<String> look(int said) {
    long now = said + bytes();
    quiet = now == before ? quiet + 1 : 0;
    before = now;
    if (quiet >= LOOKS_ON_A_FULL_DISK && isScarce()) {
      return Optional.of(AptMessages.NO_SPACE);
    }
    return quiet < LOOKS ? Optional.empty() : Optional.of("it got on no more for " + LOOKS * LOOK / 1000 + " seconds");
  }

  private boolean isScarce() {
    try {
      return Files.getFileStore(state.directory()).getUsableSpace() < SCARCE;
    } catch (IOException e) {
      return false; // then apt will tell
    }
  }

  private long bytes() {
    long bytes = 0;
    for (Path directory : List.of(state.lists(), state.lists().resolve("partial"), state.archives(), state.archives().resolve("partial"))) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
        for (Path file : files) {
          bytes += 1 + Files.size(file);
        }
      } catch (IOException | DirectoryIteratorException e) {
        continue; // not there, or a file has gone meanwhile
      }
    }
    return bytes;
  }
}
