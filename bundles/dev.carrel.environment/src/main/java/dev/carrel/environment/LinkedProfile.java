package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Links inside to what is in the profile. As the container's root has what the profile has, a link to a file of the profile leads
 * there; for the link to the profile itself, it is also where it is on the host.
 */
final class LinkedProfile {
  private static final Path ROOT = Path.of("/");
  private static final int MOST_LINKS = 40; // as the kernel: path_resolution(7)

  private final WorkplaceRequest request;
  private final Path home;
  private final Provision provision;
  private final boolean real;

  /** @param real whether the profile is there, and not only planned */
  LinkedProfile(WorkplaceRequest request, Resident resident, Provision provision, boolean real) {
    this.request = request;
    this.home = resident.account().home().resolve(ProfileLinks.HOME);
    this.provision = provision;
    this.real = real;
  }

  /** Where something is to be: in what the profile has, places are made for it. */
  List<Path> places() {
    List<Path> places = new ArrayList<>(request.links().targets().keySet());
    if (request.links().home()) {
      places.add(profile());
    }
    return places;
  }

  /** The profile, which the link in the home directory leads to. */
  private Path profile() {
    return provision.profile().orElseThrow(() -> CarrelException.usage("cannot link a profile at " + home
        + ": these packages have none, but are where their own store has them. Leave out --link-profile"));
  }

  /** @param targets what the user maps, which must leave the place of the link in the home directory free, if there is to be one */
  void checkHome(List<Path> targets) {
    if (!request.links().home()) {
      return;
    }
    for (Path target : targets) {
      if (home.startsWith(target) || target.startsWith(home)) {
        throw CarrelException.usage("cannot link the profile at " + home + ": " + (target.startsWith(home) ? "something else is to be there"
            : target + " is shared with the host, which is not written to") + ". Leave out --link-profile, or what is at " + target
            + (request.shareDirectory() ? " (--no-cwd)" : ""));
      }
    }
    for (Mount mount : request.mounts()) {
      if (mount.target().startsWith(home)) {
        throw CarrelException.usage("cannot link the profile at " + home + ": something else is to be there. Leave out one of them");
      }
    }
  }

  /** Adds the mount that a link leads to; all that the user wants made, the links among it. */
  List<Mount> addTo(List<Mount> base) {
    List<Mount> wanted = new ArrayList<>(request.mounts());
    if (request.links().home()) {
      base.add(SoftwareTree.bind(profile(), profile(), Mapping.Kind.DIRECTORY));
      wanted.add(new Mount.Symlink(home, profile().toString()));
    }
    for (Map.Entry<Path, Path> link : new TreeMap<>(request.links().targets()).entrySet()) {
      if (!link.getKey().isAbsolute()) {
        throw refused(link.getKey(), link.getValue(), "its own path is relative. Give an absolute one");
      }
      Path to = inside(link.getKey(), link.getValue());
      if (!isThere(base, link.getKey(), to)) {
        wanted.add(new Mount.Symlink(link.getKey(), to.toString()));
      }
    }
    return wanted;
  }

  /** Whether there is such a link already, which may say it in another way. */
  private static boolean isThere(List<Mount> base, Path link, Path to) {
    for (Mount mount : base) {
      if (mount instanceof Mount.Symlink other && other.target().equals(link)) {
        return link.resolveSibling(other.to()).normalize().equals(to);
      }
    }
    return false;
  }

  /** Where something of the profile is inside. */
  private Path inside(Path link, Path target) {
    Path plain = target.normalize();
    if (plain.isAbsolute() || plain.startsWith("..")) {
      throw refused(link, target, "that is not in the profile. For a link to anything else begin what it leads to with / or ./");
    }
    if (provision.profile().isPresent()) {
      Path below = SoftwareTree.merged(plain);
      if (!real && !Files.exists(provision.profile().get()) || exists(provision.profile().get(), below)) {
        return ROOT.resolve(below);
      }
    }
    if (provision.elsewhere().isPresent()) {
      for (Installation installation : provision.elsewhere().get().installations()) {
        for (Item item : installation.closure()) {
          if (installation.packages().contains(item.path()) && Files.exists(item.source().resolve(plain), LinkOption.NOFOLLOW_LINKS)) {
            return item.path().resolve(plain);
          }
        }
      }
    }
    throw refused(link, target, "no package of the profile has that. Name what is there, or, for a link to anything else, begin what"
        + " it leads to with / or ./");
  }

  /** Links of the profile are those of a root file system: an absolute one stays within it. */
  private static boolean exists(Path profile, Path below) {
    Optional<Path> step = Optional.of(below);
    for (int followed = 0; followed <= MOST_LINKS && step.isPresent(); followed++) {
      Path file = profile.resolve(step.get());
      if (!Files.isSymbolicLink(file)) {
        return SoftwareTree.isOfProfile(step.get()) && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
      }
      step = followed(ROOT.resolve(step.get()), file);
    }
    return false;
  }

  private static Optional<Path> followed(Path inside, Path file) {
    try {
      return Optional.of(SoftwareTree.merged(ROOT.relativize(inside.resolveSibling(Files.readSymbolicLink(file)).normalize())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static CarrelException refused(Path link, Path target, String why) {
    return CarrelException.usage("cannot make the symbolic link " + link + " to " + target + ": " + why);
  }
}
