package dev.carrel.api.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import java.util.Optional;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/** Makes locks. */
@ProviderType
public interface Locks {
  /**
   * Finds out what packages are now, and makes their profile.
   *
   * @param before whose versions are kept as far as they can still be had; empty: all are the newest
   * @param newer by the names of packages, which of them are to be the newest all the same
   * @throws dev.carrel.api.CarrelException if the packages cannot be had
   */
  Lock make(Software.Packages wanted, Optional<Lock> before, Predicate<String> newer, Progress progress);
}
