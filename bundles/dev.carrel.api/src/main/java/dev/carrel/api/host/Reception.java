package dev.carrel.api.host;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Receives other processes of this user at a UNIX socket; see unix(7). */
@ProviderType
public interface Reception {
  /** Who answers callers, each on a thread of its own. */
  interface Desk {
    /** Whether it would do for a caller what that would do by itself, and in the same way. The caller has no streams yet. */
    boolean takes(Caller caller);

    /**
     * Does what a caller asks for. The thread is interrupted when the caller goes away, or gets a signal that nobody takes.
     *
     * @return the exit status that the caller is to have
     */
    int serve(Caller caller);
  }

  /** A socket that is open. */
  interface Door extends AutoCloseable {
    /** Nobody comes in any more, and the socket is removed. Who is served is served to the end. */
    @Override
    void close();
  }

  /**
   * Opens a socket that only this user can reach. A socket that nobody listens at any more is replaced.
   *
   * @throws dev.carrel.api.CarrelException if somebody else listens there, or no socket can be made there
   */
  Door open(Path socket, Desk desk);
}
