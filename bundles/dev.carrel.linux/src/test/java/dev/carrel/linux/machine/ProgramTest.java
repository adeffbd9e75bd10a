package dev.carrel.linux.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.linux.machine.Instruction.Label;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs are linked, written to a file, and run as any other program. */
class ProgramTest {
  private static final Path QEMU = Path.of("/usr/bin/qemu-aarch64-static");

  @TempDir Path directory;
  private final ProgramBuilder program = new ProgramBuilder();
  private final Label failure = program.label("failure");

  private record Result(int status, byte[] output) {
    String text() {
      return new String(output, StandardCharsets.UTF_8);
    }
  }

  /** Failures are written to standard output, as the record that the JVM would read. */
  private Result run(Architecture architecture, String... emulator) throws Exception {
    program.place(failure);
    program.call(SystemCall.WRITE, Operand.of(1), new Operand.FailureRecord(), Operand.of(16));
    program.call(SystemCall.EXIT_GROUP, Operand.of(125));
    Path file = Files.write(directory.resolve("program-" + architecture), program.build(failure).link(architecture));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    List<String> command = new java.util.ArrayList<>(List.of(emulator));
    command.add(file.toString());
    Process process = new ProcessBuilder(command).start();
    try (InputStream out = process.getInputStream()) {
      return new Result(process.waitFor(), out.readAllBytes());
    }
  }

  private Result run() throws Exception {
    return run(Architecture.host());
  }

  @Test
  void a_program_makes_its_system_calls_in_order() throws Exception {
    print("one ");
    print("two");
    program.call(SystemCall.EXIT_GROUP, Operand.of(42));
    Result result = run();
    assertThat(result.text()).isEqualTo("one two");
    assertThat(result.status()).isEqualTo(42);
  }

  @Test
  void the_same_program_runs_on_the_other_processor() throws Exception {
    assumeTrue(Files.isExecutable(QEMU), "needs " + QEMU + " (Debian: qemu-user-static)");
    print("from afar");
    program.call(SystemCall.EXIT_GROUP, Operand.of(7));
    Result result = run(Architecture.AARCH64, QEMU.toString());
    assertThat(result.text()).isEqualTo("from afar");
    assertThat(result.status()).isEqualTo(7);
  }

  @Test
  void a_failing_call_is_reported_with_its_errno_and_its_instruction() throws Exception {
    print("");
    program.purpose("open what is not there");
    program.call(SystemCall.OPENAT, Operand.of(-100), program.string("/does/not/exist").address(), Operand.of(0), Operand.of(0));
    Result result = run();
    ByteBuffer record = ByteBuffer.wrap(result.output()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(result.status()).isEqualTo(125);
    assertThat(record.getLong()).isEqualTo(-Errno.ENOENT.number());
    Instruction failed = program.build(failure).instructionAt(record.getLong(), Architecture.host());
    assertThat(failed.purpose()).isEqualTo("open what is not there");
  }

  @Test
  void a_result_is_an_argument_of_a_later_call() throws Exception {
    Data file = program.variable("file");
    Data buffer = program.space("buffer", 8);
    Files.writeString(directory.resolve("content"), "12345678");
    program.callInto(file, SystemCall.OPENAT, Operand.of(-100),
        program.string(directory.resolve("content").toString()).address(), Operand.of(0), Operand.of(0));
    program.call(SystemCall.READ, file.value(), buffer.address(), Operand.of(8));
    program.call(SystemCall.WRITE, Operand.of(1), buffer.address(), Operand.of(8));
    program.call(SystemCall.EXIT_GROUP, Operand.of(0));
    assertThat(run().text()).isEqualTo("12345678");
  }

  @Test
  void a_comparison_decides_where_the_program_goes_on() throws Exception {
    Label different = program.label("different");
    program.unlessEqual(Operand.of(3), Operand.of(4), different);
    print("not reached");
    program.place(different);
    program.unlessEqual(Operand.of(5), Operand.of(5), failure);
    print("reached");
    program.call(SystemCall.EXIT_GROUP, Operand.of(0));
    assertThat(run().text()).isEqualTo("reached");
  }

  @Test
  void an_attempt_that_fails_is_passed_over() throws Exception {
    program.attempt(SystemCall.CLOSE, Operand.of(99));
    program.call(SystemCall.EXIT_GROUP, Operand.of(9));
    assertThat(run().status()).isEqualTo(9);
  }

  @Test
  void a_program_reads_like_strace() {
    Data file = program.variable("file");
    program.callInto(file, SystemCall.OPENAT, Operand.of(-100, "AT_FDCWD"), program.string("/a\n\"b").address(),
        Operand.of(1, "O_WRONLY"), Operand.of(0));
    program.callOr(failure, SystemCall.CLOSE, file.value());
    program.jump(failure);
    program.place(failure);
    assertThat(program.build(failure).instructions()).extracting(Instruction::toString).containsExactly(
        "$file = openat(AT_FDCWD, \"/a\\n\\\"b\", O_WRONLY, 0)", "close($file) else failure", "goto failure");
  }

  @Test
  void a_label_must_be_somewhere() {
    program.jump(program.label("nowhere"));
    program.place(failure);
    assertThatThrownBy(() -> program.build(failure).link(Architecture.X86_64)).hasMessageContaining("nowhere");
  }

  @Test
  void an_address_outside_the_program_is_no_instruction() {
    program.place(failure);
    program.call(SystemCall.EXIT_GROUP, Operand.of(0));
    Program built = program.build(failure);
    assertThatThrownBy(() -> built.instructionAt(1, Architecture.X86_64)).isInstanceOf(IllegalArgumentException.class);
  }

  private void print(String text) {
    program.call(SystemCall.WRITE, Operand.of(1), program.string(text).address(), Operand.of(text.length()));
  }
}
