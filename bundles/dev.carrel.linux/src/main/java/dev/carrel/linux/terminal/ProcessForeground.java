package dev.carrel.linux.terminal;

import com.sun.jna.Memory;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.host.Foreground;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Connects a container with this process's own descriptors 0, 1 and 2. */
@Component
public final class ProcessForeground implements Foreground {
  private static final int SIGWINCH = 28;
  private static final long TIOCGWINSZ = 0x5413;
  private static final int SIGINT = 2;
  /** What {@link Process#exitValue} adds to the number of a signal. */
  private static final int SIGNALLED = 128;

  @Activate
  public ProcessForeground() {}

  @Override
  public boolean isTerminal(int descriptor) {
    return LibC.isatty(descriptor) == 1;
  }

  @Override
  public Stdio stdio() {
    boolean in = isTerminal(0);
    boolean out = isTerminal(1);
    if (in && out) {
      // As "command 2>errors" asks for.
      return new Stdio(Redirect.PIPE, Redirect.PIPE, isTerminal(2) ? Redirect.PIPE : Redirect.INHERIT, Optional.of(size()));
    }
    return new Stdio(pipeIf(in), pipeIf(out), pipeIf(isTerminal(2)), Optional.empty());
  }

  private static Redirect pipeIf(boolean terminal) {
    return terminal ? Redirect.PIPE : Redirect.INHERIT;
  }

  private static TerminalSize size() {
    Memory winsize = LibC.zeros(8);
    LibC.ioctl(0, TIOCGWINSZ, winsize);
    return new TerminalSize(winsize.getShort(0) & 0xffff, winsize.getShort(2) & 0xffff);
  }

  @Override
  public ExitStatus run(Supplier<? extends ContainedProcess> start, List<String> signals) {
    String[] taken = signals.toArray(new String[signals.size() + 1]);
    taken[signals.size()] = "WINCH";
    Receiver receiver = new Receiver();
    // Before the start: its program may be signalled as soon as it says that it runs.
    try (Signals handlers = new Signals(receiver, taken); ContainedProcess container = start.get()) {
      receiver.connect(container);
      return container.stdio().terminal().isPresent() ? attachTerminal(container) : attach(container);
    }
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

  private static ExitStatus attach(ContainedProcess container) {
    Stdio stdio = container.stdio();
    try (Pump in = stdio.in() == Redirect.PIPE ? Pump.toStream(0, container.process().getOutputStream()) : Pump.none();
        Pump out = stdio.out() == Redirect.PIPE ? Pump.fromStream(container.process().getInputStream(), 1) : Pump.none();
        Pump err = stdio.err() == Redirect.PIPE ? Pump.fromStream(container.process().getErrorStream(), 2) : Pump.none()) {
      ExitStatus status = container.exit().join();
      out.drain();
      err.drain();
      return status;
    }
  }

  private static ExitStatus attachTerminal(ContainedProcess container) {
    try (RawMode raw = new RawMode(0);
        Pump in = Pump.toStream(0, container.process().getOutputStream());
        Pump out = Pump.fromStream(container.process().getInputStream(), 1)) {
      container.resize(size()); // it may have changed since the container was specified
      ExitStatus status = container.exit().join();
      out.drain();
      return status;
    }
  }

  /** Passes signals on to a container, or keeps them until there is one. */
  private static final class Receiver implements IntConsumer {
    private final List<Integer> early = new ArrayList<>();
    private ContainedProcess container;

    synchronized void connect(ContainedProcess started) {
      container = started;
      for (int signal : early) {
        accept(signal);
      }
    }

    @Override
    public synchronized void accept(int signal) {
      if (container == null) {
        early.add(signal);
      } else if (signal != SIGWINCH) {
        container.signal(signal);
      } else if (container.stdio().terminal().isPresent()) {
        container.resize(size());
      }
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
