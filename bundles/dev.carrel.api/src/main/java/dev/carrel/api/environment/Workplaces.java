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
   * Makes everything that the packages of a request need, as {@link #prepare} does, for programs of the host that are to use them
   * where they lie. Of the request, what is about a container does not count.
   *
   * @throws dev.carrel.api.CarrelException if that failed, or the packages work in a container alone
   */
  SearchPaths searchPaths(WorkplaceRequest request, Progress progress);

  /**
   * What {@link #prepare} would come to; makes nothing in the store and fetches nothing.
   *
   * @throws dev.carrel.api.CarrelException if that cannot be told, for example as the lists of packages were never
   *     fetched
   */
  Workplace plan(WorkplaceRequest request, Progress progress);
}
