package dev.carrel.store.nix;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The store's own package manager, which builds or fetches what is not there. It is the user's: found and run as a shell would. */
record Tool(Place place, Map<String, String> environment) {
  private static final int MOST_LINES = 12;

  /** Whether there is one. */
  boolean isThere() {
    return place.name().equals("nix") ? program("nix-build").isPresent() || program("nix").isPresent() : program("guix").isPresent();
  }

  /** What the user could type to have a package. */
  String advice() {
    return isThere() ? "With --build, " + place.title() + " builds or fetches what is not there"
        : place.title() + "'s own tools, which could build or fetch it, are not there";
  }

  private Optional<Path> program(String name) {
    List<Path> directories = new ArrayList<>();
    for (String directory : environment.getOrDefault("PATH", "").split(":")) {
      if (directory.startsWith("/")) {
        directories.add(Path.of(directory));
      }
    }
    directories.add(place.state().resolve("profiles/default/bin"));
    for (Path directory : directories) {
      if (Files.isExecutable(directory.resolve(name)) && !Files.isDirectory(directory.resolve(name))) {
        return Optional.of(directory.resolve(name));
      }
    }
    return Optional.empty();
  }

  /**
   * Has a package built or fetched.
   *
   * @return its items: the outputs of it
   * @throws CarrelException if there is no tool, or it fails: with its own words
   */
  List<Path> realize(PackageRequest wanted, Progress progress) {
    List<String> command = command(wanted);
    Deque<String> said = new ArrayDeque<>();
    List<Path> items = new ArrayList<>();
    int status;
    try (Progress.Task task = progress.begin("building " + place.name() + ":" + wanted, -1, Progress.Unit.ITEMS)) {
      status = run(command, said, items, task);
    } catch (IOException e) {
      throw failed(wanted, command, e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed(wanted, command, "it was interrupted", e);
    }
    if (status != 0 || items.isEmpty()) {
      throw failed(wanted, command, "it " + (status == 0 ? "built nothing" : "ended with status " + status)
          + (said.isEmpty() ? "" : " and said: " + String.join(" | ", said)), null);
    }
    return items;
  }

  private List<String> command(PackageRequest wanted) {
    if (!place.isHosts() && !place.name().equals("nix")) {
      throw failed(wanted, List.of(place.name()), place.title() + " can only use the store of this host, and " + place.variable() + " is set", null);
    }
    List<String> words = new ArrayList<>();
    boolean path = wanted.name().startsWith("/");
    if (place.name().equals("guix")) {
      String name = path ? Finder.followed(place, wanted).toString() : wanted.name() + wanted.version().map(version -> "@" + version).orElse("");
      words.addAll(List.of(needed("guix", wanted), "build", name));
      return words;
    }
    if (wanted.version().isPresent()) {
      throw failed(wanted, List.of("nix-build"), "Nix builds the version of its own expressions. Leave the version out", null);
    }
    if (path) {
      words.addAll(List.of(needed("nix-store", wanted), "--realise", Finder.followed(place, wanted).toString()));
    } else if (program("nix-build").isPresent()) {
      words.addAll(List.of(needed("nix-build", wanted), "<nixpkgs>", "-A", wanted.name(), "--no-out-link"));
    } else {
      words.addAll(List.of(needed("nix", wanted), "build", "nixpkgs#" + wanted.name(), "--no-link", "--print-out-paths"));
    }
    if (!place.isHosts()) {
      words.addAll(List.of("--store", place.root().toString()));
    }
    return words;
  }

  private String needed(String program, PackageRequest wanted) {
    return program(program).orElseThrow(() -> failed(wanted, List.of(program), "there is no " + program + ". Install " + place.title()
        + "'s tools, or name what is in its store already", null)).toString();
  }

  private int run(List<String> command, Deque<String> said, List<Path> items, Progress.Task task) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      Thread listener = new Thread(() -> lines(process.getErrorStream(), line -> {
        said.add(line);
        if (said.size() > MOST_LINES) {
          said.remove();
        }
        task.detail(line);
      }), "carrel-" + place.name());
      listener.setDaemon(true);
      listener.start();
      lines(process.getInputStream(), line -> {
        Path item = Path.of(line);
        if (place.isItem(item)) {
          items.add(item);
        }
      });
      listener.join();
      return process.waitFor();
    } finally {
      process.destroy(); // where this thread was interrupted
    }
  }

  private interface Line {
    void read(String line);
  }

  private static void lines(InputStream stream, Line reader) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank() && line.indexOf('\0') < 0) {
          reader.read(line.strip());
        }
      }
    } catch (IOException e) {
      return; // it has ended
    }
  }

  private CarrelException failed(PackageRequest wanted, List<String> command, String why, Exception cause) {
    return CarrelException.failed("cannot have " + place.name() + ":" + wanted + " built by " + Path.of(command.get(0)).getFileName()
        + ": " + why, cause);
  }
}
