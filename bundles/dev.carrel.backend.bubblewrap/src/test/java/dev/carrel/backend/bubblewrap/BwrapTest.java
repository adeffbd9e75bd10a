package dev.carrel.backend.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BwrapTest {
  @TempDir Path directory;

  private Bwrap saying(String text, String mode) throws IOException {
    Path program = directory.resolve("bwrap");
    Files.writeString(program, "#!/bin/sh\necho '" + text + "'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString(mode));
    return Bwrap.find("/nowhere:" + directory).orElseThrow();
  }

  @Test
  void it_is_found_in_the_path_and_tells_its_version() throws IOException {
    Bwrap bwrap = saying("bubblewrap 0.11.1-rc1", "rwxr-xr-x");

    assertThat(bwrap.path()).isEqualTo(directory.resolve("bwrap"));
    assertThat(bwrap.version()).contains("0.11.1-rc1");
    assertThat(bwrap.obstacle()).isEmpty();
  }

  @Test
  void where_it_is_not_there_or_cannot_be_executed_nothing_is_found() throws IOException {
    assertThat(Bwrap.find(directory.toString())).isEmpty();

    Files.writeString(directory.resolve("bwrap"), "");
    assertThat(Bwrap.find(directory + ":relative::/nowhere")).isEmpty();
  }

  @Test
  void one_that_is_too_old_is_named_with_the_version_that_is_needed() throws IOException {
    assertThat(saying("bubblewrap 0.6.3", "rwxr-xr-x").obstacle().orElseThrow()).contains("0.6.3", "Install bubblewrap 0.7 or newer");
    assertThat(saying("bubblewrap 0.7.0", "rwxr-xr-x").obstacle()).isEmpty();
    assertThat(saying("bubblewrap 1.0.0", "rwxr-xr-x").obstacle()).isEmpty();
  }

  @Test
  void another_program_of_that_name_is_not_used() throws IOException {
    assertThat(saying("hello", "rwxr-xr-x").obstacle().orElseThrow()).contains("does not tell its version");
  }

  @Test
  void one_that_is_setuid_is_refused() throws IOException {
    Bwrap bwrap = saying("bubblewrap 0.8.0", "rwxr-xr-x");
    Files.setAttribute(bwrap.path(), "unix:mode", 04755);

    assertThat(bwrap.obstacle().orElseThrow()).contains("is setuid", "chmod u-s");
  }
}
