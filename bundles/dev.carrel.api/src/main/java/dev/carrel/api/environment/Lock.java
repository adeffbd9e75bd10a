package dev.carrel.api.environment;

import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.environment.WorkplaceRequest.Software.Packages;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What packages came to, so exactly that it can be had again elsewhere.
 *
 * @param machine which machines it is for: the JVM's name of their architecture
 * @param request what was asked for
 * @param profile the tree of the packages from package sources; empty if there are none
 * @param packages those of package sources, with all they need
 * @param elsewhere those that lie in stores of the host
 */
public record Lock(String machine, Request request, Optional<Tree> profile, List<Locked> packages, List<Elsewhere> elsewhere) {
  /**
   * What a lock was made for.
   *
   * @param packages as they are written, sorted
   * @param source name of the source of those that do not name theirs
   * @param scripts how they are configured
   */
  public record Request(List<String> packages, Optional<String> source, Scripts.Use scripts) {
    public Request {
      packages = List.copyOf(packages);
      Objects.requireNonNull(source);
      Objects.requireNonNull(scripts);
    }

    /** What these packages would be locked as. */
    public static Request of(Packages wanted) {
      TreeSet<String> names = new TreeSet<>();
      for (PackageRequest request : wanted.packages()) {
        names.add(request.toString());
      }
      return new Request(List.copyOf(names), wanted.source(), wanted.scripts().use());
    }
  }

  /**
   * A profile.
   *
   * @param hash of the list of all its files
   */
  public record Tree(StorePath item, String hash) {
    public Tree {
      Objects.requireNonNull(item);
      Objects.requireNonNull(hash);
    }
  }

  /**
   * A package.
   *
   * @param source the name of the package source that has it
   * @param hash of its item's content
   */
  public record Locked(String source, Resolved resolved, String hash) {
    public Locked {
      Objects.requireNonNull(source);
      Objects.requireNonNull(resolved);
      Objects.requireNonNull(hash);
    }
  }

  /**
   * A package in a store of the host.
   *
   * @param request as it was asked for
   * @param store the name of the store
   * @param item its path
   */
  public record Elsewhere(String request, String store, Path item) {
    public Elsewhere {
      Objects.requireNonNull(request);
      Objects.requireNonNull(store);
      if (!item.isAbsolute()) {
        throw new IllegalArgumentException("'" + item + "' is no absolute path");
      }
    }
  }

  public Lock {
    Objects.requireNonNull(machine);
    Objects.requireNonNull(request);
    packages = List.copyOf(packages);
    elsewhere = List.copyOf(elsewhere);
    if (profile.isEmpty() != packages.isEmpty()) {
      throw new IllegalArgumentException("packages and their profile belong together");
    }
  }
}
