package dev.carrel.api.host;

import java.nio.file.Path;
import org.osgi.annotation.versioning.ProviderType;

/** Does commands for other processes of this user, which need no JVM of their own then. */
@ProviderType
public interface Residence {
  /** The name of the socket in its directory. */
  String SOCKET = "socket";

  /**
   * Begins to serve.
   *
   * @param directory where the socket is to be; made, for this user alone, if it is not there
   * @throws dev.carrel.api.CarrelException if somebody serves there already, or nobody can
   */
  Reception.Door open(Path directory);
}
