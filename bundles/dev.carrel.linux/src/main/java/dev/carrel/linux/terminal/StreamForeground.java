package dev.carrel.linux.terminal;

import com.sun.jna.Memory;
import dev.carrel.api.container.ContainedProcess;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.host.Caller.RawTerminal;
import dev.carrel.api.host.Foreground;
import dev.carrel.linux.libc.LibC;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Connects a container with three descriptors of this process, which are somebody's standard streams. */
public final class StreamForeground implements Foreground {
  private static final int SIGWINCH = 28;
  private static final long TIOCGWINSZ = 0x5413;

  private final int[] streams;
  private final SignalSource source;
  private volatile Optional<LentTerminal> lent = Optional.empty();

  /**
   * @param streams what is 0, 1 and 2 to whom this is for; they stay open
   * @param source of that one's signals
   */
  public StreamForeground(int[] streams, SignalSource source) {
    this.streams = streams.clone();
    this.source = source;
  }

  @Override
  public boolean isTerminal(int descriptor) {
    return LibC.isatty(streams[descriptor]) == 1;
  }

  @Override
  public Stdio stdio() {
    boolean in = isTerminal(0);
    boolean out = isTerminal(1);
    if (in && out) {
      // As "command 2>errors" asks for.
      return new Stdio(Redirect.PIPE, Redirect.PIPE, pipeIf(isTerminal(2), 2), Optional.of(size()));
    }
    return new Stdio(pipeIf(in, 0), pipeIf(out, 1), pipeIf(isTerminal(2), 2), Optional.empty());
  }

  private Redirect pipeIf(boolean terminal, int stream) {
    if (terminal) {
      return Redirect.PIPE;
    }
    return streams[stream] == stream ? Redirect.INHERIT : new Redirect.Descriptor(streams[stream]);
  }

  private TerminalSize size() {
    Memory winsize = LibC.zeros(8);
    LibC.ioctl(streams[0], TIOCGWINSZ, winsize);
    return new TerminalSize(winsize.getShort(0) & 0xffff, winsize.getShort(2) & 0xffff);
  }

  @Override
  public ExitStatus run(Supplier<? extends ContainedProcess> start, List<String> signals) {
    String[] taken = signals.toArray(new String[signals.size() + 1]);
    taken[signals.size()] = "WINCH";
    Receiver receiver = new Receiver();
    // Before the start: its program may be signalled as soon as it says that it runs.
    try (SignalSource.Taking handlers = source.take(receiver, taken); ContainedProcess container = start.get()) {
      receiver.connect(container);
      return container.stdio().terminal().isPresent() ? attachTerminal(container) : attach(container);
    }
  }

  @Override
  public ExitStatus run(ProcessBuilder program, List<String> signals) throws IOException {
    throw new IOException("only a process can be replaced by a program of the host: here are just its streams");
  }

  private ExitStatus attach(ContainedProcess container) {
    Stdio stdio = container.stdio();
    try (Pump in = stdio.in() == Redirect.PIPE ? Pump.toStream(streams[0], container.process().getOutputStream()) : Pump.none();
        Pump out = stdio.out() == Redirect.PIPE ? Pump.fromStream(container.process().getInputStream(), streams[1]) : Pump.none();
        Pump err = stdio.err() == Redirect.PIPE ? Pump.fromStream(container.process().getErrorStream(), streams[2]) : Pump.none()) {
      ExitStatus status = container.exit().join();
      out.drain();
      err.drain();
      return status;
    }
  }

  /** See {@link dev.carrel.api.host.Caller#terminal}. */
  public RawTerminal terminal(Runnable resized) {
    if (!isTerminal(0) || !isTerminal(1)) {
      throw new IllegalStateException("there is no terminal");
    }
    LentTerminal terminal = new LentTerminal(streams[0], streams[1], this::size);
    SignalSource.Taking signals = source.take(signal -> {
      if (signal == SIGWINCH) {
        resized.run();
      } else {
        terminal.end();
      }
    }, "WINCH", "TERM", "HUP", "INT");
    terminal.atClose(signals::close);
    lent = Optional.of(terminal);
    return terminal;
  }

  private ExitStatus attachTerminal(ContainedProcess container) {
    try (LentTerminal.Aside aside = lent.isPresent() ? lent.get().standAside() : LentTerminal.NOBODY; RawMode raw = new RawMode(streams[0]);
        Pump in = Pump.toStream(streams[0], container.process().getOutputStream());
        Pump out = Pump.fromStream(container.process().getInputStream(), streams[1])) {
      ExitStatus status = container.exit().join();
      out.drain();
      return status;
    }
  }

  /** Passes signals on to a container, or keeps them until there is one. */
  private final class Receiver implements IntConsumer {
    private final List<Integer> early = new ArrayList<>();
    private ContainedProcess container;

    synchronized void connect(ContainedProcess started) {
      container = started;
      accept(SIGWINCH); // the size may have changed since the container was specified, and is looked at and passed on by one at a time
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
}
