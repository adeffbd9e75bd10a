package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Regular files as streams of containers that a runtime starts alone: their offset is one for all who have them, also if the runtime has a kernel of its own. */
@Tag(User.ROOT)
class StreamFilesIT {
  private static final String VARIABLE = "CARREL_OCI_RUNTIME";
  /** More than a pipe takes. */
  private static final int LINES = 300_000;

  @TempDir Path directory;
  private Containers containers;

  @BeforeEach
  void look() {
    containers = new Containers(directory);
  }

  @AfterEach
  void nothing_is_left_after_cleaning() throws Exception {
    containers.endAll();
  }

  private static void needs(String runtime) {
    assumeTrue(User.weAreRoot(), "needs root");
    assumeTrue(OciBackend.here(runtime), "needs " + runtime);
  }

  /** A shell's script runs the command line as "$@". */
  private Carrel.Result within(String script, String runtime, String... words) throws IOException {
    Path file = Files.writeString(directory.resolve("script"), script + "\n");
    return containers.carrel(words).withVariable(VARIABLE, runtime).under("sh", file.toString()).run();
  }

  private Carrel.Result run(String script, String runtime, String... program) throws IOException {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd", "--backend=oci-runtime", "--"));
    words.addAll(List.of(program));
    return within(script, runtime, words.toArray(new String[0]));
  }

  private void detach(String runtime, String program) throws IOException {
    Carrel.Result result = within("\"$@\"", runtime, "run", "--no-cwd", "--backend=oci-runtime", "--detach", "--name=web", "--", "sh", "-c", program);
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void what_is_written_stands_behind_what_was_before_and_before_what_comes_after(String runtime) throws IOException {
    needs(runtime);
    Carrel.Result result = run("(echo before; \"$@\"; echo \"after $?\") >out 2>err", runtime, "sh", "-c", "echo inside; echo wrong >&2; exit 7");

    assertThat(result).isEqualTo(new Carrel.Result(0, "", ""));
    assertThat(file("out")).hasContent("before\ninside\nafter 7\n");
    assertThat(file("err")).hasContent("wrong\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void two_streams_in_one_file_keep_their_order(String runtime) throws IOException {
    needs(runtime);
    run("(echo before; \"$@\"; echo after) >out 2>&1", runtime, "sh", "-c", "echo one; echo two, longer >&2; echo three; echo four >&2");

    assertThat(file("out")).hasContent("before\none\ntwo, longer\nthree\nfour\nafter\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void what_is_appended_stands_at_the_end(String runtime) throws IOException {
    needs(runtime);
    Files.writeString(file("out"), "before\n");
    run("(\"$@\"; echo after) >>out", runtime, "echo", "inside");

    assertThat(file("out")).hasContent("before\ninside\nafter\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void what_is_read_begins_behind_what_was_read_before_and_what_is_left_is_for_others(String runtime) throws IOException {
    needs(runtime);
    Files.writeString(file("in"), "first\nsecond\nthird\n");
    Carrel.Result result = run("(read line; \"$@\"; echo rest; cat) <in", runtime, "dd", "bs=7", "count=1", "status=none");

    assertThat(result.out()).isEqualTo("second\nrest\nthird\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void a_program_that_does_not_read_leaves_all(String runtime) throws IOException {
    needs(runtime);
    assertThat(run("seq " + LINES + " >in; (read line; \"$@\"; read line; echo $line) <in", runtime, "true").out()).isEqualTo("2\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void nothing_is_lost_of_much(String runtime) throws IOException {
    needs(runtime);
    Carrel.Result result = run("seq " + LINES + " >in; (read line; echo 1; \"$@\"; echo end; cat) <in >out", runtime, "cat");

    assertThat(result).isEqualTo(new Carrel.Result(0, "", ""));
    assertThat(Files.readAllLines(file("out"))).hasSize(LINES + 1).endsWith("end").startsWith("1", "2", "3").satisfies(
        lines -> assertThat(lines.subList(0, LINES)).isEqualTo(Files.readAllLines(file("in"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void it_ends_with_the_program_though_others_inside_have_the_file(String runtime) throws IOException {
    needs(runtime);
    assertThat(run("(\"$@\"; echo after) >out", runtime, "sh", "-c", "sleep 4321 & echo inside").status()).isZero();
    assertThat(file("out")).hasContent("inside\nafter\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void who_enters_has_files_as_well(String runtime) throws IOException {
    needs(runtime);
    detach(runtime, "echo begun; sleep 4321");
    containers.awaitLog("web", "begun");
    Files.writeString(file("in"), "first\nsecond\nthird\n");
    String rest = runtime.equals("runc") ? "" : "cat"; // runc copies by itself, and keeps what it has read ahead
    within("(read line; echo before; \"$@\"; echo \"after $?\"; " + rest + ") <in >out 2>err", runtime, "exec", "web", "--", "sh", "-c",
        "dd bs=7 count=1 status=none; echo wrong >&2; exit 9");

    assertThat(file("out")).hasContent("before\nsecond\nafter 9\n" + (rest.isEmpty() ? "" : "third\n"));
    assertThat(file("err")).hasContent("wrong\n");
    within("seq " + LINES + " >in; (\"$@\"; echo end) <in >out", runtime, "exec", "web", "--", "cat");
    assertThat(Files.readAllLines(file("out"))).hasSize(LINES + 1).endsWith(Integer.toString(LINES), "end");
  }

  /** runc copies by itself, and does not end before all who have the stream. */
  @ParameterizedTest
  @ValueSource(strings = {"crun", "runsc"})
  void what_somebody_leaves_behind_who_has_entered_writes_on(String runtime) throws IOException {
    needs(runtime);
    detach(runtime, "echo begun; sleep 4321");
    containers.awaitLog("web", "begun");
    within("(\"$@\"; echo after) >out", runtime, "exec", "web", "--", "sh", "-c", "(while ! test -e /tmp/go; do sleep 0.05; done; echo late) & echo inside");
    assertThat(file("out")).hasContent("inside\nafter\n");

    containers.says("exec", "web", "--", "touch", "/tmp/go");
    Await.until("what was left behind", () -> Files.readString(file("out")).equals("inside\nafter\nlate\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc", "runsc"})
  void a_full_file_system_is_told(String runtime) throws IOException {
    needs(runtime);
    Path small = Files.createDirectory(file("small"));
    assumeTrue(Host.can("mount", "-t", "tmpfs", "-o", "size=64k", "carrel-it", small.toString()), "needs a small file system");
    try {
      Carrel.Result result = run("\"$@\" >small/out", runtime, "dd", "if=/dev/zero", "bs=65536", "count=2", "status=none");
      assertThat(result.status()).isNotZero();
      assertThat(result.err()).isNotEmpty();
    } finally {
      Host.says("umount", small.toString());
    }
  }

  /** What it says is in the file, and what was read ahead is given back. */
  @Test
  void a_runtime_that_fails_leaves_the_files_as_they_were() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    Path runtime = Files.writeString(file("runtime"), "#!/bin/sh\n[ \"$1\" = --version ] && exec echo runsc version 1.0\necho broken >&2\nexit 1\n");
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(file("in"), "first\nsecond\n");
    Carrel.Result result = run("(read line; echo before >&2; \"$@\"; echo \"after $?\" >&2; cat) <in 2>err", runtime.toString(), "true");

    assertThat(result.out()).isEqualTo("second\n");
    assertThat(Files.readAllLines(file("err"))).hasSize(4).startsWith("before", "broken").endsWith("after 125")
        .satisfies(lines -> assertThat(lines.get(2)).contains("failed to create it"));
  }
}
