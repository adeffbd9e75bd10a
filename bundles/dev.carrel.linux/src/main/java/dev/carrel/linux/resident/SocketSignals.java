package dev.carrel.linux.resident;

import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.terminal.SignalSource;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntConsumer;
import sun.misc.Signal;

/** Signals that a caller got and sent on: for who takes them; one that nobody takes ends the command, as it would have ended the caller. */
final class SocketSignals implements SignalSource {
  private static final int SIGKILL = 9;
  private static final int SIGQUIT = 3;
  private static final int SIGWINCH = 28;
  private static final int SIZE = 4;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int PATIENCE_SECONDS = 5;
  private static final int TIMEVAL = 16;

  private final long ignored;
  private Set<Integer> taken = Set.of(); // guarded by this, as are the others
  private IntConsumer receiver = signal -> {};
  private boolean finished;
  private OptionalInt ending = OptionalInt.empty();

  SocketSignals(int pid) {
    this.ignored = ProcessFacts.ignoredSignals(pid);
  }

  @Override
  public synchronized Taking take(IntConsumer to, String... names) {
    Set<Integer> numbers = new HashSet<>();
    for (String name : names) {
      numbers.add(new Signal(name).getNumber());
    }
    Set<Integer> takenBefore = taken;
    IntConsumer receiverBefore = receiver;
    taken = numbers;
    receiver = to;
    return () -> {
      synchronized (this) {
        taken = takenBefore;
        receiver = receiverBefore;
      }
    };
  }

  /** Until the caller has gone, or should not wait any longer for the end of a command that it got a signal for: that goes on to its next step. */
  void read(int connection, Thread worker) {
    byte[] record = new byte[SIZE];
    while (LibC.readFully(connection, record) == SIZE) {
      if (ends(record[0] & 0xff)) {
        boolean again = ending().isPresent();
        end(worker, OptionalInt.of(record[0] & 0xff));
        if (again) {
          return;
        }
        LibC.setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, new int[] {PATIENCE_SECONDS, 0, 0, 0}, TIMEVAL); // then reading fails
      }
    }
    end(worker, OptionalInt.empty());
  }

  /** Hands it to who takes it; otherwise whether a process would end by it. */
  private synchronized boolean ends(int signal) {
    if ((ignored >> signal - 1 & 1) != 0 || finished) {
      return false;
    }
    if (taken.contains(signal)) {
      receiver.accept(signal);
      return false;
    }
    return signal != SIGWINCH && signal != SIGQUIT; // which a JVM outlives
  }

  /** As a JVM that is killed takes what runs in its foreground with it. */
  private synchronized void end(Thread worker, OptionalInt signal) {
    if (finished) {
      return;
    }
    ending = ending.isPresent() ? ending : signal;
    if (taken.isEmpty()) {
      worker.interrupt();
    } else {
      receiver.accept(SIGKILL);
    }
  }

  /** What comes now comes too late. */
  synchronized void finish() {
    finished = true;
  }

  /** The signal that the command ended for, if there was one. */
  synchronized OptionalInt ending() {
    return ending;
  }
}
