package dev.carrel.it;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What a child JVM tells its parent about its tests: a file with one line a test. */
record ChildReport(List<Outcome> outcomes) {
  enum Kind {
    PASSED,
    SKIPPED,
    FAILED
  }

  /**
   * How one test ended.
   *
   * @param detail why it was skipped, or the stack trace of its failure
   */
  record Outcome(Kind kind, String name, String detail) {
    /** Passes, is skipped, or fails as that test did. */
    void happenAgain() {
      switch (kind) {
        case PASSED -> { }
        case SKIPPED -> abort(detail);
        case FAILED -> throw new AssertionError(detail);
      }
    }
  }

  static Outcome failed(String name, Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return new Outcome(Kind.FAILED, name, trace.toString());
  }

  static ChildReport read(Path file) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] fields = line.split("\t", -1);
      outcomes.add(new Outcome(Kind.valueOf(fields[0]), decoded(fields[1]), decoded(fields[2])));
    }
    return new ChildReport(outcomes);
  }

  void write(Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      lines.add(outcome.kind() + "\t" + encoded(outcome.name()) + "\t" + encoded(outcome.detail()));
    }
    Files.write(file, lines);
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String text) {
    return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
  }
}
