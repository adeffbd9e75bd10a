package dev.carrel.api.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/** Makes locks. */
@ProviderType
public interface Locks {
  /**
   * A lock that was made.
   *
   * @param notes what whoever asked for it should know, such as a package that is not configured
   */
  record Made(Lock lock, List<String> notes) {
    public Made {
      Objects.requireNonNull(lock);
      notes = List.copyOf(notes);
    }
  }

  /**
   * Finds out what packages are now, and makes their profile.
   *
   * @param before whose versions are kept as far as they can still be had; empty: all are the newest
   * @param newer by the names of packages, which of them are to be the newest all the same
   * @throws dev.carrel.api.CarrelException if the packages cannot be had
   */
  Made make(Software.Packages wanted, Optional<Lock> before, Predicate<String> newer, Progress progress);
}
