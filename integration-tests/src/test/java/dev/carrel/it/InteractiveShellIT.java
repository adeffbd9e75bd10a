package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code carrel} alone: the Gogo shell, as somebody who types sees it. */
@ExtendWith(TestStore.Extension.class)
class InteractiveShellIT {
  private static final String PROMPT = "carrel> ";

  @TempDir Path state;

  private Typing session(TestStore store) {
    return new Typing(store.command().withVariable("XDG_STATE_HOME", state.toString())).expect(PROMPT);
  }

  @Test
  void commands_are_the_same_as_without_it_and_their_status_is_kept(TestStore store) throws IOException {
    Typing.Seen seen = session(store).enter("backend list").expect("namespace").expect(PROMPT).enter("run --no-cwd -- sh -c 'exit 3'").expect(PROMPT)
        .enter("echo is $status").expect("is 3").expect(PROMPT).enter("exit 4").run();

    assertThat(seen.status()).isEqualTo(4);
    assertThat(seen.restored()).isTrue();
    assertThat(seen.screen()).doesNotContainIgnoringCase("warning").doesNotContain("\n0\r").doesNotContain("\n3\r");
  }

  @Test
  void a_failure_is_one_message(TestStore store) throws IOException {
    Typing.Seen seen = session(store).enter("run --bogus").expect("carrel run: unknown option --bogus").expect(PROMPT).enter("nonsense")
        .expect("there is no command 'nonsense'").expect(PROMPT).send("\u0004").run();

    assertThat(seen.status()).isEqualTo(125);
    assertThat(seen.screen()).doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void words_are_completed_and_help_is_there(TestStore store) throws IOException {
    Typing.Seen seen = session(store).send("doct\t").expect("or").send("\u0015").enter("help").expect("a place to work").expect(PROMPT)
        .enter("help run").expect("Usage: carrel run").expect(PROMPT).enter("shell --help").expect("Usage: carrel shell").expect(PROMPT).enter("exit 0").run();

    assertThat(seen.status()).isZero();
  }

  @Test
  void the_history_is_kept_for_the_next_session_and_from_others_eyes(TestStore store) throws IOException {
    session(store).enter("echo fir''st").expect("first").expect(PROMPT).enter(" echo sec''ret").expect("secret").expect(PROMPT).enter("exit").run();
    Path history = state.resolve("carrel/history");

    assertThat(Files.readString(history)).contains("echo fir''st").doesNotContain("sec''ret");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history))).isEqualTo("rw-------");
    session(store).send("\u001bOA\u001bOA").expect("fir''st").enter("").expect("first\r\n").expect(PROMPT).enter("exit").run();
  }

  @Test
  void a_container_takes_the_terminal_and_gives_it_back(TestStore store) throws IOException {
    Typing.Seen seen = session(store).enter("shell hello iproute2 python3-minimal --no-cwd -- env PS1=ready: sh -i").expect("ready:")
        .enter("sh -c 'echo be\"\"gun; exec sleep 4321'").expect("begun").send("\u0003").expect("ready:").enter("stty size").expect("24 80").expect("ready:").enter("exit 6").expect(PROMPT)
        .enter("echo was $status").expect("was 6").expect(PROMPT).send("\u0004").run();

    assertThat(seen.status()).isZero();
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void ctrl_c_interrupts_a_command_and_the_session_goes_on(TestStore store) throws IOException {
    Typing.Seen seen = session(store).send("half a line").expect("line").send("\u0003").expect(PROMPT).enter("echo be''gun; sleep 4321").expect("begun").send("\u0003")
        .expect(PROMPT).enter("echo af''ter").expect("after").expect(PROMPT).enter("exit 0").run();

    assertThat(seen.status()).isZero();
  }
}
