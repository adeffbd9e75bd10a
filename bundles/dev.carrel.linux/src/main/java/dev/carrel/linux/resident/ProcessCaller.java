package dev.carrel.linux.resident;

import dev.carrel.api.host.Caller;
import dev.carrel.api.host.Foreground;
import dev.carrel.linux.terminal.DescriptorStreams;
import dev.carrel.linux.terminal.SignalSource;
import dev.carrel.linux.terminal.StreamForeground;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A process that waits at the socket. */
final class ProcessCaller implements Caller {
  private final int pid;
  private final Path program;
  private final List<String> words;
  private final Map<String, String> environment;
  private final Path directory;
  private final StreamForeground foreground;
  private final int[] streams;

  /** @throws IOException if it has gone */
  ProcessCaller(int pid, int[] streams, SignalSource signals) throws IOException {
    this.pid = pid;
    this.program = ProcessFacts.program(pid);
    this.words = List.copyOf(ProcessFacts.words(pid));
    this.environment = Map.copyOf(ProcessFacts.environment(pid));
    this.directory = ProcessFacts.directory(pid);
    this.streams = streams.clone();
    this.foreground = new StreamForeground(streams, signals);
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public Path program() {
    return program;
  }

  @Override
  public List<String> words() {
    return words;
  }

  @Override
  public Map<String, String> environment() {
    return environment;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public Foreground foreground() {
    return foreground;
  }

  @Override
  public RawTerminal terminal(Runnable resized) {
    return foreground.terminal(resized);
  }

  @Override
  public InputStream input() {
    return DescriptorStreams.input(streams[0]);
  }

  @Override
  public OutputStream output() {
    return DescriptorStreams.output(streams[1]);
  }

  @Override
  public OutputStream error() {
    return DescriptorStreams.output(streams[2]);
  }
}
