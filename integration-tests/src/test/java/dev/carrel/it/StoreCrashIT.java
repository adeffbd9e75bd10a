package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of {@code integration-tests/crash}: a short one, unless the property says how many kills. */
class StoreCrashIT {
  private static final String KILLS = System.getProperty("carrel.crash.kills", "20");
  private static final int MINUTES = 10 + Integer.parseInt(KILLS) / 2;

  @Test
  @Tag(User.ROOT)
  void killed_at_any_moment_the_store_is_whole_nothing_is_lost_and_the_next_collection_cleans_up(@TempDir Path directory) throws Exception {
    Path output = directory.resolve("output");
    Process process = new ProcessBuilder(Checkout.underTest().directory().resolve("integration-tests/crash/run").toString(), KILLS)
        .redirectErrorStream(true).redirectOutput(output.toFile()).start();
    boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("ended within " + MINUTES + " minutes").isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output)).contains("nothing damaged, nothing lost, staging empty");
  }
}
