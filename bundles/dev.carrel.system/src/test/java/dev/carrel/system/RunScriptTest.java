package dev.carrel.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunScriptTest {
  private static Path program(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.setPosixFilePermissions(Files.writeString(file, text), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String says(Path program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return said;
  }

  @Test
  void it_has_carrel_start_the_system_beside_it_also_through_a_link_and_with_hostile_paths(@TempDir Path directory) throws Exception {
    Path carrel = program(directory.resolve("it's a } $(x) \"place\"/carrel"), "#!/bin/sh\nprintf '<%s>' \"$@\"\n");
    Path script = program(directory.resolve("items/the system/run-container"), RunScript.text(carrel.toString()));
    Path link = Files.createSymbolicLink(directory.resolve("link"), script);

    String expected = "<system><start><" + script.getParent().toRealPath() + "><--share=/a b><-d>";
    assertThat(says(script, "--share=/a b", "-d")).isEqualTo(expected);
    assertThat(says(link, "--share=/a b", "-d")).isEqualTo(expected);
  }
}
