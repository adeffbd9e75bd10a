package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Version;

class BundleJarTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("a.jar");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> BundleJar.read(file())).isInstanceOf(BundleJar.Refused.class).hasMessageContaining(why);
  }

  @Test
  void a_bundle_tells_its_name_without_directives_and_its_version() throws Exception {
    assertThat(BundleJar.read(Jars.bundle(file(), "org.example.a;singleton:=true", "1.2.3.x"))).isEqualTo(new BundleJar("org.example.a", new Version("1.2.3.x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/b", ".hidden", "a..b", "a b", "a\u00e9", ""})
  void a_name_that_no_file_should_have_is_refused(String name) throws Exception {
    Jars.bundle(file(), name, "1.0");
    refused("symbolic name that is none");
  }

  @Test
  void another_name_of_the_framework_is_refused() throws Exception {
    Jars.bundle(file(), "system.bundle", "1.0");
    refused("another name of the framework");
  }

  @Test
  void a_name_that_is_too_long_for_a_file_is_refused() throws Exception {
    Jars.bundle(file(), "a".repeat(201), "1.0");
    refused("at most 200");
  }

  @Test
  void a_version_that_is_none_is_refused() throws Exception {
    Jars.bundle(file(), "a", "one");
    refused("Bundle-Version");
  }

  @Test
  void a_fragment_is_refused() throws Exception {
    Jars.bundle(file(), "a", "1.0", "Fragment-Host", "dev.carrel.api");
    refused("fragment");
  }

  @Test
  void an_older_kind_of_bundle_is_refused() throws Exception {
    Jars.bundle(file(), "a", "1.0", "Bundle-ManifestVersion", "1");
    refused("no bundle");
  }

  @Test
  void a_file_that_is_no_jar_is_refused() throws Exception {
    Files.writeString(file(), "no jar");
    refused("is no jar, or damaged");
  }

  @Test
  void a_changed_bit_of_the_content_is_found() throws Exception {
    byte[] bytes = Files.readAllBytes(Jars.bundle(file(), "a", "1.0"));
    int found = 0;
    for (int i = bytes.length / 2 - 20; i < bytes.length / 2; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 4;
      Files.write(file(), changed);
      try {
        BundleJar.read(file());
      } catch (BundleJar.Refused e) {
        found++;
      }
    }
    assertThat(found).isGreaterThan(10); // some bytes there mean nothing: times, and names that stand twice
  }
}
