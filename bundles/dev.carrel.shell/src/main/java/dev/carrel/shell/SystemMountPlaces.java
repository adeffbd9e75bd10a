package dev.carrel.shell;

import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.system.SystemStart;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The places in a system's writable directories where something is mounted that the packages do not have: a tree of empty files and
 * directories, which is the uppermost of those that an overlay is made of. It only ever grows: another start of the system may use it.
 */
final class SystemMountPlaces {
  private static final FileAttribute<Set<PosixFilePermission>> OPEN =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
  private static final FileAttribute<Set<PosixFilePermission>> PLAIN =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));

  private final Path tree;
  private final SystemStart start;

  /** @param data where an instance keeps what stays */
  SystemMountPlaces(Path data, SystemStart start) {
    this.tree = tree(data);
    this.start = start;
  }

  static Path tree(Path data) {
    return data.resolve("places");
  }

  /** Makes those that a request needs. */
  void make(WorkplaceRequest request) throws IOException {
    for (String name : SystemLine.OVERLAID) {
      directories(tree.resolve(name));
    }
    for (MappingRequest mapping : request.mappings()) {
      Path source = request.directory().resolve(mapping.source());
      Path target = mapping.target().orElse(source);
      if (SystemLine.isOverlaid(target) && Files.exists(source)) {
        make(target, Files.isDirectory(source));
      }
    }
  }

  private void make(Path target, boolean directory) throws IOException {
    Path relative = Path.of("/").relativize(target);
    Path place = tree.resolve(relative.toString());
    if (Files.exists(start.files().resolve(relative.toString()), LinkOption.NOFOLLOW_LINKS)
        || Files.exists(start.profile().resolve(relative.toString()), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    directories(directory ? place : place.getParent());
    if (!directory && Files.notExists(place)) {
      try {
        Files.createFile(place, PLAIN);
      } catch (FileAlreadyExistsException e) {
        // another start of it was faster
      }
    }
  }

  private static void directories(Path place) throws IOException {
    if (Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)) {
      Files.delete(place); // a file was mounted here once
    }
    Files.createDirectories(place, OPEN);
  }
}
