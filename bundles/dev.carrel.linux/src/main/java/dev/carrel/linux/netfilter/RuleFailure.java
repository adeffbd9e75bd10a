package dev.carrel.linux.netfilter;

/** Commands were refused; none of them was done. */
public final class RuleFailure extends Exception {
  private static final long serialVersionUID = 1L;

  RuleFailure(String reason) {
    super(reason);
  }

  /** Whether something that was to be made is there already. */
  public boolean exists() {
    return getMessage().contains("File exists");
  }

  /** Whether a table, a chain, a set or an element is not there. */
  public boolean missing() {
    return getMessage().contains("No such file or directory");
  }
}
