package dev.carrel.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How tests of this JVM's class path are run by another one.
 *
 * @param tests where the test classes are
 * @param classPath all that they need, themselves included
 */
record ChildJvm(Path tests, List<String> classPath) {
  ChildJvm {
    classPath = List.copyOf(classPath);
  }

  private static Path ownTests() {
    return Path.of(ChildRun.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  private static List<String> ownClassPath() {
    return List.of(System.getProperty("java.class.path").split(":"));
  }

  /** From where this one has them. */
  static ChildJvm here() {
    return new ChildJvm(ownTests(), ownClassPath());
  }

  /** From a copy that everybody may read. */
  static ChildJvm copiedTo(Path target) throws IOException {
    List<String> classPath = new ArrayList<>();
    Path tests = ownTests();
    int count = 0;
    for (String element : ownClassPath()) {
      Path source = Path.of(element);
      if (Files.exists(source)) {
        // Names may be equal, and a jar has to keep its ending.
        Path copy = target.resolve(count++ + "-" + source.getFileName());
        Trees.copyForAll(source, copy);
        classPath.add(copy.toString());
        tests = source.equals(ownTests()) ? copy : tests;
      }
    }
    return new ChildJvm(tests, classPath);
  }

  /**
   * The command line of a {@link ChildRun}.
   *
   * @param classes a pattern for the names of the classes
   * @param properties more of the JVM's: {@code name=value}
   */
  List<String> command(Checkout checkout, Path report, String classes, String... properties) {
    List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dfile.encoding=UTF-8",
        "-D" + Checkout.PROPERTY + "=" + checkout.directory()));
    for (String property : properties) {
      line.add("-D" + property);
    }
    line.addAll(List.of("-cp", String.join(":", classPath), ChildRun.class.getName(), tests.toString(), report.toString(), classes));
    return line;
  }
}
