package dev.carrel.api.environment;

import dev.carrel.api.Progress;
import org.osgi.annotation.versioning.ProviderType;

/** Makes places to work. */
@ProviderType
public interface Workplaces {
  /**
   * Makes everything a place to work needs, so that its container can be started: resolves, downloads, unpacks, makes
   * the profile. Does none of that for a request whose profile is there.
   *
   * @throws dev.carrel.api.CarrelException if that failed
   */
  Workplace prepare(WorkplaceRequest request, Progress progress);

  /**
   * What {@link #prepare} would come to; makes nothing in the store and fetches nothing.
   *
   * @throws dev.carrel.api.CarrelException if that cannot be told, for example as the lists of packages were never
   *     fetched
   */
  Workplace plan(WorkplaceRequest request, Progress progress);
}
