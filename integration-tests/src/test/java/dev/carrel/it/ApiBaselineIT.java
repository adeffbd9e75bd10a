package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to the API has to be told by the versions of its packages; the build of a copy of it says so. */
@Tag(User.ROOT) // whose Maven has just built Carrel, and so has all the plugins
class ApiBaselineIT {
  private static final String API = "bundles/dev.carrel.api";
  private static final String STORE = API + "/src/main/java/dev/carrel/api/store/";

  @TempDir Path copy;

  private void takeCopy() throws IOException {
    Path checkout = Checkout.underTest().directory();
    assumeTrue(Files.isDirectory(Path.of(System.getProperty("user.home"), ".m2/repository/biz/aQute/bnd/bnd-baseline-maven-plugin")),
        "needs the local repository with which Carrel was built");
    for (String name : List.of("pom.xml", "bnd.bnd", ".mvn", "cnf", API + "/pom.xml", API + "/src/main")) {
      Files.createDirectories(copy.resolve(name).getParent());
      Trees.copyForAll(checkout.resolve(name), copy.resolve(name));
    }
    Files.writeString(copy.resolve(API + "/bnd.bnd"), Files.readString(checkout.resolve(API + "/bnd.bnd")));
  }

  private void change(String file, String from, String to) throws IOException {
    Path path = copy.resolve(STORE + file);
    String text = Files.readString(path);
    assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  /** The version of a package that the build has. */
  private String version() throws IOException {
    try (Stream<String> lines = Files.lines(copy.resolve(STORE + "package-info.java"))) {
      return lines.filter(line -> line.startsWith("@Version")).findFirst().orElseThrow().replaceAll("[^0-9.]", "");
    }
  }

  private String build(int status) throws Exception {
    Process maven = new ProcessBuilder("mvn", "-o", "-B", "-q", "-Dmaven.test.skip", "verify").directory(copy.resolve(API).toFile())
        .redirectErrorStream(true).start();
    String said = new String(maven.getInputStream().readAllBytes()).replaceAll("\u001b\\[[0-9;]*m", ""); // colours
    assertThat(maven.waitFor()).as(said).isEqualTo(status);
    return said;
  }

  @Test
  void an_incompatible_change_fails_the_build_until_the_version_of_its_package_tells_it() throws Exception {
    takeCopy();
    change("PackageSource.java", "  String name();", "  String name();\n\n  /** What add-ons do not have. */\n  void somethingNew();");
    String said = build(1);
    assertThat(said).contains("PackageSource", "somethingNew()", "raise-the-versions-above-as-docs-extending.md-says")
        .containsPattern("\\* dev\\.carrel\\.api\\.store +PACKAGE +MAJOR +" + version());
    String major = Integer.parseInt(version().split("\\.")[0]) + 1 + ".0.0";
    assertThat(said).contains(major);

    change("package-info.java", version(), major);
    build(0);
  }
}
