package dev.carrel.store.debian;

import dev.carrel.api.CarrelException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs apt's programs with the private state: nothing on standard input, an environment of only what apt needs, messages
 * in English since they are read here. A program dies with this JVM, and when its caller is interrupted.
 */
final class Apt {
  /** Of a program's output no more than this is kept, whatever it prints. */
  private static final int MOST_LINES = 1_000_000;
  private static final List<String> PROXIES = List.of(
      "http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy",
      "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

  /** How a program ended, and what it said. */
  record Ran(int status, List<String> out, List<String> err) {}

  private final AptPaths host;
  private final AptState state;

  Apt(AptPaths host, AptState state) {
    this.host = host;
    this.state = state;
  }

  /** Runs {@code program} and gives what it printed. */
  Ran run(String program, List<String> arguments) {
    return run(program, arguments, state.directory(), line -> {});
  }

  /**
   * Runs one of apt's programs.
   *
   * @param line gets each line of its standard output as it comes, in another thread
   * @throws CarrelException if there is no such program, or the caller was interrupted
   */
  Ran run(String program, List<String> arguments, Path directory, Consumer<String> line) {
    ProcessBuilder builder = new ProcessBuilder(command(program, arguments));
    builder.directory(directory.toFile());
    builder.redirectInput(new File("/dev/null"));
    environment(builder.environment());
    Child child = new Child(builder, line);
    try {
      return child.await(new Stalled(state));
    } catch (InterruptedException e) {
      child.kill();
      Thread.currentThread().interrupt();
      throw Interruptions.asException("The work of " + program, e);
    } catch (IOException e) {
      throw CarrelException.failed("Packages could not be looked up: " + program + " could not be run in " + state.directory() + " ("
          + e.getMessage() + ")." + (AptMessages.NO_SPACE.equals(e.getMessage()) ? " " + AptMessages.FREE_SPACE : ""), e);
    }
  }

  private List<String> command(String program, List<String> arguments) {
    Path file = host.program(program).orElseThrow(() -> CarrelException.failed(
        "Packages could not be looked up: this machine has no " + program + " (looked for in " + host.programs()
            + "), so it is no Debian or Ubuntu. Choose another package source (--source=NAME), or install apt."));
    List<String> command = new ArrayList<>();
    // The kernel kills apt if this JVM goes away, however that happens: prctl(2), PR_SET_PDEATHSIG.
    Optional<Path> setpriv = host.program("setpriv");
    if (setpriv.isPresent()) {
      command.addAll(List.of(setpriv.get().toString(), "--pdeathsig", "KILL", "--"));
    }
    command.addAll(List.of(file.toString(), "-c", state.configuration().toString()));
    command.addAll(arguments);
    return command;
  }

  private void environment(Map<String, String> variables) {
    variables.clear();
    StringBuilder path = new StringBuilder();
    for (Path directory : host.programs()) {
      path.append(path.length() == 0 ? "" : ":").append(directory);
    }
    variables.put("PATH", path.toString());
    variables.put("LC_ALL", "C");
    variables.put("HOME", host.environment().getOrDefault("HOME", "/"));
    variables.put("APT_CONFIG", state.configuration().toString());
    for (String name : PROXIES) {
      String value = host.environment().get(name);
      if (value != null) {
        variables.put(name, value);
      }
    }
  }

  /**
   * A program under way. A thread of its own starts it and stays until it ended: the parent-death signal comes when the
   * thread that started a child ends, not only the process (prctl(2)).
   */
  private static final class Child {
    private final ProcessBuilder builder;
    private final Consumer<String> line;
    private final List<String> out = new ArrayList<>();
    private final List<String> err = new ArrayList<>();
    private final Thread worker = new Thread(this::work, "carrel-apt");
    private volatile int said;
    private Process process;
    private boolean killed;
    private int status;
    private Throwable failure;

    Child(ProcessBuilder builder, Consumer<String> line) {
      this.builder = builder;
      this.line = line;
    }

    /** Waits for the end. */
    Ran await(Stalled stalled) throws InterruptedException, IOException {
      worker.setDaemon(true);
      worker.start();
      worker.join(Stalled.LOOK);
      for (; worker.isAlive(); worker.join(Stalled.LOOK)) {
        Optional<String> why = stalled.look(said);
        if (why.isPresent()) {
          kill();
          throw new IOException(why.get());
        }
      }
      if (failure instanceof IOException e) {
        throw e;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      return new Ran(status, out, err);
    }

    private void work() {
      try {
        synchronized (this) {
          if (killed) {
            return;
          }
          process = builder.start();
        }
        Thread errors = new Thread(() -> collect(process.getErrorStream(), err, text -> {}), "carrel-apt-errors");
        errors.setDaemon(true);
        errors.start();
        collect(process.getInputStream(), out, text -> {
          said++; // by this thread alone
          line.accept(text);
        });
        errors.join();
        status = process.waitFor();
      } catch (IOException | InterruptedException | RuntimeException | Error e) {
        failure = e;
        kill();
      }
    }

    private static void collect(InputStream stream, List<String> lines, Consumer<String> line) {
      try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
          if (lines.size() < MOST_LINES) {
            lines.add(text);
          }
          line.accept(text);
        }
      } catch (IOException e) {
        // The program was killed and its streams were closed under us: its status tells.
      }
    }

    /** Kills the program and waits for it; those it started end when their pipes to it close. */
    synchronized void kill() {
      killed = true;
      if (process == null) {
        return;
      }
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
  }
}
