package dev.carrel.api.host;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The host, as far as Java itself does not tell. */
@ProviderType
public interface Host {
  /**
   * The user this JVM runs as. Where the host's name service does not know the user, the name is that of
   * {@code $USER} or {@code user}, and the home directory that of {@code $HOME} or {@code /}.
   */
  Account account();

  /** Whether that user is root with its rights: CAP_SYS_ADMIN, which root in a container mostly lacks. */
  boolean administers();

  /** The groups of this JVM, its own first; one without a name is called {@code group<gid>}. */
  List<Group> groups();

  /**
   * The ids that the user this JVM runs as may give to containers: those of /etc/subuid and /etc/subgid; see subuid(5). Root may use
   * any, and gets there what belongs to the name {@code carrel}, or else a range that is used for nothing but containers.
   */
  SubordinateIds subordinateIds();

  /** Writes everything of a file system to its device: syncfs(2). */
  void sync(Path anyFileOfIt) throws IOException;

  /**
   * A new SHA-256 of the quickest kind that the host has, for who hashes much: the JVM's own, which this is otherwise, may take ten times as
   * long. It is for one thread at a time.
   */
  default MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
