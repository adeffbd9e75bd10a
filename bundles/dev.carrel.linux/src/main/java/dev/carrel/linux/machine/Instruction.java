package dev.carrel.linux.machine;

import java.util.List;
import java.util.Optional;

/**
 * One step of a program: a system call, or a comparison of two numbers.
 *
 * @param call the system call; empty: a comparison, which fails unless its two arguments have the same low 32 bits
 * @param arguments up to six
 * @param result where the result goes; empty: nowhere
 * @param onFailure where the program goes on if it fails; empty: reports the failure and ends
 * @param actor the process that runs it
 * @param purpose what it is good for, completing "cannot ..."; the empty string where nobody needs to be told
 */
public record Instruction(
    Optional<SystemCall> call,
    List<Operand> arguments,
    Optional<Operand.Address> result,
    Optional<Label> onFailure,
    String actor,
    String purpose) {

  /** A place in a program. */
  public static final class Label {
    private final String name;
    private int index = -1;

    Label(String name) {
      this.name = name;
    }

    void place(int at) {
      if (index >= 0) {
        throw new IllegalStateException("label " + name + " is placed twice");
      }
      index = at;
    }

    int index() {
      if (index < 0) {
        throw new IllegalStateException("label " + name + " is nowhere");
      }
      return index;
    }
  }

  /** Whether it only jumps: a comparison that never holds. */
  boolean isJump() {
    return call.isEmpty()
        && arguments.get(0) instanceof Operand.Constant a
        && arguments.get(1) instanceof Operand.Constant b
        && a.value() != b.value();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(60);
    if (isJump()) {
      return text.append("goto ").append(onFailure.map(l -> l.name).orElse("failure")).toString();
    }
    result.ifPresent(place -> text.append(at(place.data(), place.displacement())).append(" = "));
    if (call.isPresent()) {
      text.append(call.get().label()).append('(');
      for (int i = 0; i < arguments.size(); i++) {
        text.append(i == 0 ? "" : ", ").append(show(arguments.get(i)));
      }
      text.append(')');
    } else {
      text.append("check ").append(show(arguments.get(0))).append(" == ").append(show(arguments.get(1)));
    }
    onFailure.ifPresent(label -> text.append(" else ").append(label.name));
    return text.toString();
  }

  private static String show(Operand operand) {
    if (operand instanceof Operand.Constant constant) {
      return constant.text();
    } else if (operand instanceof Operand.Address address) {
      return (address.data().text().startsWith("$") ? "&" : "") + at(address.data(), address.displacement());
    } else if (operand instanceof Operand.Load load) {
      return at(load.data(), load.displacement());
    }
    return "&failure";
  }

  private static String at(Data data, int displacement) {
    return displacement == 0 ? data.text() : data.text() + "+" + displacement;
  }
}
