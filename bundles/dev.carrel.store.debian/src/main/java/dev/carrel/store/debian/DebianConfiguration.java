package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Debian's way: dpkg itself, which is one of the packages, configures what is unpacked already, as {@code dpkg --configure -a} does
 * after many packages were unpacked at once on a system that has the essential ones: of the others, settings (conffiles) are put in their
 * places only when they are configured, so that nobody finds those of a package that is not ready.
 */
final class DebianConfiguration implements Configuration {
  /** Changes when the same packages would be configured differently. */
  static final String FORMAT = "deb-configure-3";

  private static final String SCRIPT = "configure.sh";
  private static final String[] PROGRAMS = {SCRIPT, "keystore.pl"};
  private static final int LONGEST = 3000;
  private static final Map<String, String> ENVIRONMENT = Map.ofEntries(
      Map.entry("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
      Map.entry("HOME", "/root"), Map.entry("USER", "root"), Map.entry("LOGNAME", "root"), Map.entry("SHELL", "/bin/sh"),
      Map.entry("TMPDIR", "/tmp"), Map.entry("LANG", "C.UTF-8"), Map.entry("LC_ALL", "C.UTF-8"), Map.entry("TZ", "UTC"),
      Map.entry("TERM", "dumb"), Map.entry("DEBIAN_FRONTEND", "noninteractive"), Map.entry("DEBCONF_NONINTERACTIVE_SEEN", "true"),
      Map.entry("DEBCONF_NOWARNINGS", "yes"), Map.entry("UCF_FORCE_CONFFNEW", "1"), Map.entry("SYSTEMD_OFFLINE", "1"),
      // The order of what a program keeps in a table is not to be by chance.
      Map.entry("PERL_HASH_SEED", "0"), Map.entry("PYTHONHASHSEED", "0"));

  @Override
  public String format() {
    return FORMAT;
  }

  @Override
  public Optional<Program> prepare(Resolution resolution, Store store, Path material, Path inside, Set<String> skipped) throws IOException {
    List<UnpackedPackage> packages = new ArrayList<>();
    boolean scripts = false;
    for (Resolved resolved : resolution.packages()) {
      UnpackedPackage one = UnpackedPackage.read(resolved, store.locate(resolved.item()));
      packages.add(one);
      scripts |= one.has("postinst") || one.has("preinst") || one.has("triggers");
    }
    if (!scripts) {
      return Optional.empty();
    }
    if (packages.stream().noneMatch(one -> one.plainName().equals("dpkg"))) {
      throw CarrelException.failed("The packages cannot be configured: that is done by the package dpkg, which is not among them, as the archive"
          + " does not call it essential. Add dpkg, or leave them unconfigured with --no-scripts.");
    }
    packages.sort(Comparator.comparing(UnpackedPackage::name));
    Set<UnpackedPackage> base = new HashSet<>(inOrder(packages, one -> one.control().field("Essential").equalsIgnoreCase("yes")));
    new PackageDatabase(material.resolve("root/var/lib/dpkg"), skipped, base).write(packages);
    StringBuilder settings = new StringBuilder();
    for (UnpackedPackage one : packages) {
      for (String name : base.contains(one) ? List.<String>of() : one.settings()) {
        settings.append(name).append('\n');
      }
    }
    Files.writeString(material.resolve("settings"), settings);
    StringBuilder first = new StringBuilder();
    int steps = packages.size();
    for (UnpackedPackage one : inOrder(packages, any -> true)) {
      if (one.has("preinst") && !one.isAmong(skipped)) {
        first.append(one.name()).append(' ').append(one.plainName()).append(' ').append(one.architecture()).append('\n');
        steps++;
      }
    }
    Files.writeString(material.resolve("preinst"), first);
    for (String name : PROGRAMS) {
      try (InputStream program = DebianConfiguration.class.getResourceAsStream(name)) {
        Files.copy(program, material.resolve(name));
      }
    }
    return Optional.of(new Program(List.of("/bin/sh", inside.resolve(SCRIPT).toString()), ENVIRONMENT, steps));
  }

  /** Some packages and all that they need, each after those it needs; where they need each other, in the order of their names. */
  private static List<UnpackedPackage> inOrder(List<UnpackedPackage> packages, Predicate<UnpackedPackage> wanted) {
    Map<String, List<UnpackedPackage>> byName = new HashMap<>();
    for (UnpackedPackage one : packages) {
      byName.computeIfAbsent(one.plainName(), name -> new ArrayList<>()).add(one);
      for (String provided : one.control().packages("Provides")) {
        byName.computeIfAbsent(provided, name -> new ArrayList<>()).add(one);
      }
    }
    List<UnpackedPackage> ordered = new ArrayList<>(packages.size());
    Set<UnpackedPackage> seen = new HashSet<>();
    for (UnpackedPackage one : packages) {
      if (wanted.test(one)) {
        visit(one, byName, seen, ordered);
      }
    }
    return ordered;
  }

  private static void visit(UnpackedPackage one, Map<String, List<UnpackedPackage>> byName, Set<UnpackedPackage> seen, List<UnpackedPackage> ordered) {
    if (!seen.add(one)) {
      return;
    }
    for (String field : new String[] {"Pre-Depends", "Depends"}) {
      for (String name : one.control().packages(field)) {
        for (UnpackedPackage needed : byName.getOrDefault(name, List.of())) {
          visit(needed, byName, seen, ordered);
        }
      }
    }
    ordered.add(one);
  }

  /** Reads what dpkg writes to {@code --status-fd}, and the script's own reports, which look the same. */
  @Override
  public Optional<Report> report(String line) {
    String[] words = line.split(": ", 4);
    if (words.length >= 2 && words[0].equals("preinst")) {
      return Optional.of(new Report.Started(words[1]));
    }
    if (words.length == 3 && words[0].equals("failed") && words[2].startsWith("preinst ")) {
      return Optional.of(new Report.Failed(words[1], "its preinst ended with status " + words[2].substring("preinst ".length())));
    }
    if (words.length == 3 && words[0].equals("processing") && (words[1].equals("configure") || words[1].equals("trigproc"))) {
      return Optional.of(new Report.Started(words[2]));
    }
    if (words.length == 4 && words[0].equals("status") && words[2].strip().equals("error")) {
      return Optional.of(new Report.Failed(words[1].strip(), why(words[1].strip(), words[3])));
    }
    return Optional.empty();
  }

  /** From "installed hello package post-installation script subprocess returned error exit status 1". */
  private static String why(String name, String message) {
    String begin = "installed " + name + " package ";
    return message.startsWith(begin) ? "its " + message.substring(begin.length()).replace(" subprocess", "") : message;
  }

  @Override
  public String lastOutput(String output) {
    int end = output.lastIndexOf("dpkg: error processing");
    String before = "\n" + (end < 0 ? output : output.substring(0, end));
    int start = -1;
    for (String mark : new String[] {"\nSetting up ", "\nPreparing ", "\nProcessing triggers for "}) {
      start = Math.max(start, before.lastIndexOf(mark));
    }
    int line = before.indexOf('\n', start + 1);
    String said = start < 0 ? before.substring(1) : line < 0 ? "" : before.substring(line + 1);
    return said.length() > LONGEST ? "..." + said.substring(said.length() - LONGEST) : said;
  }
}
