package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.it.ChildReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * All other integration tests once more, by an ordinary user: in a child JVM on a copy of Carrel, because what root has
 * built may lie where nobody else can read.
 */
class OrdinaryUserIT {
  /** Property with a pattern for the names of the classes, for who works on some of them: {@code .*\\.(StoreIT|LifeIT)}. */
  private static final String CLASSES = "carrel.it.classes";
  private static final int MINUTES = 120;

  @TestFactory
  Collection<DynamicTest> everything_works_for_an_ordinary_user() throws Exception {
    assumeTrue(User.weAreRoot(), "needs root, to become an ordinary user; the tests have been run by one already");
    User user = User.ordinary().orElseGet(() -> abort("needs a user " + User.TEST_USER + " (adduser " + User.TEST_USER + ") or nobody"));
    Path directory = Files.createTempDirectory("carrel-it-user",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    try (Delegation groups = new Delegation(user)) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x")); // whatever the umask
      List<DynamicTest> tests = new ArrayList<>();
      for (Outcome outcome : run(user, directory).outcomes()) {
        tests.add(DynamicTest.dynamicTest(user.name() + ": " + outcome.name(), outcome::happenAgain));
      }
      assertThat(tests).as("tests that " + user.name() + " has run").isNotEmpty();
      return tests;
    } finally {
      Trees.delete(directory);
    }
  }

  private static ChildReport run(User user, Path directory) throws IOException, InterruptedException {
    Checkout original = Checkout.underTest();
    Checkout copy = new Checkout(Files.createDirectory(directory.resolve("checkout")));
    Trees.copyForAll(original.script(), copy.script());
    Trees.copyForAll(original.directory().resolve("docs/examples"), Files.createDirectories(copy.directory().resolve("docs")).resolve("examples"));
    Files.createDirectories(copy.distribution().getParent());
    Trees.copyForAll(original.distribution(), copy.distribution());
    // As whoever builds it does: what makes Java start quickly cannot be kept by who may not write there.
    Carrel.command("--version").of(copy).withVariable("JAVA_HOME", System.getProperty("java.home")).says();
    ChildJvm jvm = ChildJvm.copiedTo(Files.createDirectory(directory.resolve("classes")));
    Path home = Files.createDirectory(directory.resolve("home"));
    user.own(home);
    Path report = home.resolve("report");
    Path log = directory.resolve("log");
    List<String> line = new ArrayList<>(List.of("env", "-i", "PATH=" + System.getenv("PATH"), "HOME=" + home, "USER=" + user.name(), "LANG=C.UTF-8",
        "JAVA_HOME=" + System.getProperty("java.home")));
    line.addAll(jvm.command(copy, report, System.getProperty(CLASSES, ".*IT"), "user.home=" + home));
    List<String> command = user.command(line);
    Process child = new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    boolean ended = child.waitFor(MINUTES, TimeUnit.MINUTES);
    child.destroyForcibly();
    if (!ended || child.exitValue() != 0 || !Files.exists(report)) {
      throw new AssertionError("the tests as " + user.name() + " did not end in order: " + Files.readString(log));
    }
    Files.readAllLines(log).stream().filter(said -> said.startsWith(ChildRun.CLASS)).forEach(said -> System.out.println(user.name() + ": " + said));
    return ChildReport.read(report);
  }
}
