package dev.carrel.linux.terminal;

import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.Foreground;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Connects a container with this process's own descriptors 0, 1 and 2. */
@Component
public final class ProcessForeground implements Foreground {
  private static final int SIGINT = 2;
  /** What {@link Process#exitValue} adds to the number of a signal. */
  private static final int SIGNALLED = 128;

  private final Foreground streams = new StreamForeground(new int[] {0, 1, 2}, new SignalSource() { // no lambda: its first one costs a start 10 ms
    @Override
    public Taking take(IntConsumer receiver, String... names) {
      return new Signals(receiver, names);
    }
  });

  @Activate
  public ProcessForeground() {}

  @Override
  public boolean isTerminal(int descriptor) {
    return streams.isTerminal(descriptor);
  }

  @Override
  public Stdio stdio() {
    return streams.stdio();
  }

  @Override
  public ExitStatus run(Supplier<? extends ContainedProcess> start, List<String> signals) {
    return streams.run(start, signals);
  }

  @Override
  public ExitStatus run(ProcessBuilder program, List<String> signals) throws IOException {
    HostReceiver receiver = new HostReceiver(isTerminal(0) || isTerminal(1) || isTerminal(2));
    try (Signals handlers = new Signals(receiver, signals.toArray(new String[0]))) {
      Process process = program.inheritIO().start();
      receiver.connect(process);
      int status = process.onExit().join().exitValue();
      return status > SIGNALLED ? ExitStatus.signalled(status - SIGNALLED) : ExitStatus.exited(status);
    }
  }

  /** Passes signals on to a program of the host. */
  private static final class HostReceiver implements IntConsumer {
    private final boolean terminal;
    private final List<Integer> early = new ArrayList<>();
    private Process process;

    HostReceiver(boolean terminal) {
      this.terminal = terminal;
    }

    synchronized void connect(Process started) {
      process = started;
      for (int signal : early) {
        accept(signal);
      }
    }

    @Override
    public synchronized void accept(int signal) {
      if (process == null) {
        early.add(signal);
      } else if (!(terminal && signal == SIGINT) && process.isAlive()) { // a terminal has sent it to the whole group
        LibC.syscall(SystemCall.KILL.number(Architecture.host()), (int) process.pid(), signal, 0, 0);
      }
    }
  }
}
