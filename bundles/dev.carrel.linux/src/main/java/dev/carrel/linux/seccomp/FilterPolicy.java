package dev.carrel.linux.seccomp;

import java.util.List;
import java.util.Objects;

/**
 * What a filter of system calls does.
 *
 * @param otherwise what happens to a call that no rule is about
 * @param foreign what happens to a call made the way of an architecture that is not allowed
 * @param rules for all architectures
 * @param foreignAbi whether the 32-bit side of the processor is allowed as well, with the same rules
 */
public record FilterPolicy(Action otherwise, Action foreign, List<Rule> rules, boolean foreignAbi) {
  public FilterPolicy {
    Objects.requireNonNull(otherwise);
    Objects.requireNonNull(foreign);
    rules = List.copyOf(rules);
  }

  /** What happens to a call; the code is libseccomp's and the kernel's, see seccomp(2). */
  public record Action(int code) {
    public static final Action ALLOW = new Action(0x7fff0000);
    public static final Action LOG = new Action(0x7ffc0000);
    public static final Action KILL_PROCESS = new Action(0x80000000);
    public static final Action KILL_THREAD = new Action(0);
    public static final Action TRAP = new Action(0x00030000);

    /** A listener decides. */
    public static final Action NOTIFY = new Action(0x7fc00000);

    /** The call fails with an errno. */
    public static Action errno(int number) {
      if (number < 0 || number > 4095) {
        throw new IllegalArgumentException("errno " + number + " is outside 0..4095");
      }
      return new Action(0x00050000 | number);
    }

    /** A tracer is told; without one the call fails with ENOSYS. */
    public static Action trace(int data) {
      return new Action(0x7ff00000 | data & 0xffff);
    }

    /** Whether the call is made. */
    public boolean permits() {
      return equals(ALLOW) || equals(LOG);
    }
  }

  /** How an argument is compared; the code is libseccomp's. */
  public enum Comparison {
    NE(1),
    LT(2),
    LE(3),
    EQ(4),
    GE(5),
    GT(6),
    /** {@code (argument & value) == other}. */
    MASKED_EQ(7);

    private final int code;

    Comparison(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /**
   * About one argument, all 64 bits of it.
   *
   * @param argument 0 to 5
   * @param value the number to compare with, or the mask
   * @param other with a mask: the number to compare with
   */
  public record Condition(int argument, Comparison comparison, long value, long other) {
    public Condition {
      if (argument < 0 || argument > 5) {
        throw new IllegalArgumentException("a system call has no argument " + argument + ": they are 0 to 5");
      }
      Objects.requireNonNull(comparison);
    }

    /** The low 32 bits of an argument are a number: what a call takes for an int, whatever stands above (CVE-2019-10063). */
    public static Condition isInt(int argument, long value) {
      return new Condition(argument, Comparison.MASKED_EQ, 0xFFFF_FFFFL, value);
    }

    /** A flag is set. */
    public static Condition hasFlag(int argument, long flag) {
      return new Condition(argument, Comparison.MASKED_EQ, flag, flag);
    }
  }

  /**
   * What happens to a call.
   *
   * @param call its name, as in its man page
   * @param conditions all of which have to hold; empty: always
   */
  public record Rule(String call, Action action, List<Condition> conditions) {
    public Rule {
      Objects.requireNonNull(call);
      Objects.requireNonNull(action);
      conditions = List.copyOf(conditions);
    }
  }
}
