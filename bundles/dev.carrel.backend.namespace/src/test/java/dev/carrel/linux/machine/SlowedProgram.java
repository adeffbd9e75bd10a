package dev.carrel.linux.machine;

import dev.carrel.linux.machine.Instruction.Label;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program that waits for a while before one of its instructions, so that a test can do something at exactly that moment. */
public final class SlowedProgram {
  private SlowedProgram() {}

  /** The same program, waiting before the instruction of an index. */
  @SuppressWarnings("unchecked")
  public static Program of(Program program, int index, long millis) {
    Map<Label, Label> moved = new HashMap<>();
    List<Data> memory = new ArrayList<>((List<Data>) field(program, "memory"));
    Data set = kept(memory, new byte[8], "[]");
    Data time = kept(memory, new byte[16], "{" + millis + " ms}");
    java.nio.ByteBuffer.wrap(time.content()).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(millis / 1000).putLong(millis % 1000 * 1_000_000);
    List<Instruction> instructions = new ArrayList<>();
    for (Instruction instruction : program.instructions()) {
      if (instructions.size() == index) {
        Label next = new Label("awake");
        next.place(index + 1);
        // Waits for no signal at all; that none has come is a failure.
        instructions.add(new Instruction(Optional.of(SystemCall.RT_SIGTIMEDWAIT), List.of(set.address(), Operand.nothing(), time.address(), Operand.of(8)),
            Optional.empty(), Optional.of(next), instruction.actor(), "wait"));
      }
      instructions.add(new Instruction(instruction.call(), instruction.arguments(), instruction.result(),
          instruction.onFailure().map(label -> moved(label, index, moved)), instruction.actor(), instruction.purpose()));
    }
    return new Program(instructions, memory, moved((Label) field(program, "failure"), index, moved));
  }

  private static Data kept(List<Data> memory, byte[] content, String text) {
    Data data = new Data(content, text);
    memory.add(data);
    return data;
  }

  /** What goes on at the instruction that it waits before waits, too. */
  private static Label moved(Label label, int index, Map<Label, Label> moved) {
    return moved.computeIfAbsent(label, old -> {
      Label other = new Label("moved");
      other.place(old.index() > index ? old.index() + 1 : old.index());
      return other;
    });
  }

  private static Object field(Program program, String name) {
    try {
      Field field = Program.class.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(program);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
