package dev.carrel.api.container;

/** Size of a terminal in characters; see ioctl_tty(2), TIOCSWINSZ. */
public record TerminalSize(int rows, int columns) {
  public TerminalSize {
    if (rows < 0 || rows > 0xFFFF || columns < 0 || columns > 0xFFFF) {
      throw new IllegalArgumentException("terminal of " + rows + " rows and " + columns + " columns");
    }
  }
}
