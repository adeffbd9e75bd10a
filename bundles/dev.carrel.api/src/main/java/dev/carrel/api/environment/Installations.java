package dev.carrel.api.environment;

import dev.carrel.api.Progress;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Changes the packages of profiles. Each change resolves all that was ever asked for anew, makes one tree of it and switches
 * to that as a new generation; where nothing comes of it, the present generation stays and is returned.
 */
@ProviderType
public interface Installations {
  /**
   * Adds packages. One that is there already is asked for with the version that is told now.
   *
   * @param source name of the package source; empty: the best there is
   * @param refresh whether the lists of packages are fetched anew first
   * @param scripts what becomes of the packages' maintainer scripts, of those that are there already too
   */
  Installed install(
      ProfileName profile, List<PackageRequest> packages, Optional<String> source, boolean refresh, Scripts scripts, Progress progress);

  /**
   * Takes packages out that were asked for.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if one was not
   */
  Installed remove(ProfileName profile, List<String> names, Scripts scripts, Progress progress);

  /**
   * Fetches the lists of packages anew and takes the newest of all that was asked for without a version.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if there is no such profile
   */
  Installed upgrade(ProfileName profile, Scripts scripts, Progress progress);

  /** The packages in whose name or description all words are found, in the order of their names. */
  List<PackageInfo> search(List<String> words, Optional<String> source, Progress progress);

  /**
   * What is known of packages.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if one is not known
   */
  List<PackageInfo> show(List<String> names, Optional<String> source, Progress progress);
}
