package dev.carrel.engine;

import com.google.gson.JsonObject;
import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Hooks.Hook;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs hooks at one turn of a container's life.
 *
 * @param id the container's
 * @param pid of its first process; 0 once it has ended
 * @param record the directory in which it is recorded
 */
record HookRunner(String id, long pid, Optional<Path> record, Map<String, String> annotations) {
  private static final System.Logger LOG = System.getLogger("dev.carrel.engine");
  private static final String OCI_VERSION = "1.0.2";
  /** Of what a hook prints, as much is told when it has failed. */
  private static final int SHOWN = 2000;

  /** @throws CarrelException as soon as one fails */
  void created(List<Hook> hooks) {
    for (Hook hook : hooks) {
      Optional<String> failure = run(hook, "created");
      if (failure.isPresent()) {
        throw CarrelException.failed("cannot start container " + id + ": its hook " + hook.command().get(0) + " " + failure.get()
            + ". It was run before the program, so that one was not started");
      }
    }
  }

  /** One that fails is told. */
  void started(List<Hook> hooks) {
    runAll(hooks, "running");
  }

  /** One that fails is told. */
  void ended(List<Hook> hooks) {
    runAll(hooks, "stopped");
  }

  private void runAll(List<Hook> hooks, String status) {
    for (Hook hook : hooks) {
      run(hook, status).ifPresent(failure -> LOG.log(System.Logger.Level.WARNING,
          "the hook " + hook.command().get(0) + " of container " + id + " " + failure));
    }
  }

  /** Returns what went wrong, completing "the hook". */
  private Optional<String> run(Hook hook, String status) {
    ProcessBuilder builder = new ProcessBuilder(hook.command()).redirectErrorStream(true).redirectOutput(Redirect.PIPE).directory(Path.of("/").toFile());
    builder.environment().clear();
    builder.environment().putAll(hook.environment());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      return Optional.of("cannot be run: " + e.getMessage());
    }
    try {
      Output output = new Output(process);
      output.start();
      Thread input = new Thread(() -> tell(process, status), "carrel-hook-input"); // one that does not read must not hold this up
      input.setDaemon(true);
      input.start();
      if (!process.waitFor(hook.patience().toMillis(), TimeUnit.MILLISECONDS)) {
        return Optional.of("did not end within " + hook.patience().toSeconds() + " s, and was killed");
      }
      output.join(TimeUnit.SECONDS.toMillis(1)); // what it has left running may hold it open
      return process.exitValue() == 0 ? Optional.empty() : Optional.of("failed with status " + process.exitValue() + output.words());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("was killed, as this thread was interrupted");
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly(); // its streams are closed by that
    }
  }

  private void tell(Process process, String status) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(state(status).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      return; // one that does not read its input does not need it
    }
  }

  private String state(String status) {
    JsonObject state = new JsonObject();
    state.addProperty("ociVersion", OCI_VERSION);
    state.addProperty("id", id);
    state.addProperty("status", status);
    if (!status.equals("stopped")) {
      state.addProperty("pid", pid);
    }
    state.addProperty("bundle", record.isPresent() ? record.get().toString() : "");
    JsonObject notes = new JsonObject();
    annotations.forEach(notes::addProperty);
    state.add("annotations", notes);
    return state.toString();
  }

  /** Reads all that a hook prints, so that it need not wait, and keeps the beginning. */
  private static final class Output extends Thread {
    private final Process process;
    private final StringBuffer text = new StringBuffer();

    Output(Process process) {
      super("carrel-hook");
      this.process = process;
      setDaemon(true);
    }

    @Override
    public void run() {
      byte[] buffer = new byte[4096];
      try {
        for (int n = process.getInputStream().read(buffer); n >= 0; n = process.getInputStream().read(buffer)) {
          if (text.length() < SHOWN) {
            text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
          }
        }
      } catch (IOException e) {
        return; // it was killed
      }
    }

    String words() {
      String said = text.toString().strip();
      return said.isEmpty() ? "" : ": " + (said.length() <= SHOWN ? said : said.substring(0, SHOWN) + " ...");
    }
  }
}
