package dev.carrel.linux.machine;

import dev.carrel.linux.machine.Instruction.Label;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes a program, instruction by instruction. Not for use by several threads. */
public final class ProgramBuilder {
  private final List<Instruction> instructions = new ArrayList<>();
  private final List<Data> memory = new ArrayList<>();
  private final Map<String, Data> strings = new HashMap<>();
  private String actor = "";
  private String purpose = "";

  /** Says which process runs what follows. */
  public ProgramBuilder actor(String name) {
    this.actor = name;
    return this;
  }

  /** Says what the following instructions are good for, completing "cannot ...". */
  public ProgramBuilder purpose(String text) {
    this.purpose = text;
    return this;
  }

  /** A string constant, ended by NUL; equal strings are one. */
  public Data string(String value) {
    Data known = strings.get(value);
    if (known == null) {
      known = keep(Data.string(value));
      strings.put(value, known);
    }
    return known;
  }

  /** Bytes, which readers see by a name. */
  public Data bytes(String name, byte[] content) {
    return keep(new Data(content, name));
  }

  /** A structure of 64-bit numbers. */
  public Data longs(String name, long... values) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      buffer.putLong(value);
    }
    return bytes(name, buffer.array());
  }

  /** An array of pointers to strings, ended by a null pointer, as execve(2) takes it. */
  public Data strings(List<String> values) {
    StringBuilder text = new StringBuilder("[");
    Data array = new Data(new byte[8 * (values.size() + 1)], "");
    int at = 0;
    List<Data> targets = new ArrayList<>(values.size());
    for (String value : values) {
      Data target = string(value);
      text.append(at++ == 0 ? "" : ", ").append(target.text());
      targets.add(target);
    }
    Data named = keep(new Data(array.content(), text.append(']').toString()));
    for (int i = 0; i < targets.size(); i++) {
      named.pointer(8 * i, targets.get(i));
    }
    return named;
  }

  /** A variable of 64 bits, zero at first. */
  public Data variable(String name) {
    return bytes("$" + name, new byte[8]);
  }

  /** Memory of a size in bytes, zero at first. */
  public Data space(String name, int size) {
    return bytes("$" + name, new byte[size]);
  }

  private Data keep(Data data) {
    memory.add(data);
    return data;
  }

  /** A place that will be said later. */
  public Label label(String name) {
    return new Label(name);
  }

  /** The next instruction is what a label stands for. */
  public void place(Label label) {
    label.place(instructions.size());
  }

  /** A system call whose failure ends the program. */
  public void call(SystemCall call, Operand... arguments) {
    add(call, Optional.empty(), Optional.empty(), arguments);
  }

  /** A system call whose result is kept and whose failure ends the program. */
  public void callInto(Data result, SystemCall call, Operand... arguments) {
    add(call, Optional.of(result.address()), Optional.empty(), arguments);
  }

  /** A system call whose result is kept inside a structure and whose failure ends the program. */
  public void callInto(Operand.Address result, SystemCall call, Operand... arguments) {
    add(call, Optional.of(result), Optional.empty(), arguments);
  }

  /** A system call after which the program goes on at a label if it fails. */
  public void callOr(Label onFailure, SystemCall call, Operand... arguments) {
    add(call, Optional.empty(), Optional.of(onFailure), arguments);
  }

  /** A system call whose result is kept, also when it fails and the program goes on at a label. */
  public void callIntoOr(Data result, Label onFailure, SystemCall call, Operand... arguments) {
    add(call, Optional.of(result.address()), Optional.of(onFailure), arguments);
  }

  /** A system call whose result is kept inside a structure, also when it fails and the program goes on at a label. */
  public void callIntoOr(Operand.Address result, Label onFailure, SystemCall call, Operand... arguments) {
    add(call, Optional.of(result), Optional.of(onFailure), arguments);
  }

  /** A system call that may fail: the program goes on at the next instruction. */
  public void attempt(SystemCall call, Operand... arguments) {
    Label next = label("next");
    callOr(next, call, arguments);
    place(next);
  }

  /** Goes on at a label unless the low 32 bits of two numbers are the same. */
  public void unlessEqual(Operand a, Operand b, Label otherwise) {
    instructions.add(new Instruction(
        Optional.empty(), List.of(a, b), Optional.empty(), Optional.of(otherwise), actor, purpose));
  }

  /** Ends the program in a failure of its own unless the low 32 bits of two numbers are the same. */
  public void requireEqual(Operand a, Operand b) {
    instructions.add(new Instruction(Optional.empty(), List.of(a, b), Optional.empty(), Optional.empty(), actor, purpose));
  }

  /** Goes on at a label. */
  public void jump(Label target) {
    unlessEqual(Operand.of(0), Operand.of(1), target);
  }

  private void add(SystemCall call, Optional<Operand.Address> result, Optional<Label> onFailure, Operand... arguments) {
    if (arguments.length > 6) {
      throw new IllegalArgumentException(call.label() + " has more than six arguments");
    }
    instructions.add(new Instruction(Optional.of(call), List.of(arguments), result, onFailure, actor, purpose));
  }

  /**
   * The program. Instructions without a target of their own go on at {@code failure} when they fail.
   *
   * @throws IllegalStateException if a label was never placed
   */
  public Program build(Label failure) {
    return new Program(instructions, memory, failure);
  }
}
