package dev.carrel.network.pasta;

import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.host.Host;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Whether pasta and slirp4netns can be used here. Of the second one nothing is said where there is the first, and it is missing. */
@Component
public final class HelperCheck implements Check {
  private static final String SUBJECT = "network ";

  private final Function<String, Optional<Path>> programs;
  private final Optional<String> noTun;

  /** Looks at this host. */
  @Activate
  public HelperCheck(@Reference Host host) {
    this(HelperPrograms::find, HostTun.ofHost().unavailable(host.administers()));
  }

  /**
   * Looks at another one.
   *
   * @param programs where a program is
   * @param noTun why no interface can be made
   */
  HelperCheck(Function<String, Optional<Path>> programs, Optional<String> noTun) {
    this.programs = programs;
    this.noTun = noTun;
  }

  @Override
  public List<Finding> examine() {
    Optional<Path> pasta = programs.apply("pasta");
    Optional<Path> slirp = programs.apply("slirp4netns");
    Finding first = pasta.isPresent() ? of("pasta", pasta.get()) : new Finding(SUBJECT + "pasta", Level.LIMITED, "pasta is not installed",
        "Needed only for --network without being root" + (slirp.isPresent() ? ", where slirp4netns does less" : "")
            + ". Ask an administrator to install it (Debian: apt install passt)");
    return slirp.isPresent() ? List.of(first, of("slirp4netns", slirp.get())) : List.of(first);
  }

  private Finding of(String name, Path program) {
    if (noTun.isPresent()) {
      return new Finding(SUBJECT + name, Level.LIMITED, "no interface can be made", "Needed only for --network without being root: " + noTun.get());
    }
    try {
      return Finding.ok(SUBJECT + name, version(program));
    } catch (IOException e) {
      return new Finding(SUBJECT + name, Level.LIMITED, program + " cannot be run (" + e.getMessage() + ")", "Install it again");
    }
  }

  /** What it says of itself, in a line. */
  private static String version(Path program) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).redirectInput(new File("/dev/null"));
    builder.environment().clear();
    try (var out = builder.start().getInputStream()) {
      String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      return text.substring(0, (text + "\n").indexOf('\n')).strip();
    }
  }
}
