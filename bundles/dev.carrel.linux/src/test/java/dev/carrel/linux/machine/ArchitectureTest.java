package dev.carrel.linux.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands beside the bytes of the machine is what the bytes say. */
class ArchitectureTest {
  @TempDir Path directory;

  @Test
  void the_bytes_for_x86_64_disassemble_to_the_mnemonics_beside_them() throws Exception {
    compare(Architecture.X86_64, disassembler("objdump", "x86_64-linux-gnu-objdump"), "-m", "i386:x86-64", "-M", "intel");
  }

  @Test
  void the_bytes_for_aarch64_disassemble_to_the_mnemonics_beside_them() throws Exception {
    compare(Architecture.AARCH64, disassembler("aarch64-linux-gnu-objdump"), "-m", "aarch64");
  }

  @Test
  void the_machine_is_small_enough_to_be_read() {
    assertThat(Architecture.X86_64.machineCode()).hasSize(95);
    assertThat(Architecture.AARCH64.machineCode()).hasSize(128);
  }

  private void compare(Architecture architecture, String disassembler, String... options) throws Exception {
    Path code = Files.write(directory.resolve("machine.bin"), architecture.machineCode());
    List<String> command = new ArrayList<>(List.of(disassembler, "-D", "-b", "binary"));
    command.addAll(List.of(options));
    command.add(code.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    List<String> disassembled = output.lines().filter(line -> line.matches("\\s*[0-9a-f]+:\t.*")).map(ArchitectureTest::mnemonic).toList();
    List<String> listed = architecture.listing().lines().map(line -> line.substring(line.lastIndexOf('|') + 1).strip()).toList();
    assertThat(disassembled).isEqualTo(listed);
  }

  private static String mnemonic(String line) {
    String text = line.substring(line.indexOf(':') + 1).strip().replaceFirst("^([0-9a-f]{8}|([0-9a-f]{2} )+)\\s*", "");
    return text.replaceFirst("\\s*//.*", "").replaceAll("\\s+", " ").strip();
  }

  private static String disassembler(String... names) throws IOException {
    for (String name : names) {
      if (Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(d -> Files.isExecutable(Path.of(d, name)))
          && !(name.equals("objdump") && !System.getProperty("os.arch").equals("amd64"))) {
        return name;
      }
    }
    assumeTrue(false, "needs " + String.join(" or ", names) + " (Debian: binutils, binutils-aarch64-linux-gnu)");
    throw new IllegalStateException();
  }
}
