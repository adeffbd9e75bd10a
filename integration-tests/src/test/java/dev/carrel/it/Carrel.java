package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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
 * @param prefix what runs it: a command line that ends with another one
 * @param user by whom it is run, if not by the tests' own user
 */
record Carrel(Checkout checkout, List<String> words, List<String> prefix, Path directory, Map<String, String> environment, byte[] input,
    Optional<User> user) {
  private static final int MINUTES = 10;

  /** How a command line ended, and what it wrote. */
  record Result(int status, String out, String err) {}

  static Carrel command(String... words) {
    return new Carrel(Checkout.underTest(), List.of(words), List.of(), Path.of(System.getProperty("java.io.tmpdir")), Map.of(), new byte[0],
        Optional.empty());
  }

  /** Runs it to its end, which has to be a success; what it printed. */
  String says() {
    Result result = run();
    assertThat(result.status()).as(result.err() + result.out()).isZero();
    return result.out();
  }

  /** Runs a command line with nothing special about it. */
  static Result run(String... words) {
    return command(words).run();
  }

  Carrel in(Path other) {
    return new Carrel(checkout, words, prefix, other, environment, input, user);
  }

  Carrel withVariable(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Carrel(checkout, words, prefix, directory, more, input, user);
  }

  Carrel withInput(String text) {
    return withInput(text.getBytes(StandardCharsets.UTF_8));
  }

  Carrel withInput(byte[] bytes) {
    return new Carrel(checkout, words, prefix, directory, environment, bytes, user);
  }

  /** Of another checkout than that under test. */
  Carrel of(Checkout other) {
    return new Carrel(other, words, prefix, directory, environment, input, user);
  }

  /** Run by another command, such as {@code unshare -n}. */
  Carrel under(String... command) {
    return new Carrel(checkout, words, List.of(command), directory, environment, input, user);
  }

  Carrel as(User other) {
    return new Carrel(checkout, words, prefix, directory, environment, input, Optional.of(other));
  }

  /** By somebody without privileges, whoever runs the tests. */
  Carrel asOrdinaryUser() {
    return User.weAreRoot() ? as(User.ordinary().orElseGet(() -> abort("needs a user " + User.TEST_USER))) : this;
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
    Files.write(in, input);
    // Files, and no pipes: two full pipes that are read one after the other would stand still.
    ProcessBuilder builder = new ProcessBuilder(line()).directory(directory.toFile())
        .redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
    prepare(builder);
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
    return new Result(process.exitValue(), text(out), text(err));
  }

  private void prepare(ProcessBuilder builder) {
    builder.environment().keySet().removeIf(name -> name.startsWith("CARREL_"));
    builder.environment().putAll(environment);
  }

  /** Starts it, to be watched while it runs; its output goes to the file. */
  Process start(Path output) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line()).directory(directory.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
    prepare(builder);
    return builder.start();
  }

  /** A byte is a character: what programs write need not be UTF-8. */
  private static String text(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** The whole command line, for tests that start it themselves. */
  List<String> line() throws IOException {
    List<String> line = new ArrayList<>(prefix);
    line.add(checkout.script().toString());
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
