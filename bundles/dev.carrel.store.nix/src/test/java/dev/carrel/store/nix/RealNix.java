package dev.carrel.store.nix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real Nix, with a store below a directory of a test's: {@code nix --store ROOT}. */
record RealNix(Path root) {
  private static final String CONFIGURATION = "substitute = false\nbuild-users-group =\nexperimental-features = nix-command\n";

  /** Makes the store; skips the test where there is no Nix. */
  static RealNix in(Path root) throws IOException {
    assumeTrue(isThere(), "needs Nix: nix-store");
    RealNix nix = new RealNix(root.toRealPath());
    nix.run("", "nix-store", "--init", "--store", root.toString());
    return nix;
  }

  private static boolean isThere() {
    for (String directory : System.getenv().getOrDefault("PATH", "").split(":")) {
      if (Files.isExecutable(Path.of(directory, "nix-store"))) {
        return true;
      }
    }
    return false;
  }

  Place place() {
    return Place.nix(root.toString(), Map.of());
  }

  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", root.toString());
    environment.put("USER", System.getProperty("user.name"));
    environment.put("NIX_CONFIG", CONFIGURATION);
    return environment;
  }

  /** Runs a program of Nix's, and returns the lines it prints. */
  List<String> run(String input, String... command) throws IOException {
    Path in = Files.writeString(Files.createTempFile("nix", "in"), input);
    Path err = Files.createTempFile("nix", "err");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectInput(in.toFile()).redirectError(err.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment());
      Process process = builder.start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + Files.readString(err));
      }
      return out.lines().toList();
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      Files.delete(in);
      Files.delete(err);
    }
  }

  /** Nix's own answer. */
  List<Path> closure(Path item) throws IOException {
    return run("", "nix-store", "--store", root.toString(), "-qR", item.toString()).stream().map(Path::of).sorted().toList();
  }

  /** Registers items with Nix, each as the lines of {@link #registration}. */
  void register(String registrations) throws IOException {
    run(registrations, "nix-store", "--store", root.toString(), "--load-db");
  }

  static Path item(String name) {
    return Path.of("/nix/store").resolve(SampleStore.hash(name) + "-" + name);
  }

  static String registration(Path item, List<Path> references) {
    List<String> lines = new ArrayList<>(List.of(item.toString(), "0".repeat(63) + "1", "100", "", Integer.toString(references.size())));
    references.forEach(reference -> lines.add(reference.toString()));
    return String.join("\n", lines) + "\n";
  }
}
