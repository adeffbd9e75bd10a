package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
  @TempDir Path temporary;
  private final List<Process> processes = new ArrayList<>();

  /** Another process, with a storage until its input ends. */
  public static final class Holder {
    public static void main(String[] arguments) throws IOException {
      System.out.println(Storage.create().directory());
      System.in.read();
    }
  }

  private Path directoryOfAnother() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Djava.io.tmpdir=" + temporary,
        "-cp", System.getProperty("java.class.path"), Holder.class.getName());
    builder.environment().remove("XDG_RUNTIME_DIR");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    return Path.of(process.inputReader().readLine());
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void what_a_process_uses_stays_and_what_a_killed_one_has_left_goes() throws Exception {
    Path first = directoryOfAnother();
    Files.writeString(first.resolve("bundle"), "");
    Path killed = directoryOfAnother();
    Files.writeString(killed.resolve("bundle"), "");
    processes.get(1).destroyForcibly().waitFor();

    Path third = directoryOfAnother();

    assertThat(first.resolve("bundle")).exists();
    assertThat(third).isDirectory();
    try (Stream<Path> left = Files.list(killed.getParent())) {
      assertThat(left.map(path -> path.getFileName().toString()).toList())
          .containsExactlyInAnyOrder(first.getFileName().toString(), first.getFileName() + ".lock", third.getFileName().toString(), third.getFileName() + ".lock");
    }
  }

  @Test
  void nothing_is_left_of_one_that_ends() throws Exception {
    Path directory = directoryOfAnother();
    processes.get(0).getOutputStream().close();

    assertThat(processes.get(0).waitFor()).isZero();
    assertThat(directory.getParent()).isEmptyDirectory();
  }
}
