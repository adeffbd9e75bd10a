package dev.carrel.api.container;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/**
 * How a program ended.
 *
 * @param code what it gave to exit(3), 0 to 255; 0 if a signal ended it
 * @param signal the signal that ended it
 */
public record ExitStatus(int code, OptionalInt signal) {
  /** The size of a siginfo_t. */
  public static final int SIGINFO_SIZE = 128;
  private static final int SI_CODE = 8;
  private static final int SI_STATUS = 24;
  private static final int CLD_EXITED = 1;
  private static final int CLD_KILLED = 2;

  /** It ended by itself. */
  public static ExitStatus exited(int code) {
    return new ExitStatus(code, OptionalInt.empty());
  }

  /** A signal ended it. */
  public static ExitStatus signalled(int signal) {
    return new ExitStatus(0, OptionalInt.of(signal));
  }

  /**
   * What the kernel's siginfo_t of a SIGCHLD says; see sigaction(2).
   *
   * @param siginfo {@value #SIGINFO_SIZE} bytes
   */
  public static ExitStatus ofSiginfo(byte[] siginfo) {
    ByteBuffer fields = ByteBuffer.wrap(siginfo).order(ByteOrder.nativeOrder());
    int status = fields.getInt(SI_STATUS);
    return fields.getInt(SI_CODE) == CLD_EXITED ? exited(status & 0xff) : signalled(status & 0x7f);
  }

  /** What {@link #ofSiginfo} reads. */
  public byte[] toSiginfo() {
    ByteBuffer fields = ByteBuffer.allocate(SIGINFO_SIZE).order(ByteOrder.nativeOrder());
    fields.putInt(SI_CODE, signal.isPresent() ? CLD_KILLED : CLD_EXITED);
    fields.putInt(SI_STATUS, signal.orElse(code));
    return fields.array();
  }

  /** The number a shell would show: the code, or 128 + the signal. */
  public int shellStatus() {
    return signal.isPresent() ? 128 + signal.getAsInt() : code;
  }
}
