package dev.carrel.store.debian;

import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.store.Store;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the Debian source needs of this host: apt, sources, keyrings; and how old its lists are. */
@Component
public final class AptCheck implements Check {
  private static final Duration OLD = Duration.ofDays(30);

  private final AptPaths host;
  private final Store store;

  /** Looks at this host. */
  @Activate
  public AptCheck(@Reference Store store) {
    this(store, AptPaths.host());
  }

  AptCheck(Store store, AptPaths host) {
    this.store = store;
    this.host = host;
  }

  @Override
  public List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    if (host.program("apt-get").isEmpty() || host.program("apt-cache").isEmpty()) {
      findings.add(new Finding("apt", Finding.Level.LIMITED, "no apt-get and apt-cache in " + host.programs(),
          "On Debian or Ubuntu install apt; elsewhere use another package source."));
      return findings;
    }
    findings.add(program());
    findings.add(sources());
    findings.add(keyrings());
    findings.add(lists());
    return findings;
  }

  private Finding program() {
    try {
      Path program = host.program("apt-get").orElseThrow();
      // Not through Apt: a check makes nothing, and there may be no private state yet.
      ProcessBuilder builder = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).redirectInput(new File("/dev/null"));
      builder.environment().clear();
      Process process = builder.start();
      String text;
      try (var out = process.getInputStream()) {
        text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      }
      int end = text.indexOf('\n');
      return Finding.ok("apt", (end < 0 ? text : text.substring(0, end)).strip());
    } catch (IOException e) {
      return new Finding("apt", Finding.Level.LIMITED, "apt-get cannot be run (" + e.getMessage() + ")", "Install apt again.");
    }
  }

  private Finding sources() {
    int count = lines(host.etc().resolve("sources.list"));
    for (Path file : files(host.etc().resolve("sources.list.d"))) {
      String name = file.getFileName().toString();
      count += name.endsWith(".list") || name.endsWith(".sources") ? lines(file) : 0;
    }
    return count > 0
        ? Finding.ok("apt sources", "configured in " + host.etc())
        : new Finding("apt sources", Finding.Level.LIMITED, "none configured in " + host.etc(),
            "Add the archive of this distribution to " + host.etc() + "/sources.list, see sources.list(5).");
  }

  private Finding keyrings() {
    int count = 0;
    for (Path directory : List.of(host.etc().resolve("trusted.gpg.d"), host.etc().resolve("keyrings"), Path.of("/usr/share/keyrings"))) {
      count += files(directory).size();
    }
    return count > 0
        ? Finding.ok("apt keyrings", count + " found")
        : new Finding("apt keyrings", Finding.Level.LIMITED, "none found, so that no source can be authenticated",
            "Install the package debian-archive-keyring or ubuntu-keyring.");
  }

  private Finding lists() {
    AptState state = new AptState(store.directory(), host.etc());
    Instant fetched;
    try {
      fetched = Files.getLastModifiedTime(state.warnings()).toInstant();
    } catch (IOException e) {
      return Finding.ok("package lists", "not fetched yet; the first use does");
    }
    String warnings = new PackageLists(state, new Apt(host, state), host.etc()).warnings();
    long days = Duration.between(fetched, Instant.now()).toDays();
    String age = "fetched " + (days < 1 ? "today" : days + (days == 1 ? " day" : " days") + " ago");
    if (!warnings.isEmpty()) {
      return new Finding("package lists", Finding.Level.LIMITED, age + ", but not all: " + warnings,
          "Check the network and the sources in " + host.etc() + ", then use --refresh.");
    }
    return days > OLD.toDays()
        ? new Finding("package lists", Finding.Level.LIMITED, age + "; newer packages and security fixes are not seen", "Use --refresh.")
        : Finding.ok("package lists", age);
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Lines that say something. */
  private static int lines(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return (int) lines.filter(line -> !line.isBlank() && !line.strip().startsWith("#")).count();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }
}
