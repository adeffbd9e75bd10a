package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short run of {@code integration-tests/soak}, by root and by an ordinary user. */
class SoakIT {
  private static final int MINUTES = 30;

  @TempDir Path directory;

  private static void soak(List<String> command, Path output) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).directory(Path.of("/").toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(ended).as("ended within " + MINUTES + " minutes").isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output)).contains(" 0 wrong");
  }

  @Test
  @Tag(User.ROOT)
  void a_thousand_starts_leave_nothing() throws Exception {
    soak(List.of(Checkout.underTest().directory().resolve("integration-tests/soak/run").toString(), "1000", "4"), directory.resolve("output"));
  }

  @Test
  @Tag(User.ROOT)
  void a_thousand_starts_of_an_ordinary_user_leave_nothing() throws Exception {
    Optional<User> user = User.ordinary();
    assumeTrue(User.weAreRoot() && user.isPresent(), "needs root and the user " + User.TEST_USER);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path copy = Files.createDirectories(directory.resolve("checkout/integration-tests"));
    Trees.copyForAll(Checkout.underTest().directory().resolve("integration-tests/soak"), copy.resolve("soak"));
    Files.createDirectories(directory.resolve("checkout/launcher/target"));
    Trees.copyForAll(Checkout.underTest().distribution(), directory.resolve("checkout/launcher/target/carrel"));
    List<String> command = new ArrayList<>(List.of(copy.resolve("soak/run").toString(), "1000", "4"));
    soak(user.get().command(command), directory.resolve("output"));
  }
}
