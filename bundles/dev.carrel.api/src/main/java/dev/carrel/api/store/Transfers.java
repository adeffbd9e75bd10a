package dev.carrel.api.store;

import dev.carrel.api.Progress;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Brings items into a store that no package source has, and from one store into another. */
@ProviderType
public interface Transfers {
  /**
   * Adds a directory, a file or a tar archive as a package, which the package source {@code store} then has under its name. It is
   * kept until {@link #forget}.
   *
   * @param version may be empty
   * @param references valid items that it needs
   * @throws dev.carrel.api.CarrelException if it cannot be read or has what no item may have
   */
  StorePath add(Path what, String name, String version, Collection<StorePath> references, Progress progress);

  /**
   * Forgets a name under which something was added; what nothing else keeps goes with the next collection.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if there is none
   */
  void forget(String name);

  /** Writes items and all they need, as one archive. */
  void send(Collection<StorePath> items, OutputStream archive, Progress progress);

  /**
   * Reads such an archive. Every item is compared with its hash, and none is valid before all are right. An archive is as
   * trustworthy as whoever made it: an item in it is taken for what it is called.
   *
   * @return all items of the archive
   * @throws dev.carrel.api.CarrelException if it is damaged; nothing is added then
   */
  List<StorePath> receive(InputStream archive, Progress progress);

  /** Copies items and all they need into the store in another directory, which is made if it is not there. */
  List<StorePath> copy(Collection<StorePath> items, Path directory, Progress progress);
}
