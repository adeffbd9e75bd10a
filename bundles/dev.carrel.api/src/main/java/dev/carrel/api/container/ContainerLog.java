package dev.carrel.api.container;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** What a detached container's program has printed, from the oldest that is kept on. Not for use by several threads. */
@ProviderType
public interface ContainerLog extends AutoCloseable {
  /**
   * Something that was printed, as it was read; a line may be in two pieces.
   *
   * @param error whether to standard error
   */
  record Piece(Instant time, boolean error, byte[] bytes) {
    public Piece {
      Objects.requireNonNull(time);
      Objects.requireNonNull(bytes);
    }
  }

  /**
   * The next piece.
   *
   * @param wait how long to wait if there is none yet
   * @return nothing if there is none by then
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  Optional<Piece> next(Duration wait) throws InterruptedException;

  @Override
  void close();
}
