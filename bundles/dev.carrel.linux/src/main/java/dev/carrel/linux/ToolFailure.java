package dev.carrel.linux;

/** A program of the host's that was to make a container ended without having made one. */
public final class ToolFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** @param said its own words; empty if it said nothing, as when it was killed */
  public ToolFailure(String said) {
    super(said);
  }

  /** What it wrote to its standard error. */
  public String said() {
    return getMessage();
  }
}
