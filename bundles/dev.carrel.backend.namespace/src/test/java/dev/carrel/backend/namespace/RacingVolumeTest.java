package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody who can write in a shared directory exchanges a directory in it for a symbolic link to the host's, all the time, while
 * containers with mounts below it are started (CVE-2021-30465, CVE-2019-18837, CVE-2024-45310).
 */
class RacingVolumeTest {
  private static final int STARTS = 1000;
  /** As another container that shares the volume would do it; see rename(2), RENAME_EXCHANGE. */
  private static final String EXCHANGE = "import ctypes, os\n"
      + "libc = ctypes.CDLL(None)\n"
      + "while os.getppid() != 1: libc.renameat2(-100, b'raced', -100, b'other', 2)\n";

  @TempDir Path directory;
  private final Fixture containers = new Fixture();
  private Path volume;
  private Path host;
  private Path brought;
  private Process racer;

  @BeforeEach
  void race() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3, to call renameat2");
    volume = Files.createDirectory(directory.resolve("volume"));
    host = Files.createDirectory(directory.resolve("host"));
    brought = Files.createDirectory(directory.resolve("brought"));
    Path raced = Files.createDirectory(volume.resolve("raced"));
    for (Path tree : List.of(host, raced)) {
      Files.createDirectory(tree.resolve("point"));
      Files.createDirectory(tree.resolve("memory"));
      Files.createFile(tree.resolve("file"));
    }
    Files.writeString(host.resolve("point/mark"), "of the host\n");
    Files.writeString(brought.resolve("mark"), "brought\n");
    Files.createSymbolicLink(volume.resolve("other"), host);
    racer = new ProcessBuilder("/usr/bin/python3", "-c", EXCHANGE).directory(volume.toFile()).inheritIO().start();
  }

  @AfterEach
  void end() throws Exception {
    racer.destroyForcibly().waitFor(60, TimeUnit.SECONDS);
  }

  private Set<String> tree(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(path -> root.relativize(path).toString()).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private LaunchPlan plan(int number) {
    LaunchPlan plan = containers.plan(Stdio.pipes(), false, Set.copyOf(Namespace.standard()),
        List.of("/bin/sh", "-c", "cat /volume/raced/point/mark /volume/raced/file 2>/dev/null; ls -A /volume/raced/memory 2>/dev/null"),
        new Mount.Bind(volume, Path.of("/volume"), Access.SHARE, Mapping.Kind.DIRECTORY, false),
        new Mount.GeneratedFile(Path.of("/volume/raced/file"), "made\n", 0444),
        new Mount.Tmpfs(Path.of("/volume/raced/memory"), 0755, "1m"),
        new Mount.Bind(brought, Path.of("/volume/raced/point"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    ContainerSpec spec = plan.spec();
    // Each has a name of its own, so that every mount is made anew and not taken from a template.
    ContainerSpec other = new ContainerSpec(spec.process(), spec.namespaces(), spec.identity(), Optional.of("race" + number), spec.root(),
        spec.network(), Optional.empty());
    return new LaunchPlan("race" + number, other, plan.mounts(), Optional.empty());
  }

  @Test
  void a_mount_below_a_raced_directory_is_in_it_or_fails_and_never_reaches_the_host() throws Exception {
    Set<String> ofHost = tree(host);
    int started = 0;
    int failed = 0;
    for (int i = 0; i < STARTS; i++) {
      try {
        Fixture.Result result = containers.run(plan(i));
        assertThat(result.out()).isIn("brought\nmade\n", "brought\n", "made\n", "");
        started++;
      } catch (CarrelException e) {
        assertThat(e.getMessage()).startsWith("cannot ").doesNotContain("internal");
        failed++;
      }
    }
    assertThat(racer.isAlive()).isTrue();
    end();
    assertThat(tree(host)).isEqualTo(ofHost);
    assertThat(Files.readString(host.resolve("point/mark"))).isEqualTo("of the host\n");
    assertThat(Files.size(host.resolve("file"))).isZero();
    assertThat(tree(volume).stream().filter(name -> !name.startsWith("raced/") && !name.startsWith("other/")))
        .containsExactlyInAnyOrder("", "raced", "other");
    assertThat(started).as("starts that found the directory").isPositive();
    assertThat(failed).as("starts that found the link: otherwise there was no race").isPositive();
  }
}
