package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The directories and files of the host that the user wants to see inside, and where the program starts. */
final class Directories {
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
      working = Optional.of(new Mount.Bind(real(directory, "share the working directory"), inside, Access.SHARE,
          Mapping.Kind.DIRECTORY, false));
      start = inside;
    } else {
      working = Optional.empty();
      start = resident.account().home();
    }
  }

  /** Why a directory cannot be shared at its own place; sharing the root would share the whole host. */
  private static Optional<String> obstacle(Path directory) {
    if (directory.getNameCount() == 0) {
      return Optional.of("it is the root directory, and with it the whole host would be");
    }
    String first = directory.getName(0).toString();
    if (first.equals("proc") || first.equals("sys") || first.equals("dev")) {
      return Optional.of("a container has a /" + first + " of its own");
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
      Path found = real(source, wanted.access() == Access.EXPOSE ? "expose" : "share");
      Path target = wanted.target().isPresent() ? wanted.target().get() : resident.inside(source.normalize());
      mappings.add(new Mapping(found, target, wanted.access(),
          Files.isDirectory(found) ? Mapping.Kind.DIRECTORY : Mapping.Kind.FILE));
    }
    return mappings;
  }

  private static Path real(Path path, String purpose) {
    try {
      return path.toRealPath();
    } catch (NoSuchFileException e) {
      String why = Files.isSymbolicLink(path)
          ? "it is a symbolic link to something that does not exist"
          : "no such file or directory";
      throw CarrelException.usage("cannot " + purpose + " " + path + ": " + why + ". Make it first, or name another");
    } catch (AccessDeniedException e) {
      throw CarrelException.failed("cannot " + purpose + " " + path + ": permission denied. Its owner has to let you in", e);
    } catch (FileSystemLoopException e) {
      throw CarrelException.usage("cannot " + purpose + " " + path + ": its symbolic links run in a circle");
    } catch (IOException e) {
      throw CarrelException.failed("cannot " + purpose + " " + path + ": " + e.getMessage(), e);
    }
  }
}
