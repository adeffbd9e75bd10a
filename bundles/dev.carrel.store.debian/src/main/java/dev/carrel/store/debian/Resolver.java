package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.StorePath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks apt which packages satisfy a request.
 *
 * <p>Apt reads what it is given as more than names: a trailing {@code -} removes, {@code *} and {@code ?} are patterns.
 * So each name is looked up first, and apt resolves only what exists by exactly this name: it takes an existing name,
 * such as {@code g++}, before it thinks of anything else (apt-get(8)).
 */
final class Resolver {
  /**
   * Essential packages need this one or one that merges /usr, with all of Perl. Items are merged when they are unpacked, so
   * that this one, which is empty, tells the truth. Releases that do not have it need neither.
   */
  private static final String MERGED = "usr-is-merged";
  private static final String MERGER = "usrmerge";
  /** What a digest of an item covers besides the archive: how it is unpacked. */
  private static final String UNPACKING = "deb-unpack-1";

  private final Apt apt;
  private final AptState state;
  private final String listsWarnings;
  private final List<String> settings;

  /**
   * With some settings for apt-get.
   *
   * @param listsWarnings what the last fetching of lists could not reach, or an empty string
   */
  Resolver(Apt apt, AptState state, String listsWarnings, List<String> settings) {
    this.apt = apt;
    this.state = state;
    this.listsWarnings = listsWarnings;
    this.settings = List.copyOf(settings);
  }

  Resolution resolve(Collection<PackageRequest> wanted) {
    List<PackageRequest> built = new ArrayList<>();
    List<PackageRequest> themselves = new ArrayList<>();
    for (PackageRequest request : wanted) {
      (request.part() == Part.INPUTS ? built : themselves).add(request);
    }
    boolean merged = checkExistence(themselves);
    if (merged) {
      themselves.add(new PackageRequest(MERGED, Optional.empty()));
    }
    // ForceHash: which of the hashes of an archive is printed.
    List<String> options = new ArrayList<>(settings);
    options.addAll(List.of("-q", "-o", "Acquire::ForceHash=sha256", "--print-uris"));
    Apt.Ran ran = built.isEmpty() ? install(options, themselves)
        : new BuildInputs(apt, state, note()).resolve(options, built, themselves, merged ? Set.of(MERGER) : Set.of(), essential());
    if (ran.status() != 0) {
      throw unsatisfiable(wanted, ran);
    }
    Map<StorePath, Resolved> packages = new LinkedHashMap<>();
    for (String line : ran.out()) {
      if (line.startsWith("'")) {
        Resolved resolved = parse(line);
        packages.put(resolved.item(), resolved);
      }
    }
    List<Resolved> sorted = new ArrayList<>(packages.values());
    sorted.sort(Comparator.comparing(Resolved::name).thenComparing(Resolved::architecture).thenComparing(Resolved::version));
    return new Resolution(DebianSource.SOURCE, sorted);
  }

  private Apt.Ran install(List<String> options, List<PackageRequest> packages) {
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("install", essential()));
    for (PackageRequest request : packages) {
      arguments.add(request.toString());
    }
    return apt.run("apt-get", arguments);
  }

  /**
   * The pattern for the essential packages, which others rely on without saying so (Debian Policy 3.8). Those of a second
   * architecture do not count. Apt 2.6 knows no "native" in patterns (apt-patterns(7)): it was tried and finds nothing.
   */
  private String essential() {
    for (String line : succeed(apt.run("apt-config", List.of("shell", "NATIVE", "APT::Architecture"))).out()) {
      if (line.startsWith("NATIVE='") && line.endsWith("'")) {
        String architecture = line.substring("NATIVE='".length(), line.length() - 1);
        if (PackageName.isArchitecture(architecture)) {
          return "?and(?essential,?architecture(" + architecture + "))";
        }
      }
    }
    throw CarrelException.failed("Packages could not be looked up: apt does not tell the architecture of this machine (`apt-config dump APT::Architecture`). Set it in apt.conf(5).");
  }

  /** The item that an archive is unpacked into. */
  static StorePath item(String name, String version, String sha256) {
    String shown = version.length() > 100 ? version.substring(0, 100) : version;
    return StorePath.of(Sha256.of(UNPACKING + "\0" + sha256).substring(0, 32), name, shown);
  }

  /** Reads {@code 'URI' NAME_VERSION_ARCHITECTURE.deb SIZE SHA256:HEX}; a {@code :} in the version is written {@code %3a}. */
  static Resolved parse(String line) {
    int end = line.indexOf('\'', 1);
    String[] words = end < 0 ? new String[0] : line.substring(end + 1).strip().split(" ");
    String[] parts = words.length < 2 ? new String[0] : words[0].split("_");
    if (parts.length != 3 || !parts[2].endsWith(".deb")) {
      throw CarrelException.failed("The packages could not be resolved: apt describes an archive in a way that is not understood ('"
          + line + "'). This is a fault in Carrel or a version of apt it does not know.");
    }
    String name = parts[0];
    String version = parts[1].replace("%3a", ":");
    String architecture = parts[2].substring(0, parts[2].length() - ".deb".length());
    String hash = words.length > 2 && words[2].startsWith("SHA256:") ? words[2].substring("SHA256:".length()) : "";
    if (!hash.matches("[0-9a-f]{64}")) {
      throw CarrelException.failed("The package " + name + " " + version + " was refused: its source (" + line.substring(1, end)
          + ") gives no SHA-256 of it, so that a download could not be checked. Remove the source or ask its maintainers.");
    }
    return new Resolved(name, version, architecture, item(name, version, hash), Long.parseLong(words[1]), hash, line.substring(1, end));
  }

  /** Whether {@link #MERGED} exists and nobody asked for its opposite. */
  private boolean checkExistence(Collection<PackageRequest> wanted) {
    Set<String> names = new LinkedHashSet<>();
    for (PackageRequest request : wanted) {
      names.add(PackageName.plain(request.name()));
    }
    Set<String> lookup = new LinkedHashSet<>(names);
    lookup.add(MERGED);
    Map<String, Set<String>> versions = versions(lookup);
    List<String> unknown = new ArrayList<>(names);
    unknown.removeIf(name -> versions.containsKey(name));
    if (!unknown.isEmpty()) {
      throw unknown(unknown);
    }
    for (PackageRequest request : wanted) {
      Set<String> there = versions.get(PackageName.plain(request.name()));
      if (request.version().isPresent() && !there.contains(request.version().get())) {
        throw CarrelException.failed("The package " + request.name() + " has no version " + request.version().get()
            + " in the lists of packages. There is " + String.join(", ", there) + "; newer lists (--refresh) may have others." + note());
      }
    }
    return versions.containsKey(MERGED) && !names.contains(MERGER);
  }

  /** The versions of each package that exists by exactly its name, as {@code apt-cache madison} tells them. */
  private Map<String, Set<String>> versions(Set<String> names) {
    List<String> arguments = new ArrayList<>(List.of("madison"));
    arguments.addAll(names);
    Map<String, Set<String>> versions = new LinkedHashMap<>();
    for (String line : succeed(apt.run("apt-cache", arguments)).out()) {
      String[] columns = line.split("\\|");
      boolean source = columns.length > 2 && columns[2].strip().endsWith(" Sources");
      if (columns.length >= 2 && !source && names.contains(columns[0].strip())) {
        versions.computeIfAbsent(columns[0].strip(), name -> new LinkedHashSet<>()).add(columns[1].strip());
      }
    }
    return versions;
  }

  private CarrelException unknown(List<String> names) {
    List<String> known = succeed(apt.run("apt-cache", List.of("pkgnames"))).out();
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      text.append(text.length() == 0 ? "" : " ");
      Set<String> providers = providers(name);
      if (!providers.isEmpty()) {
        text.append("The package ").append(name).append(" is virtual: choose one of those that provide it, ")
            .append(String.join(", ", providers)).append('.');
        continue;
      }
      text.append("The package ").append(name).append(" is unknown");
      List<String> nearest = NearestNames.of(name, known);
      text.append(nearest.isEmpty() ? "." : "; the nearest names are " + String.join(", ", nearest) + ".");
    }
    return CarrelException.failed(text + " Check the name, or fetch newer lists of packages (--refresh)." + note());
  }

  /** What provides a virtual package: the lines below {@code Reverse Provides:}, of which the first word is a name. */
  private Set<String> providers(String name) {
    Set<String> providers = new LinkedHashSet<>();
    boolean mine = false;
    boolean within = false;
    for (String line : apt.run("apt-cache", List.of("showpkg", name)).out()) {
      if (line.startsWith("Package: ")) {
        mine = line.equals("Package: " + name);
        within = false;
      } else if (line.startsWith("Reverse Provides:")) {
        within = mine;
      } else if (within && !line.isBlank() && providers.size() < 10) {
        providers.add(line.substring(0, line.indexOf(' ') < 0 ? line.length() : line.indexOf(' ')));
      }
    }
    return providers;
  }

  static Apt.Ran succeed(Apt.Ran ran) {
    if (ran.status() != 0) {
      throw CarrelException.failed("Packages could not be looked up: " + AptMessages.errors(ran) + ". Fetching the lists anew (--refresh) may help.");
    }
    return ran;
  }

  private CarrelException unsatisfiable(Collection<PackageRequest> wanted, Apt.Ran ran) {
    StringBuilder names = new StringBuilder();
    for (PackageRequest request : wanted) {
      names.append(names.length() == 0 ? "" : ", ").append(request);
    }
    String why = BuildInputs.plain(AptMessages.unsatisfiable(ran));
    String advice = why.contains("?and(")
        ? " This apt is older than 2.0 and knows no patterns; a newer release of the distribution has one."
        : " Leave out a package or a version, or fetch newer lists of packages (--refresh).";
    return CarrelException.failed("The packages " + names + " cannot be had together: " + why + "." + advice + note());
  }

  private String note() {
    return listsWarnings.isEmpty() ? "" : " Note that the lists are incomplete: " + listsWarnings + ".";
  }
}
