package dev.carrel.linux.terminal;

import com.sun.jna.Memory;
import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.process.TerminalGuard;
import java.util.Optional;

/** A terminal in raw mode until it is closed; see termios(3). Closed by the JVM's end as well, however that comes. */
final class RawMode implements AutoCloseable {
  private static final int TCSANOW = 0;
  private static final int TCSADRAIN = 1;
  /** At least the size of struct termios: 60 bytes in glibc and musl. */
  private static final int TERMIOS_SIZE = 128;

  /** Where struct termios has the local modes. */
  private static final int LOCAL_MODES = 12;

  private final int descriptor;
  private final Memory before = LibC.zeros(TERMIOS_SIZE);
  private final Thread atShutdown = new Thread(this::restore, "carrel-terminal-restore");
  private Optional<TerminalGuard> guard = Optional.empty();
  private boolean raw;

  RawMode(int descriptor) {
    this.descriptor = descriptor;
    if (LibC.tcgetattr(descriptor, before) == 0) {
      Memory changed = LibC.zeros(TERMIOS_SIZE);
      changed.write(0, before.getByteArray(0, TERMIOS_SIZE), 0, TERMIOS_SIZE);
      LibC.cfmakeraw(changed);
      guard = guard(descriptor, changed.getInt(LOCAL_MODES));
      Runtime.getRuntime().addShutdownHook(atShutdown);
      raw = true;
      LibC.tcsetattr(descriptor, TCSANOW, changed);
    }
  }

  /** Without one, only a killed JVM leaves the terminal as it is. */
  private static Optional<TerminalGuard> guard(int descriptor, int raw) {
    try {
      return Optional.of(TerminalGuard.of(descriptor, raw));
    } catch (CarrelException e) {
      return Optional.empty();
    }
  }

  private synchronized void restore() {
    if (raw) {
      raw = false;
      LibC.tcsetattr(descriptor, TCSADRAIN, before);
      guard.ifPresent(TerminalGuard::close);
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atShutdown);
    } catch (IllegalStateException shuttingDown) {
      // the hook has run or is about to: either way the terminal is restored
    }
  }
}
