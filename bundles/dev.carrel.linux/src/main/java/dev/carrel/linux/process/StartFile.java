package dev.carrel.linux.process;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.LaunchFailure;
import dev.carrel.linux.LaunchFailure.Failed;
import dev.carrel.linux.Launcher;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.Instruction;
import dev.carrel.linux.machine.Program;
import dev.carrel.linux.machine.SystemCall;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The file by which a detached container that was held tells any process what became of its start: at first what the instructions of its last
 * step are, by their addresses, so that a failure record can be read without the program; then the record that the container has written.
 */
record StartFile(Path path) {
  private static final String ACTOR = "program";
  private static final int LONGEST_TEXT = 4000;
  private static final long POLL_MILLIS = 2;

  /** What stands in it before the start. */
  static byte[] instructions(Program program) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      int count = 0;
      for (Instruction instruction : program.instructions()) {
        count += instruction.actor().equals(ACTOR) ? 1 : 0;
      }
      out.writeInt(count);
      for (int i = 0; i < program.instructions().size(); i++) {
        Instruction instruction = program.instructions().get(i);
        if (instruction.actor().equals(ACTOR)) {
          out.writeLong(program.address(i, Architecture.host()));
          out.writeUTF(instruction.call().isPresent() ? instruction.call().get().name() : "");
          out.writeUTF(shortened(instruction.purpose()));
          out.writeUTF(shortened(instruction.toString()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("it is written to memory", e);
    }
    return bytes.toByteArray();
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "...";
  }

  /** Has it start, and waits for its word. */
  void proceed(KnownProcess process) throws LaunchFailure {
    process.signal(Launcher.PROCEED);
    while (true) {
      boolean alive = process.isAlive(); // asked before: its word comes before its end
      if (told()) {
        return;
      }
      if (!alive) {
        throw CarrelException.failed("cannot start the program of a container: it was stopped before");
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.kill();
        throw CarrelException.failed("the start of a container was cancelled: its thread was interrupted");
      }
    }
  }

  private boolean told() throws LaunchFailure {
    try {
      byte[] content = Files.readAllBytes(path);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
      int count = in.readInt();
      Failed[] failed = new Failed[count];
      long[] addresses = new long[count];
      for (int i = 0; i < count; i++) {
        addresses[i] = in.readLong();
        String call = in.readUTF();
        failed[i] = new Failed(call.isEmpty() ? Optional.empty() : Optional.of(SystemCall.valueOf(call)), in.readUTF(), in.readUTF());
      }
      byte[] record = in.readNBytes(Launching.RECORD);
      if (record.length < Launching.RECORD) {
        return false;
      }
      if (Launching.number(record, 0) < 0) {
        int at = Arrays.binarySearch(addresses, Launching.number(record, 8));
        Failed unknown = new Failed(Optional.empty(), "start the program", "a step that is not recorded");
        throw new LaunchFailure(at < 0 ? unknown : failed[at], (int) -Launching.number(record, 0));
      }
      return true;
    } catch (IOException | IllegalArgumentException e) {
      throw CarrelException.failed("cannot tell whether a container has started: cannot read " + path + ": " + e.getMessage(), e);
    }
  }
}
