package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.Propagation;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The directories and files of the host that the user wants to see inside, and where the program starts. */
final class Directories {
  /** Sharing one of these would put the host's system, writable, in the place of the software that was asked for. */
  private static final Set<String> SYSTEM =
      Set.of("usr", "etc", "var", "opt", "srv", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "run");

  private final WorkplaceRequest request;
  private final Resident resident;
  private final Optional<Mount.Bind> working;
  private final Path start;

  Directories(WorkplaceRequest request, Resident resident, List<String> notes) {
    this.request = request;
    this.resident = resident;
    Path directory = request.directory().toAbsolutePath().normalize();
    Optional<String> obstacle = request.shareDirectory() ? obstacle(directory) : Optional.empty();
    obstacle.ifPresent(why -> notes.add("the working directory " + directory + " is not shared: " + why));
    if (request.shareDirectory() && obstacle.isEmpty()) {
      Path inside = resident.inside(directory);
      working = Optional.of(new Mount.Bind(realDirectory(directory), inside, Access.SHARE, Mapping.Kind.DIRECTORY, false));
      start = inside;
    } else {
      working = Optional.empty();
      start = resident.account().home();
    }
  }

  /** Why a directory cannot be shared at its own place; sharing the root would share the whole host. */
  private static Optional<String> obstacle(Path directory) {
    if (directory.getNameCount() == 0) {
      return Optional.of("it is the root directory, and with it the whole host would be. The program starts in the home directory");
    }
    String first = directory.getName(0).toString();
    boolean kernel = first.equals("proc") || first.equals("sys") || first.equals("dev");
    if (kernel || directory.getNameCount() == 1 && SYSTEM.contains(first)) {
      return Optional.of("a container has a /" + first + " of its own. The program starts in the home directory");
    }
    return Optional.empty();
  }

  /** The working directory, if it is shared. */
  Optional<Mount.Bind> workingDirectory() {
    return working;
  }

  /** Where the program starts, inside. */
  Path start() {
    return start;
  }

  /** What the user mapped, with every source found. */
  List<Mapping> mappings() {
    List<Mapping> mappings = new ArrayList<>(request.mappings().size());
    for (MappingRequest wanted : request.mappings()) {
      Path source = request.directory().resolve(wanted.source()).toAbsolutePath();
      if (wanted.optional() && Files.notExists(source)) {
        continue;
      }
      Optional<FileIdentity> identity = Descriptors.identity(source);
      Path found = real(source, wanted.access() == Access.EXPOSE ? "expose" : "share");
      if (wanted.options().propagation() == Propagation.SLAVE) {
        PropagatingMounts.check(found);
      }
      Path target = resident.inside(wanted.target().isPresent() ? wanted.target().get() : source.normalize());
      mappings.add(new Mapping(found, target, wanted.access(),
          Files.isDirectory(found) ? Mapping.Kind.DIRECTORY : Mapping.Kind.FILE, wanted.options(), identity));
    }
    return mappings;
  }

  /** What else the user wants made, with every directory found. */
  List<Mount> mounts(List<Mapping> mappings, List<Mount> wanted) {
    List<Mount> mounts = new ArrayList<>(wanted.size());
    List<Path> targets = new ArrayList<>();
    for (Mapping mapping : mappings) {
      targets.add(mapping.target());
    }
    for (Mount mount : wanted) {
      if (targets.contains(mount.target())) {
        throw CarrelException.usage("cannot put two things at " + mount.target() + ". Leave one out, or give it another target");
      }
      targets.add(mount.target());
      mounts.add(mount instanceof Mount.Overlay overlay ? found(overlay) : mount);
    }
    return mounts;
  }

  private Mount found(Mount.Overlay overlay) {
    List<Path> lower = new ArrayList<>(overlay.lower().size());
    for (Path directory : overlay.lower()) {
      lower.add(layer(directory));
    }
    Optional<Path> changes = overlay.changes().isPresent() ? Optional.of(layer(overlay.changes().get())) : Optional.empty();
    return new Mount.Overlay(overlay.target(), lower, changes, overlay.writable(), overlay.size());
  }

  private Path layer(Path directory) {
    Path found = real(request.directory().resolve(directory).toAbsolutePath(), "put into an overlay");
    if (!Files.isDirectory(found)) {
      throw CarrelException.usage("cannot put " + directory + " into an overlay: it is no directory. Give one");
    }
    return found;
  }

  /** Where the user puts something inside, the working directory included. */
  List<Path> targets(List<Mapping> mappings) {
    List<Path> targets = new ArrayList<>(mappings.size() + 1);
    if (working.isPresent()) {
      targets.add(working.get().target());
    }
    for (Mapping mapping : mappings) {
      targets.add(mapping.target());
    }
    return targets;
  }

  /**
   * A process's own directory has no link in its path. If it seems to have one, somebody who can write there, as another container might, has
   * put it there meanwhile, and what it leads to is not what the user is in.
   */
  private static Path realDirectory(Path directory) {
    Path real = real(directory, "share the working directory");
    if (!real.equals(directory)) {
      throw CarrelException.usage("cannot share the working directory " + directory + ": it is behind a symbolic link now, which leads to " + real
          + ". Go to the directory that you mean, or leave it out with --no-cwd");
    }
    if (!Files.isDirectory(real)) {
      throw CarrelException.usage("cannot share the working directory " + directory
          + ": it is no directory. Go to one, or leave it out with --no-cwd");
    }
    return real;
  }

  private static Path real(Path path, String purpose) {
    try {
      return path.toRealPath();
    } catch (NoSuchFileException e) {
      String why = Descriptors.identity(path).isPresent()
          ? "what this descriptor leads to has no path, or has lost it"
          : Files.isSymbolicLink(path)
          ? "it is a symbolic link to something that does not exist"
          : "no such file or directory";
      throw CarrelException.usage("cannot " + purpose + " " + path + ": " + why + ". Give an existing one");
    } catch (AccessDeniedException e) {
      throw CarrelException.failed("cannot " + purpose + " " + path
          + ": permission denied. Ask the owner of the directories above it to let you in, or give another", e);
    } catch (FileSystemException e) {
      String why = e.getReason() == null ? e.getMessage() : e.getReason();
      throw CarrelException.failed("cannot " + purpose + " " + path + ": " + why + ". Give another", e);
    } catch (IOException e) {
      throw CarrelException.failed("cannot " + purpose + " " + path + ": " + e.getMessage() + ". Give another", e);
    }
  }
}
