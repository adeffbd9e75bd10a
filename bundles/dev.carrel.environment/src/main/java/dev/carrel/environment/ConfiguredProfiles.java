package dev.carrel.environment;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Containers;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.environment.WorkplaceRequest.Scripts.Use;
import dev.carrel.api.host.Host;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.Configuration.Report.Failed;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/** Has packages configured in a container, once, before their profile is frozen. */
final class ConfiguredProfiles implements Profiles.Setup {
  private final AtomicReference<Containers> containers;
  private final Host host;
  private final Store store;
  private final Optional<String> backend;
  private final Progress progress;
  private final List<String> notes;

  /**
   * For one request.
   *
   * @param notes is told what was left out
   */
  ConfiguredProfiles(AtomicReference<Containers> containers, Host host, Store store, Optional<String> backend, Progress progress, List<String> notes) {
    this.containers = containers;
    this.host = host;
    this.store = store;
    this.backend = backend;
    this.progress = progress;
    this.notes = notes;
  }

  @Override
  public Finish finish(Configuration configuration, Resolution resolution, Optional<Profiles.Made> base, Scripts scripts) {
    String name = configuration.format(resolution) + (scripts.use() == Use.SKIP_FAILED ? " without what fails in " + scripts.limit() : "");
    Optional<Resolution> before = base.map(Profiles.Made::resolution);
    return new Finish(name, base.map(made -> new Finish.Base(made.profile(), Set.copyOf(made.resolution().items()))),
        (tree, changes, based) -> configure(configuration, resolution, based ? before : Optional.empty(), scripts, tree, changes));
  }

  /** From the beginning without a script that failed: as if the package did not have it. */
  private void configure(Configuration configuration, Resolution resolution, Optional<Resolution> configured, Scripts scripts, Path tree,
      Path changes) throws IOException {
    Set<String> skipped = new TreeSet<>();
    for (int attempt = 0;; attempt++) {
      Path place = Files.createDirectory(changes.resolve("attempt" + attempt));
      Path material = Files.createDirectory(place.resolve("material"));
      Optional<Configuration.Program> program =
          configuration.prepare(resolution, configured, store, material, ScriptContainer.MATERIAL, Set.copyOf(skipped));
      if (program.isEmpty()) {
        return;
      }
      ScriptContainer container = new ScriptContainer(presentContainers(), host, backend, scripts.limit(), progress);
      Optional<Failed> failed = container.run(configuration, program.get(), tree, place, material);
      if (failed.isEmpty()) {
        take(place, changes);
        return;
      }
      String said = printable(configuration.lastOutput(container.output()));
      if (scripts.use() == Use.ALL) {
        throw failure(failed.get(), said, scripts);
      }
      if (!skipped.add(failed.get().name())) {
        throw failure(failed.get(), said, scripts); // also without its scripts
      }
      notes.add("the package " + failed.get().name() + " is not configured: " + failed.get().why() + printed(said));
    }
  }

  /** Puts what was changed where the store looks for it. */
  private static void take(Path place, Path changes) throws IOException {
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(place)) {
      for (Path directory : directories) {
        Files.move(directory, changes.resolve(directory.getFileName()));
      }
    }
  }

  private static CarrelException failure(Failed failed, String said, Scripts scripts) {
    String remedy = scripts.use() == Use.ALL
        ? " Go on without it with --skip-failed-scripts, or have no package configured with --no-scripts"
        : " Have no package configured with --no-scripts, or leave it out";
    return CarrelException.failed("cannot configure the package " + failed.name() + ": " + failed.why() + printed(said) + "." + remedy);
  }

  private static String printed(String said) {
    return said.isEmpty() ? "" : ", after it said: " + said;
  }

  /** On one line, without what would move the cursor of a terminal. */
  private static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    for (String line : text.strip().split("\n")) {
      shown.append(shown.length() == 0 || line.isBlank() ? "" : " / ");
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        shown.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c);
      }
    }
    return shown.toString().strip();
  }

  private Containers presentContainers() {
    Containers present = containers.get();
    if (present == null) {
      throw CarrelException.failed("cannot configure packages: no container can be started. Start the bundle dev.carrel.engine,"
          + " which offers that, or leave them unconfigured with --no-scripts");
    }
    return present;
  }
}
