package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/extending.md, done as it says: the archetype makes a project, which a Maven of its own builds and tests, and which is installed and used. */
@Tag(User.ROOT) // whose Maven has just built Carrel, and so has all the plugins
class AddonWalkIT {
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final Map<String, String> ARTIFACTS = Map.of("bundles/dev.carrel.api", "dev.carrel.api", "conformance", "dev.carrel.conformance",
      "archetype", "carrel-addon-archetype");

  @TempDir Path directory;

  @Test
  void what_the_documentation_says_can_be_done_and_prints_what_it_says() throws Exception {
    Path checkout = Checkout.underTest().directory();
    Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
    assumeTrue(Files.isDirectory(repository.resolve("biz/aQute/bnd/bnd-maven-plugin")), "needs the local repository with which Carrel was built");
    assumeTrue(Host.can("gcc", "--version"), "needs gcc, for a program without libraries");
    Path local = repositoryWithCarrel(checkout, repository);
    Path programs = Files.createDirectory(directory.resolve("bin"));
    Files.createSymbolicLink(programs.resolve("carrel"), Checkout.underTest().script());
    Path maven = Files.writeString(programs.resolve("mvn"), "#!/bin/sh\nexec " + Host.says("sh", "-c", "command -v mvn")
        + " -o -Dmaven.repo.local='" + local + "' \"$@\"\n");
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));

    Walk walk = Walk.of(Files.readAllLines(checkout.resolve("docs/extending.md")));
    ProcessBuilder builder = new ProcessBuilder("sh", "-e").directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CARREL"));
    builder.environment().put("CARREL", checkout.toString());
    builder.environment().put("CARREL_ADDONS", directory.resolve("addons").toString());
    builder.environment().put("CARREL_STORE", directory.resolve("store").toString());
    builder.environment().put("CARREL_STATE", directory.resolve("state").toString());
    builder.environment().put("PATH", programs + ":" + System.getenv("PATH"));
    Path input = Files.writeString(directory.resolve("walk"), String.join("\n", walk.commands()) + "\n");
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    int status = builder.redirectInput(input.toFile()).redirectOutput(output.toFile()).redirectError(errors.toFile()).start().waitFor();

    String all = (Files.readString(output) + Files.readString(errors)).replaceAll("\u001b\\[[0-9;]*m", ""); // Maven's colours
    assertThat(status).as(all).isZero();
    assertThat(walk.answers()).hasSizeGreaterThan(8);
    assertThat(all.lines().map(String::strip).toList()).containsAll(walk.answers());
    assertIsMade(checkout.resolve("docs/examples/addon"), directory.resolve("tarballs"));
    assertThat(Files.readString(directory.resolve("tarballs/target/surefire-reports/org.example.tarballs.TarballSourceTest.txt")))
        .containsPattern("Tests run: [1-9][0-9]+, Failures: 0, Errors: 0, Skipped: 0,");
  }

  /** What the documents refer to is what the archetype makes, to the byte. */
  private static void assertIsMade(Path example, Path made) throws IOException {
    try (Stream<Path> files = Files.walk(example)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(made.resolve(example.relativize(file).toString())).hasSameTextualContentAs(file);
      }
    }
  }

  /** The lines of the document: what is typed, and what is answered. */
  private record Walk(List<String> commands, List<String> answers) {
    static Walk of(List<String> lines) {
      Walk walk = new Walk(new ArrayList<>(), new ArrayList<>());
      boolean typed = false;
      for (String line : lines) {
        if (line.startsWith("    $ ")) {
          walk.commands().add(line.substring(6));
        } else if (typed && line.startsWith("    ")) {
          walk.answers().add(line.strip());
        }
        typed = line.startsWith("    $ ") || typed && line.startsWith("    ");
      }
      return walk;
    }
  }

  /** The local repository by links, and in it what was just built for who extends Carrel, as if it were published. */
  private Path repositoryWithCarrel(Path checkout, Path repository) throws IOException {
    Path copy = directory.resolve("repository");
    links(repository, copy, "dev");
    Path others = repository.resolve("dev");
    links(others, copy.resolve("dev"), "carrel");
    Path own = copy.resolve("dev/carrel");
    publish(checkout.resolve("pom.xml"), own, "carrel", ".pom");
    for (Map.Entry<String, String> module : ARTIFACTS.entrySet()) {
      Path place = checkout.resolve(module.getKey());
      String artifact = module.getValue();
      publish(place.resolve("pom.xml"), own, artifact, ".pom");
      publish(place.resolve("target").resolve(artifact + "-" + VERSION + ".jar"), own, artifact, ".jar");
    }
    return copy;
  }

  private static void links(Path from, Path to, String but) throws IOException {
    Files.createDirectories(to);
    if (!Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(one -> !one.getFileName().toString().equals(but)).toList()) {
        Files.createSymbolicLink(to.resolve(file.getFileName()), file);
      }
    }
  }

  private static void publish(Path file, Path group, String artifact, String ending) throws IOException {
    Path folder = Files.createDirectories(group.resolve(artifact).resolve(VERSION));
    Files.copy(file, folder.resolve(artifact + "-" + VERSION + ending));
  }
}
