package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Debian's way: dpkg itself, which is one of the packages, configures what is unpacked already, as {@code dpkg --configure -a} does
 * after many packages were unpacked at once on a system that has the essential ones: of the others, settings (conffiles) are put in their
 * places only when they are configured, so that nobody finds those of a package that is not ready.
 */
final class DebianConfiguration implements Configuration {
  /** Changes when the same packages would be configured differently. */
  static final String FORMAT = "deb-configure-5";

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

  /** What was read already: items do not change. */
  private final Map<Path, UnpackedPackage> known = new ConcurrentHashMap<>();

  @Override
  public String format() {
    return FORMAT;
  }

  /** The biggest of its {@link Layers} that is not all. */
  @Override
  public Optional<Resolution> base(Resolution resolution, Store store) throws IOException {
    DependencyOrder packages = new DependencyOrder(read(resolution, store));
    Set<UnpackedPackage> base = Set.of();
    for (Set<UnpackedPackage> layer : Layers.of(packages)) {
      if (layer.size() == packages.all().size() || layer.stream().noneMatch(DebianConfiguration::isDpkg)
          || layer.stream().noneMatch(UnpackedPackage::hasWork)) {
        break;
      }
      base = layer;
    }
    if (base.isEmpty()) {
      return Optional.empty();
    }
    Set<StorePath> items = base.stream().map(UnpackedPackage::item).collect(Collectors.toSet());
    return Optional.of(new Resolution(resolution.source(), resolution.packages().stream().filter(one -> items.contains(one.item())).toList()));
  }

  private List<UnpackedPackage> read(Resolution resolution, Store store) throws IOException {
    List<UnpackedPackage> packages = new ArrayList<>();
    for (Resolved resolved : resolution.packages()) {
      Path item = store.locate(resolved.item());
      UnpackedPackage one = known.get(item);
      if (one == null) {
        one = UnpackedPackage.read(resolved, item);
        known.put(item, one);
      }
      packages.add(one);
    }
    return packages;
  }

  private static boolean isDpkg(UnpackedPackage one) {
    return one.plainName().equals("dpkg");
  }

  @Override
  public Optional<Program> prepare(Resolution resolution, Optional<Resolution> configured, Store store, Path material, Path inside,
      Set<String> skipped) throws IOException {
    Set<StorePath> ready = configured.map(Resolution::items).map(Set::copyOf).orElse(Set.of());
    List<UnpackedPackage> all = read(resolution, store);
    List<UnpackedPackage> packages = all.stream().filter(one -> !ready.contains(one.item())).toList();
    if (ready.isEmpty() && packages.stream().noneMatch(UnpackedPackage::hasWork)) {
      return Optional.empty();
    }
    if (all.stream().noneMatch(DebianConfiguration::isDpkg)) {
      throw CarrelException.failed("The packages cannot be configured: that is done by the package dpkg, which is not among them, as the archive"
          + " does not call it essential. Add dpkg, or leave them unconfigured with --no-scripts.");
    }
    DependencyOrder order = new DependencyOrder(all);
    Set<UnpackedPackage> first = ready.isEmpty() ? new HashSet<>(order.of(UnpackedPackage::isEssential)) : Set.of();
    new PackageDatabase(material, skipped, first).write(packages);
    if (!ready.isEmpty()) {
      new Activations(material).write(packages);
    }
    StringBuilder settings = new StringBuilder();
    for (UnpackedPackage one : packages) {
      for (String name : first.contains(one) ? List.<String>of() : one.settings()) {
        settings.append(name).append('\n');
      }
    }
    Files.writeString(material.resolve("settings"), settings);
    StringBuilder before = new StringBuilder();
    int steps = packages.size();
    for (UnpackedPackage one : order.of(any -> true)) {
      if (!ready.contains(one.item()) && one.has("preinst") && !one.isAmong(skipped)) {
        before.append(one.name()).append(' ').append(one.plainName()).append(' ').append(one.architecture()).append('\n');
        steps++;
      }
    }
    Files.writeString(material.resolve("preinst"), before);
    for (String name : PROGRAMS) {
      try (InputStream program = DebianConfiguration.class.getResourceAsStream(name)) {
        Files.copy(program, material.resolve(name));
      }
    }
    return Optional.of(new Program(List.of("/bin/sh", inside.resolve(SCRIPT).toString()), ENVIRONMENT, steps));
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
