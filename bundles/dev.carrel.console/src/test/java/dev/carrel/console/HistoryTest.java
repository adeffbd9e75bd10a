package dev.carrel.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  @Test
  void it_is_state_of_the_user_that_nobody_else_reads(@TempDir Path home) throws Exception {
    Path file = History.file(Map.of(), home).orElseThrow();

    assertThat(file).isEqualTo(home.resolve(".local/state/carrel/history")).exists();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent()))).isEqualTo("rwx------");
  }

  @Test
  void it_is_where_the_environment_says_and_stays_what_it_is(@TempDir Path home) throws Exception {
    Map<String, String> environment = Map.of("XDG_STATE_HOME", home.resolve("state").toString());
    Path file = History.file(environment, home).orElseThrow();
    Files.writeString(file, "1:doctor\n");

    assertThat(History.file(environment, home)).contains(home.resolve("state/carrel/history"));
    assertThat(file).hasContent("1:doctor\n");
  }

  @Test
  void a_relative_directory_is_none() {
    assertThat(History.file(Map.of("XDG_STATE_HOME", "state"), Path.of("/proc/nowhere"))).isEmpty();
  }

  @Test
  void where_no_file_can_be_made_there_is_none(@TempDir Path home) throws Exception {
    Files.createFile(home.resolve(".local"));

    assertThat(History.file(Map.of(), home)).isEmpty();
  }
}
