package dev.carrel.api.web;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Pages about containers and the store, for a browser on this host. They change nothing. */
@ProviderType
public interface WebPages {
  /** Pages that can be looked at until this is closed. */
  interface Serving extends AutoCloseable {
    /** Where they are: with a secret that nobody else knows. */
    URI address();

    /** No pages any more. Called twice, it does nothing. */
    @Override
    void close();
  }

  /**
   * Serves the pages on the loopback interface.
   *
   * @param port where, or 0 for any port that is free
   * @param token the file that has the secret; it is made if it is not there, for this user alone. Empty: a new secret, which is in no file
   * @throws dev.carrel.api.CarrelException if that port is taken, these pages are served in this process already, or others could read the
   *     secret
   */
  Serving serve(int port, Optional<Path> token);
}
