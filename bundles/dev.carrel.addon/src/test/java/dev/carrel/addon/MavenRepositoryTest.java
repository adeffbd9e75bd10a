package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MavenRepositoryTest {
  private static final String COORDINATES = "org.example:a:1.0";

  @TempDir Path local;

  private MavenRepository repository(String... maven) {
    return new MavenRepository(local, List.of(maven));
  }

  private Path kept() throws Exception {
    return Jars.bundle(Files.createDirectories(local.resolve("org/example/a/1.0")).resolve("a-1.0.jar"), "a", "1.0");
  }

  @Test
  void an_artifact_of_the_local_repository_needs_no_maven() throws Exception {
    Path jar = kept();
    assertThat(repository("/no/such/mvn").find(COORDINATES)).isEqualTo(jar);
  }

  @Test
  void one_that_is_not_what_its_checksum_says_is_refused() throws Exception {
    Path jar = kept();
    Files.writeString(jar.resolveSibling("a-1.0.jar.sha1"), "0".repeat(40));
    assertThatThrownBy(() -> repository().find(COORDINATES)).isInstanceOf(CarrelException.class)
        .hasMessageContaining("SHA-1").hasMessageContaining("Delete it");
  }

  @Test
  void what_is_not_there_is_fetched_by_the_hosts_maven() throws Exception {
    Path mvn = Files.writeString(local.resolve("mvn.sh"), "mkdir -p '" + local + "/org/example/a/1.0' && echo \"$@\" >'" + local + "/org/example/a/1.0/a-1.0.jar'\n");
    assertThat(repository("sh", mvn.toString()).find(COORDINATES)).content().contains("--strict-checksums").contains("-Dartifact=" + COORDINATES)
        .contains("-Dtransitive=false");
  }

  @Test
  void it_is_taken_from_where_maven_keeps_it_and_maven_is_not_told_where() throws Exception {
    Path chosen = Files.createDirectory(local.resolve("chosen by settings"));
    Path mvn = Files.writeString(local.resolve("mvn.sh"), "mkdir -p '" + chosen + "/org/example/a/1.0' && echo \"$@\" >'" + chosen + "/org/example/a/1.0/a-1.0.jar'\n"
        + "printf '[\\033[1mDEBUG\\033[m] Using local repository at " + chosen + "\\n[DEBUG] more\\n'\n");
    assertThat(repository("sh", mvn.toString()).find(COORDINATES)).isEqualTo(chosen.resolve("org/example/a/1.0/a-1.0.jar")).content().doesNotContain("maven.repo.local");
  }

  @Test
  void what_maven_says_is_told_in_one_line() throws Exception {
    Path mvn = Files.writeString(local.resolve("mvn.sh"), "printf '\\033[0m[ERROR] it is nowhere -> [Help 1]\\n[ERROR]\\n[ERROR] more\\n'; exit 1\n");
    assertThatThrownBy(() -> repository("sh", mvn.toString()).find(COORDINATES))
        .hasMessage("cannot install " + COORDINATES + ": Maven could not fetch it: it is nowhere");
  }

  @Test
  void without_maven_it_is_told_what_to_do() {
    assertThatThrownBy(() -> repository("/no/such/mvn").find(COORDINATES)).hasMessageContaining("no mvn").hasMessageContaining("path of a jar");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a:b", "a:b:../c", "a/b:c:1", "a::1", "-x:b:1", "a:b:1:2", "a:b:1 "})
  void what_is_no_coordinates_is_none(String word) {
    assertThat(MavenRepository.isMeant(word)).isFalse();
  }

  @Test
  void coordinates_lead_to_nothing_outside_of_the_repository() {
    assertThatThrownBy(() -> repository("/no/such/mvn").find("a..b:c:1")).hasMessageContaining("group:artifact:version");
  }
}
