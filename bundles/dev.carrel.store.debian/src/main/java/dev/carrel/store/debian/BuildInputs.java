package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Asks apt what building packages from source needs. Apt can resolve that for several source packages together, and takes a file
 * that describes one (.dsc) as well as a name: so what is wanted beside it, the essential packages and others themselves, is
 * described as what building one more source package needs. That has only relations between packages, so that a version
 * which apt would not choose by itself is pinned for this run.
 */
final class BuildInputs {
  private static final String UNKNOWN = "E: Unable to find a source package for ";
  private static final String PREFIX = "request-";
  private static final String DESCRIPTION = "packages.dsc";
  private static final Duration FORGOTTEN = Duration.ofHours(1);

  private final Apt apt;
  private final AptState state;
  private final String note;

  /** @param note what to add to a message about something unknown */
  BuildInputs(Apt apt, AptState state, String note) {
    this.apt = apt;
    this.state = state;
    this.note = note;
  }

  /**
   * Has apt find the packages.
   *
   * @param unwanted names of packages that are not to be among them
   * @param essential a pattern for packages that are always there
   * @throws CarrelException if a source package is not known
   */
  Apt.Ran resolve(List<String> options, List<PackageRequest> built, List<PackageRequest> packages, Set<String> unwanted, String essential) {
    try {
      removeForgotten();
      Path directory = Files.createTempDirectory(state.directory(), PREFIX);
      try {
        List<String> arguments = new ArrayList<>(options);
        pin(packages, directory, arguments);
        arguments.add("build-dep");
        for (PackageRequest request : built) {
          arguments.add(request.of(Part.ITSELF).toString());
        }
        Files.writeString(directory.resolve(DESCRIPTION), description(packages, unwanted, essential));
        arguments.add("./" + state.directory().relativize(directory.resolve(DESCRIPTION)));
        Apt.Ran ran = apt.run("apt-get", arguments);
        for (String line : ran.err()) {
          if (line.startsWith(UNKNOWN)) {
            throw unknown(PackageRequest.parse(line.substring(UNKNOWN.length()).strip()));
          }
        }
        return ran;
      } finally {
        remove(directory);
      }
    } catch (IOException e) {
      throw CarrelException.failed("What building packages needs could not be looked up: nothing can be written in " + state.directory()
          + " (" + e.getMessage() + "). " + AptMessages.FREE_SPACE, e);
    }
  }

  private String description(List<PackageRequest> packages, Set<String> unwanted, String essential) {
    Set<String> needed = new LinkedHashSet<>();
    for (String line : Resolver.succeed(apt.run("apt-cache", List.of("show", "--no-all-versions", essential))).out()) {
      if (line.startsWith("Package: ")) {
        needed.add(line.substring("Package: ".length()).strip());
      }
    }
    for (PackageRequest request : packages) {
      needed.add(request.name() + (request.version().isPresent() ? " (= " + request.version().get() + ")" : ""));
    }
    return "Format: 3.0 (native)\nSource: carrel-request\nVersion: 1\nArchitecture: any\nBuild-Depends: " + String.join(", ", needed) + "\n"
        + (unwanted.isEmpty() ? "" : "Build-Conflicts: " + String.join(", ", unwanted) + "\n");
  }

  /** The host's pins count as well: one file of them is replaced here, so that they follow. */
  private void pin(List<PackageRequest> packages, Path directory, List<String> arguments) throws IOException {
    StringBuilder pins = new StringBuilder();
    for (PackageRequest request : packages) {
      if (request.version().isPresent()) {
        pins.append("Package: ").append(request.name()).append("\nPin: version ").append(request.version().get()).append("\nPin-Priority: 1001\n\n");
      }
    }
    Path hosts = state.etc().resolve("preferences");
    if (pins.length() > 0) {
      Path file = directory.resolve("preferences");
      Files.writeString(file, pins + (Files.exists(hosts) ? Files.readString(hosts, StandardCharsets.ISO_8859_1) : ""), StandardCharsets.ISO_8859_1);
      arguments.addAll(List.of("-o", "Dir::Etc::preferences=" + file));
    }
  }

  private CarrelException unknown(PackageRequest request) throws IOException {
    Set<String> versions = new LinkedHashSet<>();
    if (request.version().isPresent()) {
      for (String line : apt.run("apt-cache", List.of("showsrc", request.name())).out()) {
        if (line.startsWith("Version: ")) {
          versions.add(line.substring("Version: ".length()).strip());
        }
      }
    }
    if (!versions.isEmpty()) {
      return CarrelException.failed("The source package " + request.name() + " has no version " + request.version().get()
          + " in the lists of packages. There is " + String.join(", ", versions) + "; newer lists (--refresh) may have others." + note);
    }
    List<String> nearest = NearestNames.of(request.name(), known());
    return CarrelException.failed("The source package " + request.name() + " is unknown"
        + (nearest.isEmpty() ? "" : "; the nearest names are " + String.join(", ", nearest))
        + ". Check the name, or fetch newer lists of packages (--refresh)." + note);
  }

  /** The names of source packages, and of packages that may stand for theirs. */
  private List<String> known() throws IOException {
    Set<String> names = new LinkedHashSet<>();
    try (Stream<Path> files = Files.list(state.lists())) {
      for (Path file : files.filter(one -> one.getFileName().toString().endsWith("_Sources")).toList()) {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
          for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("Package: ")) {
              names.add(line.substring("Package: ".length()).strip());
            }
          }
        }
      }
    }
    names.addAll(apt.run("apt-cache", List.of("pkgnames")).out());
    return new ArrayList<>(names);
  }

  /** What apt says of needs, in which the description of this run has a name that nobody knows. */
  static String plain(String reason) {
    return reason.replaceAll("builddeps:\\./" + PREFIX + "[^ ]*" + DESCRIPTION, "what is wanted").replaceAll("builddeps:([^ ]+)", "building $1");
  }

  /** Of runs that were killed. */
  private void removeForgotten() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(state.directory())) {
      all = files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
    }
    Instant limit = Instant.now().minus(FORGOTTEN);
    for (Path one : all) {
      if (Files.exists(one) && Files.getLastModifiedTime(one).toInstant().isBefore(limit)) {
        remove(one);
      }
    }
  }

  private static void remove(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(DESCRIPTION));
    Files.deleteIfExists(directory.resolve("preferences"));
    Files.deleteIfExists(directory);
  }
}
