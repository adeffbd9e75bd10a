package dev.carrel.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileTest {
  @TempDir Path directory;
  private Path real;

  @BeforeEach
  void packages() throws IOException {
    Files.createDirectories(directory.resolve("usr/bin"));
    Files.createDirectories(directory.resolve("etc/alternatives"));
    real = Files.writeString(directory.resolve("usr/bin/mawk"), "a program");
    Files.createSymbolicLink(directory.resolve("usr/bin/awk"), Path.of("/etc/alternatives/awk"));
    Files.createSymbolicLink(directory.resolve("etc/alternatives/awk"), Path.of("/bin/mawk"));
  }

  @Test
  void a_program_is_found_by_its_name_and_by_its_path() {
    Profile profile = new Profile(directory);

    assertThat(profile.program("mawk")).contains(real);
    assertThat(profile.program("/usr/bin/mawk")).contains(real);
    assertThat(profile.program("/bin/mawk")).as("/bin is usr/bin").contains(real);
    assertThat(profile.program("gawk")).isEmpty();
    assertThat(profile.program("/usr/bin")).isEmpty();
  }

  @Test
  void links_are_followed_as_inside() {
    assertThat(new Profile(directory).program("awk")).contains(real);
  }

  @Test
  void links_that_lead_out_or_round_lead_to_nothing() throws IOException {
    Files.createSymbolicLink(directory.resolve("usr/bin/out"), Path.of("../../../../../../../etc/passwd"));
    Files.createSymbolicLink(directory.resolve("usr/bin/round"), Path.of("round"));

    assertThat(new Profile(directory).program("out")).isEmpty();
    assertThat(new Profile(directory).program("round")).isEmpty();
  }
}
