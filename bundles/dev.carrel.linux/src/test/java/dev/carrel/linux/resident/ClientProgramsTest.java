package dev.carrel.linux.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClientProgramsTest {
  @TempDir Path folder;

  private static List<String> text(Program program) {
    return program.instructions().stream().map(Instruction::toString).toList();
  }

  @ParameterizedTest
  @EnumSource
  void they_are_small_on_every_processor(Architecture architecture) {
    assertThat(ClientPrograms.ask().link(architecture)).hasSizeLessThan(2000);
    assertThat(ClientPrograms.connect().link(architecture)).hasSizeLessThan(3000);
  }

  @Test
  void signals_are_held_before_the_streams_are_handed_over() {
    List<String> connect = text(ClientPrograms.connect());

    assertThat(connect).filteredOn(line -> line.startsWith("rt_sigprocmask") || line.startsWith("sendmsg")).hasSize(2)
        .first().asString().startsWith("rt_sigprocmask");
  }

  @Test
  void without_a_runtime_asking_fails() throws Exception {
    ClientPrograms.main(new String[] {folder.toString()});
    Process ask = new ProcessBuilder("sh", "-c", "exec " + folder.resolve("ask") + " run 9<" + folder).start();

    assertThat(ask.waitFor()).isEqualTo(1);
    assertThat(Files.isExecutable(folder.resolve("connect"))).isTrue();
  }
}
