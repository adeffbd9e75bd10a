import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Puts together what is distributed: {@code Stage CHECKOUT TARGET}. Everything that depends on the machine and its Java is left
 * out, as it is made where the distribution is unpacked; and so are native libraries for systems that have no Linux containers.
 * The same sources give the same bytes.
 */
public final class Stage {
  private static final Set<String> KEPT = Set.of(
      "com/sun/jna/linux-x86-64/", "com/sun/jna/linux-aarch64/",
      "org/sqlite/native/Linux/x86_64/", "org/sqlite/native/Linux/aarch64/",
      "linux/amd64/", "linux/aarch64/");
  /** Later than the year 1980, before which a time is written with its zone. */
  private static final LocalDateTime WHENEVER = LocalDateTime.of(1980, 2, 1, 0, 0);
  private static final List<String> NATIVE = List.of(".so", ".dll", ".dylib", ".jnilib", ".a", ".o");

  private final Path checkout;
  private final Path target;

  private Stage(Path checkout, Path target) {
    this.checkout = checkout;
    this.target = target;
  }

  public static void main(String[] arguments) throws IOException {
    new Stage(Path.of(arguments[0]), Path.of(arguments[1])).fill();
  }

  private void fill() throws IOException {
    Path built = checkout.resolve("launcher/target");
    for (Path jar : entries(built.resolve("bundles"))) {
      slim(jar, target.resolve("bundles").resolve(jar.getFileName()));
    }
    slim(built.resolve("carrel/lib/carrel-launcher.jar"), target.resolve("carrel-launcher.jar"));
    copy(checkout.resolve("launcher/src/main/dist"), target.resolve("make"));
    copy(checkout.resolve("carrel"), target.resolve("bin/carrel"));
    copy(checkout.resolve("distribution/src/main/systemd"), target.resolve("systemd"));
    copy(checkout.resolve("README.md"), target.resolve("README.md"));
    copy(checkout.resolve("docs"), target.resolve("docs"));
    Files.setPosixFilePermissions(target.resolve("bin/carrel"), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static List<Path> entries(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      Files.createDirectories(to);
      for (Path entry : entries(from)) {
        copy(entry, to.resolve(entry.getFileName()));
      }
    } else {
      Files.createDirectories(to.getParent());
      Files.copy(from, to);
    }
  }

  private static void slim(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    try (ZipFile jar = new ZipFile(from.toFile()); ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      for (ZipEntry entry : jar.stream().toList()) {
        if (isWanted(entry.getName())) {
          ZipEntry same = new ZipEntry(entry.getName());
          same.setTimeLocal(WHENEVER); // that of the entry may be told in the time zone of this machine
          out.putNextEntry(same);
          try (InputStream content = jar.getInputStream(entry)) {
            content.transferTo(out);
          }
          out.closeEntry();
        }
      }
    }
  }

  private static boolean isWanted(String name) {
    return NATIVE.stream().noneMatch(name::endsWith) || KEPT.stream().anyMatch(name::startsWith);
  }
}
