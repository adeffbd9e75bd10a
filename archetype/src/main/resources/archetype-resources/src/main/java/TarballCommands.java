package ${package};

import dev.carrel.api.CarrelException;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Component;

/** A Gogo command: {@code tarballs:shelf}. Gogo turns words into what the method takes. */
@Component(service = TarballCommands.class, property = {"osgi.command.scope=tarballs", "osgi.command.function=shelf"})
public final class TarballCommands {
  /** Lists the tarballs of a directory. */
  public void shelf(String directory) {
    try {
      new Shelf(Path.of(directory)).tarballs().values().forEach(tarball -> System.out.println(tarball.name() + " " + tarball.version()));
    } catch (CarrelException e) {
      System.err.println("shelf: " + e.getMessage());
    }
  }
}
