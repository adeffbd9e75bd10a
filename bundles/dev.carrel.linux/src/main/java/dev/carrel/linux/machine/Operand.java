package dev.carrel.linux.machine;

/** An argument of an instruction. */
public sealed interface Operand {
  /**
   * A number known now.
   *
   * @param text how a reader should see it, for example the names of flags
   */
  record Constant(long value, String text) implements Operand {}

  /** The address of data, plus a displacement in bytes. */
  record Address(Data data, int displacement) implements Operand {}

  /** What stands in data, at a displacement in bytes, when the instruction runs: 64 bits. */
  record Load(Data data, int displacement) implements Operand {}

  /** The address of the failure record: 16 bytes, the negative errno and the address of the instruction that failed. */
  record FailureRecord() implements Operand {}

  /** A number. */
  static Operand of(long value) {
    return new Constant(value, Long.toString(value));
  }

  /** A number that readers know by a name. */
  static Operand of(long value, String text) {
    return new Constant(value, text);
  }

  /** A null pointer. */
  static Operand nothing() {
    return new Constant(0, "NULL");
  }
}
