package dev.carrel.linux.resident;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Reception;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Sockets of the file system, which only this user can reach: by the permissions of their directory and their own, and as the kernel tells who has come. */
@Component
public final class UnixReception implements Reception {
  private static final int SOCK_STREAM = 1;
  private static final int BACKLOG = 128;

  @Activate
  public UnixReception() {}

  @Override
  public Door open(Path socket, Desk desk) {
    Address address = new Address(socket);
    String attempt = "cannot listen at " + socket + ": ";
    prepare(socket, address, attempt);
    int listener = LibC.socket(Address.AF_UNIX, SOCK_STREAM | LibC.O_CLOEXEC, 0);
    if (listener < 0 || LibC.bind(listener, address.structure(), Address.SIZE) < 0 || LibC.listen(listener, BACKLOG) < 0) {
      String why = LibC.lastError();
      if (listener >= 0) {
        LibC.close(listener);
      }
      throw CarrelException.failed(attempt + why);
    }
    return new Doorway(socket, listener, desk);
  }

  private static void prepare(Path socket, Address address, String attempt) {
    Path directory = socket.getParent();
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(directory.getParent());
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      int owner = (Integer) Files.getAttribute(directory, "unix:uid");
      boolean open = Files.getPosixFilePermissions(directory).stream().anyMatch(permission -> permission.name().contains("_WRITE") && !permission.name().startsWith("OWNER"));
      if (owner != LibC.getuid() || open) {
        throw CarrelException.failed(attempt + directory + " is not this user's alone: others could put a socket of theirs there. Choose another place with --socket");
      }
    } catch (IOException e) {
      throw CarrelException.failed(attempt + "cannot use its directory: " + e.getMessage(), e);
    }
    removeLeftOver(socket, address, attempt);
  }

  /** One that somebody listens at stays. */
  private static void removeLeftOver(Path socket, Address address, String attempt) {
    int probe = LibC.socket(Address.AF_UNIX, SOCK_STREAM | LibC.O_CLOEXEC, 0);
    try {
      if (LibC.connect(probe, address.structure(), Address.SIZE) == 0) {
        throw CarrelException.failed(attempt + "a runtime serves there already. Use that one, or end it first");
      }
      if (LibC.errno() == Errno.ECONNREFUSED.number()) {
        Files.deleteIfExists(socket);
      }
    } catch (IOException e) {
      throw CarrelException.failed(attempt + "cannot remove what another runtime left there: " + e.getMessage(), e);
    } finally {
      LibC.close(probe);
    }
  }
}
