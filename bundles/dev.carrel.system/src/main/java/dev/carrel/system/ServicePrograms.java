package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Which program each service is: a file beside its scripts that is another one when the packages have another program by that name. So a
 * service whose program has changed is one that has changed, and is started again when a running system takes that up.
 */
record ServicePrograms(SystemDeclaration declaration, InitTree tree, Profile profile) {
  private static final Path SERVICES = Path.of("/etc/carrel/services");
  private static final int MODE = 0644;

  List<SystemFile> files() {
    List<SystemFile> files = new ArrayList<>();
    for (Service service : declaration.services()) {
      Path place = SERVICES.resolve(service.name());
      Optional<Path> program = profile.program(service.command().get(0));
      if (program.isPresent() && tree.files().stream().anyMatch(file -> file.path().startsWith(place))) {
        files.add(new SystemFile.Regular(place.resolve("program"), MODE, FileContent.of(text(program.get()))));
      }
    }
    return files;
  }

  private String text(Path program) {
    try {
      CRC32C checksum = new CRC32C();
      checksum.update(Files.readAllBytes(program));
      return "/%s %d %08x\n".formatted(profile.directory().relativize(program), Files.size(program), checksum.getValue());
    } catch (IOException e) {
      throw CarrelException.failed("cannot read " + program + ": " + e.getMessage() + ". Find out what is wrong with carrel store verify", e);
    }
  }
}
