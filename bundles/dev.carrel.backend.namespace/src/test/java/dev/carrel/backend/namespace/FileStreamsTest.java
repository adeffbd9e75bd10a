package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.api.container.TerminalSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStreamsTest {
  @TempDir Path directory;

  private static FileStreams of(Redirect in, Redirect out, Redirect err) {
    return FileStreams.of(new Stdio(in, out, err, Optional.empty()));
  }

  /** The number of a descriptor of this JVM that leads to a file. */
  private static int descriptor(Path file) throws IOException {
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path one : descriptors) {
        if (Files.exists(one) && Files.isSameFile(one, file)) {
          return Integer.parseInt(one.getFileName().toString());
        }
      }
    }
    throw new AssertionError("no descriptor of " + file);
  }

  @Test
  void pipes_devices_and_terminals_are_none() {
    assertThat(FileStreams.of(Stdio.pipes()).any()).isFalse();
    assertThat(FileStreams.of(Stdio.discard()).any()).isFalse();
    assertThat(FileStreams.of(Stdio.terminal(new TerminalSize(80, 24))).any()).isFalse();
    Redirect device = new Redirect.ToFile(Path.of("/dev/null"), false);
    assertThat(of(new Redirect.FromFile(Path.of("/dev/null")), device, device).any()).isFalse();
  }

  @Test
  void files_are_unless_they_are_appended_to() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThat(of(new Redirect.FromFile(file), new Redirect.ToFile(file, true), new Redirect.ToFile(directory.resolve("made"), false)))
        .isEqualTo(new FileStreams(true, false, true));
  }

  @Test
  void a_descriptor_is_what_it_leads_to() throws IOException {
    Path file = directory.resolve("file");
    Redirect none = Redirect.DISCARD;
    try (var plain = Files.newOutputStream(file)) {
      assertThat(of(none, new Redirect.Descriptor(descriptor(file)), none)).isEqualTo(new FileStreams(false, true, false));
    }
    try (var appending = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      Redirect descriptor = new Redirect.Descriptor(descriptor(file));
      assertThat(of(descriptor, descriptor, none)).isEqualTo(new FileStreams(true, false, false));
    }
  }
}
