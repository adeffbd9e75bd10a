package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Carrel killed at any moment of a start, a run or a stop leaves nothing after {@code carrel clean}. */
class RecoveryIT {
  /** Run by root and again by an ordinary user: 200 together. */
  private static final int KILLS = 100;
  /** In milliseconds, in which each of the commands ends if it is let. */
  private static final int LONGEST = 450;

  @TempDir Path directory;

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  @Test
  void killed_at_any_moment_nothing_is_left_after_cleaning() throws Exception {
    Traces before = Traces.now();
    Random random = new Random(7);
    for (int i = 0; i < KILLS; i++) {
      String name = "c" + i;
      List<String> words = switch (i % 4) {
        case 0 -> List.of("run", "--no-cwd", "--detach", "--name=" + name, "--", "sleep", "4321");
        case 1 -> List.of("run", "--no-cwd", "--name=" + name, "--", "sleep", "4321");
        case 2 -> List.of("stop", "--time=0", "c" + (i - 2));
        default -> List.of("exec", "c" + (i - 3), "--", "sleep", "4321");
      };
      Process process = carrel(words.toArray(new String[0])).start(directory.resolve("output"));
      process.waitFor(i * LONGEST / KILLS + random.nextInt(20), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
    }
    for (String id : carrel("list", "--quiet").run().out().lines().toList()) {
      carrel("kill", id).run();
    }
    before.awaitNothingNew();
    // What was begun and not written down is left alone for some seconds: somebody could still be at it.
    Await.until(() -> "nothing to be left: " + carrel("list", "--all").run(), () -> carrel("clean").run().status() == 0 && recorded().equals(Set.of("", "lock", "names")));
    assertThat(carrel("list", "--all").run().out().lines()).hasSize(1);
  }

  private Set<String> recorded() throws IOException {
    try (Stream<Path> entries = Files.walk(directory.resolve("state"))) {
      return entries.map(path -> directory.resolve("state").relativize(path).toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void detached_containers_are_found_again_with_how_they_ended() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(carrel("run", "--no-cwd", "-d", "--name=job" + i, "--", "sh", "-c", "sleep 0.5; exit " + i).run().status()).isZero();
    }
    for (int i = 0; i < 5; i++) {
      assertThat(carrel("wait", "job" + i).run().status()).isEqualTo(i);
    }
    assertThat(carrel("clean").run().out().lines()).hasSize(5);
  }
}
