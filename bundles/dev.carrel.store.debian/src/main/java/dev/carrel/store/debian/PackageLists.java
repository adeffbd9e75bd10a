package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageSource.Lists;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The lists of packages: fetches them and knows what state they are in. */
final class PackageLists {
  /** Changes when the same lists would be resolved differently. */
  private static final String RESOLVER = "deb-resolve-2";

  private final AptState state;
  private final Apt apt;
  private final Path etc;

  PackageLists(AptState state, Apt apt, Path etc) {
    this.state = state;
    this.apt = apt;
    this.etc = etc;
  }

  /** See {@link dev.carrel.api.store.PackageSource#state}: a few stat(2) and one small file, no digest, no process. */
  static String fingerprint(AptState state, Path etc) {
    String stamp;
    try {
      stamp = Files.readString(state.stamp());
    } catch (IOException e) {
      return "";
    }
    StringBuilder text = new StringBuilder(RESOLVER).append(' ').append(DebianConfiguration.FORMAT).append(' ').append(stamp);
    for (String name : new String[] {"sources.list", "preferences", "apt.conf"}) {
      appendFile(text, etc.resolve(name));
    }
    for (String name : new String[] {"sources.list.d", "preferences.d", "apt.conf.d"}) {
      appendDirectory(text, etc.resolve(name));
    }
    return text.toString();
  }

  /** Whether lists were fetched. */
  boolean present() {
    return Files.exists(state.stamp());
  }

  /** Whether there are lists of source packages among them. */
  private boolean haveSources() {
    try {
      return has("_Sources");
    } catch (IOException e) {
      return false; // there is no directory yet
    }
  }

  /**
   * Sees to it that there are lists, and that they are as new as was asked for.
   *
   * @param sources whether source packages are to be in them
   * @throws CarrelException if there are none and they may not be fetched or could not be
   */
  void provide(Lists policy, boolean sources, Progress progress) {
    if (policy == Lists.REFRESH) {
      state.prepare();
      try (HeldLock lock = HeldLock.exclusive(state.listsLock(), progress)) {
        fetch(sources, progress);
      }
      return;
    }
    if (isThere(sources)) {
      return;
    }
    if (policy == Lists.AS_THEY_ARE) {
      throw CarrelException.failed("Packages could not be looked up in " + state.directory()
          + ": the lists of " + (present() ? "source " : "") + "packages were never fetched for this store, and this command does not fetch any. Run `carrel shell` with these packages once, with a network.");
    }
    state.prepare();
    try (HeldLock lock = HeldLock.exclusive(state.listsLock(), progress)) {
      // Another Carrel may have fetched them while this one waited.
      if (!isThere(sources)) {
        fetch(sources, progress);
      }
    }
  }

  private boolean isThere(boolean sources) {
    return present() && (!sources || haveSources());
  }

  /** What the last fetching could not reach, or an empty string. */
  String warnings() {
    try {
      return Files.readString(state.warnings()).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** How each thing that apt tried to fetch ended; a number of apt's stands for one source, of which several files are tried. */
  private static final class Attempts {
    private final Map<String, Boolean> reached = new LinkedHashMap<>();
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Progress.Task task;

    Attempts(Progress.Task task) {
      this.task = task;
    }

    /** Reads a line such as {@code Get:4 http://deb.debian.org/debian bookworm/main amd64 Packages [8790 kB]}. */
    void line(String line) {
      boolean got = line.startsWith("Get:") || line.startsWith("Hit:");
      if (!got && !line.startsWith("Err:") && !line.startsWith("Ign:")) {
        return;
      }
      String[] words = line.substring(4).split(" ", 4);
      if (words.length < 3) {
        return;
      }
      reached.put(words[0], got);
      String host = host(words[1]);
      hosts.add(host);
      task.detail(host + " " + words[2]);
      long count = 0;
      for (boolean one : reached.values()) {
        count += one ? 1 : 0;
      }
      task.done(count);
    }

    boolean any() {
      return reached.containsValue(true);
    }

    private static String host(String uri) {
      try {
        String host = new URI(uri).getHost();
        return host == null ? uri : host;
      } catch (java.net.URISyntaxException e) {
        return uri;
      }
    }
  }

  private void fetch(boolean sources, Progress progress) {
    if (!sources || state.hasSources()) {
      fetch(progress);
    } else {
      boolean done = false;
      try {
        state.addSources();
        fetch(progress);
        done = true;
      } finally {
        if (!done || !haveSources()) {
          state.removeSources();
        }
      }
    }
    if (sources && !haveSources()) {
      String complaints = warnings();
      throw CarrelException.failed("What building a package needs could not be looked up: none of the sources of packages in " + etc
          + " offers source packages" + (complaints.isEmpty() ? "" : " (" + complaints + ")")
          + ". Add a line of an archive that does, beginning with deb-src, see sources.list(5).");
    }
  }

  private void fetch(Progress progress) {
    Attempts attempts;
    Apt.Ran ran;
    try (Progress.Task task = progress.begin("fetching package lists", -1, Progress.Unit.ITEMS)) {
      attempts = new Attempts(task);
      ran = apt.run("apt-get", List.of("-q", "update"), state.directory(), attempts::line);
    }
    String complaints = AptMessages.complaints(ran);
    try {
      if (attempts.reached.isEmpty() && ran.status() == 0) {
        throw CarrelException.failed("The lists of packages could not be fetched: no source of packages is configured in "
            + etc + "/sources.list or " + etc + "/sources.list.d. Add the archive of this distribution there, see sources.list(5).");
      }
      boolean lists = has("_Packages");
      if (complaints.contains(AptMessages.NO_SPACE)) {
        throw CarrelException.failed("The lists of packages could not be fetched into " + state.lists() + ": " + AptMessages.errors(ran)
            + ". " + AptMessages.FREE_SPACE);
      }
      if (!attempts.any() || !lists) {
        throw unreachable(attempts, ran, lists && present());
      }
      AptState.write(state.warnings(), complaints);
      AptState.write(state.stamp(), ListsDigest.of(state.lists()));
    } catch (IOException e) {
      throw CarrelException.failed("The lists of packages were fetched into " + state.lists() + " but could not be read or noted (" + e
          + "). Check that the file system is writable and has space left.", e);
    }
  }

  private CarrelException unreachable(Attempts attempts, Apt.Ran ran, boolean older) {
    String why = AptMessages.errors(ran);
    String hosts = String.join(", ", attempts.hosts);
    if (why.contains("is not signed")) {
      // What is wrong with the signature, apt only warns of.
      return CarrelException.failed("The lists of packages were not taken from " + hosts + ": " + AptMessages.complaints(ran)
          + ". Have this host trust the key of that source, see signed-by in sources.list(5), or remove the source from " + etc + ".");
    }
    return CarrelException.failed("The lists of packages could not be fetched from " + hosts + ": " + why
        + (older
            ? ". The lists of packages fetched earlier are still there: the same command without --refresh uses them. Otherwise check"
            : ". Check")
        + " the network, the proxy (http_proxy) and the sources in " + etc + ".");
  }

  private boolean has(String kind) throws IOException {
    try (Stream<Path> files = Files.list(state.lists())) {
      return files.anyMatch(file -> file.getFileName().toString().contains(kind));
    }
  }

  /** A killed {@code apt-get update} may have changed the lists without the stamp; call with the lock held. */
  void restamp() {
    try {
      String digest = ListsDigest.of(state.lists());
      if (!digest.equals(Files.readString(state.stamp()))) {
        AptState.write(state.stamp(), digest);
      }
    } catch (IOException e) {
      throw CarrelException.failed("Packages could not be looked up: the lists of packages in " + state.lists() + " cannot be read (" + e
          + "). Fetch them anew with --refresh.", e);
    }
  }

  private static void appendFile(StringBuilder text, Path file) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      text.append('\n').append(file.getFileName()).append(' ').append(attributes.size()).append(' ')
          .append(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    } catch (NoSuchFileException e) {
      // Not there is a state as well, and says nothing.
    } catch (IOException e) {
      text.append('\n').append(file.getFileName()).append(" unreadable");
    }
  }

  private static void appendDirectory(StringBuilder text, Path directory) {
    Map<String, Path> sorted = new TreeMap<>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        sorted.put(file.getFileName().toString(), file);
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      text.append('\n').append(directory.getFileName()).append(" unreadable");
      return;
    }
    text.append('\n').append(directory.getFileName()).append('/');
    for (Path file : sorted.values()) {
      appendFile(text, file);
    }
  }
}
