package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is mounted is exchanged for something else, or for a symbolic link, while containers are started: what was looked up counts, or nothing. */
class RacingSourceTest {
  private static final int STARTS = 500;
  private static final String EXCHANGE = "import ctypes, os\n"
      + "libc = ctypes.CDLL(None)\n"
      + "while os.getppid() != 1: libc.renameat2(-100, b'raced', -100, b'other', 2)\n";

  @TempDir Path directory;
  private final Fixture containers = new Fixture();
  private Path raced;
  private Path host;

  @BeforeEach
  void make() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3, to call renameat2");
    Path around = Files.createDirectory(directory.resolve("around"));
    raced = Files.createDirectories(around.resolve("raced/inner")).getParent();
    host = Files.createDirectories(directory.resolve("host/inner")).getParent();
    Files.writeString(raced.resolve("inner/mark"), "meant\n");
    Files.writeString(host.resolve("inner/mark"), "of the host\n");
  }

  private Process race() throws Exception {
    return new ProcessBuilder("/usr/bin/python3", "-c", EXCHANGE).directory(raced.getParent().toFile()).inheritIO().start();
  }

  private LaunchPlan plan(Path source, String target, String... command) {
    return containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()), List.of(command),
        new Mount.Bind(source, Path.of(target), Access.SHARE, Mapping.Kind.DIRECTORY, false));
  }

  @Test
  void a_source_that_becomes_a_link_is_refused() throws Exception {
    Files.createSymbolicLink(raced.resolveSibling("other"), host);
    Process racer = race();
    int started = 0;
    int refused = 0;
    int followed = 0;
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      for (int i = 0; i < STARTS || (started == 0 || refused == 0 || followed == 0) && System.nanoTime() < end; i++) { // Python takes its time to begin
        followed += Files.readString(raced.resolve("inner/mark")).equals("meant\n") ? 0 : 1; // who opens it by its name alone is led astray
        try {
          // Every place is another, so that no start is one from a template.
          Fixture.Result result = containers.run(plan(raced.resolve("inner"), "/place" + i, "/bin/sh", "-c", "cat /place" + i + "/mark; : > /place" + i + "/made"));
          assertThat(result.out()).isEqualTo("meant\n");
          started++;
        } catch (CarrelException e) {
          assertThat(e).hasMessageContaining("cannot share " + raced.resolve("inner")).hasMessageContaining("There was no symbolic link in its path");
          refused++;
        }
      }
      assertThat(racer.isAlive()).isTrue();
    } finally {
      racer.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
    }
    assertThat(host.resolve("inner/made")).doesNotExist();
    assertThat(started).as("starts that found the directory").isPositive();
    assertThat(refused).as("starts that found the link").isPositive();
    assertThat(followed).as("looks that followed the link").isPositive();
  }

  @Test
  void what_is_renamed_after_the_start_stays_what_it_was() throws Exception {
    Files.createDirectories(raced.resolveSibling("other/inner"));
    Files.writeString(raced.resolveSibling("other/inner/mark"), "another\n");
    for (int i = 0; i < 3; i++) { // directly, building a template, and from it
      Running running = containers.backend.launch(plan(raced, "/item", "/bin/sh", "-c", "echo started; read go; cat /item/inner/mark"));
      var out = running.process().inputReader(StandardCharsets.UTF_8);
      assertThat(out.readLine()).isEqualTo("started");
      Path kept = raced.resolveSibling("kept");
      Files.move(raced, kept);
      Files.move(raced.resolveSibling("other"), raced);
      running.process().outputWriter().append("go\n").close();
      assertThat(out.readLine()).isEqualTo("meant");
      assertThat(containers.run(plan(raced, "/item", "/bin/sh", "-c", "cat /item/inner/mark")).out()).isEqualTo("another\n"); // nothing old is used again
      running.exit().get(60, TimeUnit.SECONDS);
      Files.move(raced, raced.resolveSibling("other"));
      Files.move(kept, raced);
    }
  }

  @AfterEach
  void the_host_is_as_it_was() throws Exception {
    assertThat(Files.readString(host.resolve("inner/mark"))).isEqualTo("of the host\n");
  }
}
