package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.Stdio.Redirect;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.isolation.Running;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a program's streams lead, and a process as the JDK knows it. */
@Timeout(300)
class StreamsTest {
  private final Fixture fixture = new Fixture();

  @TempDir Path directory;

  private LaunchPlan plan(Stdio stdio, String script) {
    return fixture.plan(stdio, false, Set.copyOf(Namespace.standard()), List.of("/bin/sh", "-c", script));
  }

  private int run(Stdio stdio, String script) throws Exception {
    Running running = fixture.backend.launch(plan(stdio, script));
    return running.exit().get(60, TimeUnit.SECONDS).shellStatus();
  }

  @Test
  void a_stream_is_a_file() throws Exception {
    Path in = Files.writeString(directory.resolve("in"), "through\n");
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Stdio stdio = new Stdio(new Redirect.FromFile(in), new Redirect.ToFile(out, false), new Redirect.ToFile(err, true), java.util.Optional.empty());
    assertThat(run(stdio, "cat; echo wrong >&2")).isZero();
    assertThat(run(stdio, "cat; echo again >&2")).isZero();
    assertThat(out).hasContent("through\n");
    assertThat(err).hasContent("wrong\nagain\n");
  }

  @Test
  void a_stream_is_a_descriptor_of_this_process() throws Exception {
    Path out = Files.createFile(directory.resolve("out"));
    try (var file = new java.io.FileOutputStream(out.toFile()); Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      int number = all.filter(Files::isSymbolicLink).filter(path -> leadsTo(path, out)).map(path -> Integer.parseInt(path.getFileName().toString())).findFirst().orElseThrow();
      assertThat(run(Stdio.discard().withOutput(new Redirect.Descriptor(number)), "echo hello")).isZero();
      file.write("after\n".getBytes());
    }
    assertThat(out).hasContent("hello\nafter\n");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> run(Stdio.discard().withOutput(new Redirect.Descriptor(99_999)), "true"))
        .withMessageContaining("no descriptor 99999");
  }

  @Test
  void every_start_gets_the_same_further_descriptors() throws Exception {
    Path out = Files.createFile(directory.resolve("out"));
    try (var file = new java.io.FileOutputStream(out.toFile(), true); Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      int number = all.filter(Files::isSymbolicLink).filter(path -> leadsTo(path, out)).map(path -> Integer.parseInt(path.getFileName().toString())).findFirst().orElseThrow();
      Redirect.Descriptor given = new Redirect.Descriptor(number);
      Stdio stdio = Stdio.discard().withMore(List.of(given, given, given));
      for (int i = 0; i < 3; i++) { // directly, building a template, and from it
        assertThat(run(stdio, "echo 3 >&3; echo 4 >&4; echo 5 >&5; test ! -e /proc/$$/fd/6")).isZero();
      }
    }
    assertThat(out).hasContent("3\n4\n5\n".repeat(3));
  }

  private static boolean leadsTo(Path link, Path file) {
    try {
      return Files.readSymbolicLink(link).equals(file.toRealPath());
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  void a_file_that_cannot_be_opened_is_told_and_starts_nothing() {
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> run(Stdio.discard().withInput(new Redirect.FromFile(directory.resolve("missing"))), "true"))
        .withMessageContaining("cannot open").withMessageContaining("missing");
  }

  @Test
  void an_interrupted_start_is_cancelled() throws Exception {
    for (int i = 0; i < 6; i++) { // the first without a template, the others with one
      Thread.currentThread().interrupt();
      try {
        Running running = fixture.backend.launch(plan(Stdio.discard(), "sleep 1000"));
        running.kill(); // it was quicker than the interruption was noticed
        assertThat(Thread.interrupted()).isTrue();
        running.exit().get(60, TimeUnit.SECONDS);
      } catch (CarrelException e) {
        assertThat(e).hasMessageContaining("was cancelled");
        assertThat(Thread.interrupted()).isTrue();
      }
    }
    assertThat(run(Stdio.discard(), "exit 3")).isEqualTo(3);
    while (sleeping()) { // a killed process takes its time to die
      Thread.sleep(10);
    }
  }

  private static boolean sleeping() {
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      return children.anyMatch(child -> child.info().commandLine().orElse("").contains("sleep"));
    }
  }

  @Test
  void a_process_behaves_as_the_jdk_says() throws Exception {
    Running running = fixture.backend.launch(plan(Stdio.pipes(), "read line; echo got $line; exit 5"));
    Process process = running.process();
    assertThat(process.isAlive()).isTrue();
    assertThat(process.pid()).isEqualTo(process.toHandle().pid());
    assertThat(process.toHandle().isAlive()).isTrue();
    assertThat(process.info()).isNotNull();
    assertThat(process.waitFor(1, TimeUnit.MILLISECONDS)).isFalse();
    process.outputWriter().append("this\n").close();
    assertThat(process.inputReader().readLine()).isEqualTo("got this");
    assertThat(process.onExit().get(60, TimeUnit.SECONDS)).isSameAs(process);
    assertThat(process.exitValue()).isEqualTo(5);
    assertThat(process.waitFor()).isEqualTo(5);
    assertThat(process.isAlive()).isFalse();
    assertThat(process.toHandle().isAlive()).isFalse();
    assertThat(process.toHandle().onExit().get(60, TimeUnit.SECONDS)).isEqualTo(process.toHandle());
    process.destroy(); // does nothing any more
  }

  @Test
  void destroying_asks_and_destroying_forcibly_does_not() throws Exception {
    Running polite = fixture.backend.launch(plan(Stdio.pipes(), "trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done"));
    polite.process().inputReader().readLine();
    polite.process().destroy();
    assertThat(polite.process().waitFor()).isEqualTo(4);
    Running deaf = fixture.backend.launch(plan(Stdio.pipes(), "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
    deaf.process().inputReader().readLine();
    assertThat(deaf.process().destroyForcibly().waitFor()).isEqualTo(137);
  }
}
