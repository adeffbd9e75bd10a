package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The script {@code carrel} as a black box. Immutable: each {@code with} gives another one.
 *
 * @param user by whom it is run, if not by the tests' own user
 */
record Carrel(Checkout checkout, List<String> words, Path directory, Map<String, String> environment, String input,
    Optional<User> user) {
  private static final int MINUTES = 10;

  /** How a command line ended, and what it wrote. */
  record Result(int status, String out, String err) {}

  static Carrel command(String... words) {
    return new Carrel(Checkout.underTest(), List.of(words), Path.of(System.getProperty("java.io.tmpdir")), Map.of(), "", Optional.empty());
  }

  /** Runs a command line with nothing special about it. */
  static Result run(String... words) {
    return command(words).run();
  }

  Carrel in(Path other) {
    return new Carrel(checkout, words, other, environment, input, user);
  }

  Carrel withVariable(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Carrel(checkout, words, directory, more, input, user);
  }

  Carrel withInput(String text) {
    return new Carrel(checkout, words, directory, environment, text, user);
  }

  Carrel as(User other) {
    return new Carrel(checkout, words, directory, environment, input, Optional.of(other));
  }

  /**
   * Runs it to its end.
   *
   * @throws AssertionError if it does not end within ten minutes; then it has been killed
   */
  Result run() {
    try {
      Path files = Files.createTempDirectory("carrel-it");
      try {
        return run(files.resolve("in"), files.resolve("out"), files.resolve("err"));
      } finally {
        Trees.delete(files);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result run(Path in, Path out, Path err) throws IOException {
    Files.writeString(in, input);
    // Files, and no pipes: two full pipes that are read one after the other would stand still.
    ProcessBuilder builder = new ProcessBuilder(line()).directory(directory.toFile())
        .redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("CARREL_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        throw new AssertionError(words + " did not end. It wrote: " + Files.readString(out) + Files.readString(err));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(words + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private List<String> line() throws IOException {
    List<String> line = new ArrayList<>(List.of(checkout.script().toString()));
    line.addAll(words);
    if (user.isEmpty()) {
      return line;
    }
    assumeTrue(User.weAreRoot(), "needs root, to run a command as " + user.get().name());
    assumeTrue(canRun(user.get()), "needs a checkout that " + user.get().name() + " may read, and " + checkout.directory() + " is none");
    return user.get().command(line);
  }

  private boolean canRun(User other) throws IOException {
    try {
      return new ProcessBuilder(other.command(List.of("test", "-x", checkout.script().toString()))).start().waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
