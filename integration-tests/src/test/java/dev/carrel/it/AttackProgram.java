package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.SoftAssertions;

/**
 * The program of attacks.c and the files beside it, compiled: each of its words is an attack, and it prints a line for each.
 *
 * @param path where it is on the host; in a container it is /attacks
 */
record AttackProgram(Path path) {
  private static final String SUCCEEDED = "succeeded";
  private static final List<String> SOURCES = List.of("attacks.h", "attacks.c", "exhausting.c", "mounts.c", "neighbours.c");

  /** Compiles it into the directory, without libraries, so that it runs wherever it is exposed. */
  static AttackProgram compiledIn(Path directory) throws IOException {
    assumeTrue(Host.can("gcc", "--version"), "needs gcc, to compile the attacks");
    Path program = directory.resolve("attacks");
    List<String> compiler = new ArrayList<>(List.of("gcc", "-static", "-O1", "-w", "-o", program.toString()));
    for (String name : SOURCES) {
      Path source = directory.resolve(name);
      try (InputStream in = AttackProgram.class.getResourceAsStream("/" + name)) {
        Files.copy(in, source);
      }
      if (name.endsWith(".c")) {
        compiler.add(source.toString());
      }
    }
    Host.says(compiler.toArray(String[]::new));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x")); // also for another user than the tests'
    return new AttackProgram(program);
  }

  /** Carrel, with these attacks in a container that is started with these options. */
  Carrel contained(List<String> options, List<String> words) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd", "--expose=" + path + "=/attacks"));
    line.addAll(options);
    line.addAll(List.of("--", "/attacks"));
    line.addAll(words);
    return Carrel.command(line.toArray(String[]::new));
  }

  /** What the attacks print outside of any container, under another command. */
  String onTheHost(List<String> words, String... under) {
    List<String> line = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>/dev/null", "sh"));
    line.addAll(List.of(under));
    line.add(path.toString());
    line.addAll(words);
    return Host.says(line.toArray(String[]::new));
  }

  /**
   * Ends an attack that goes on until /tmp/enough is there, and with it its container: that may kill the command that has made
   * the file before it has come to its own end.
   *
   * @param touching what makes that file
   */
  static void end(Carrel touching) {
    Carrel.Result touched = touching.run();
    assertThat(touched.status()).as(touched.err()).isIn(0, 128 + 9);
    assertThat(touched.err()).isEmpty();
  }

  static void nothingSucceeds(Carrel.Result result, List<String> words) {
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.out().lines()).hasSize(words.size());
    SoftAssertions softly = new SoftAssertions();
    result.out().lines().forEach(line -> softly.assertThat(line).doesNotContain(SUCCEEDED).doesNotContain("no such attack"));
    softly.assertAll();
  }

  static void allSucceed(String output, List<String> words) {
    assertThat(output.lines()).containsExactlyElementsOf(words.stream().map(word -> word + ": " + SUCCEEDED).toList());
  }
}
