package dev.carrel.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the real Gogo. */
class PipedSessionTest {
  private final ThreadIOImpl streams = new ThreadIOImpl();
  private final CommandProcessorImpl processor = new CommandProcessorImpl(streams);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Commands as Carrel's and as others'. */
  public static final class Commands {
    public int fail(String[] words) {
      return 40 + words.length;
    }

    public String join(String one, int two) {
      return one + two;
    }

    public int number() {
      return 7;
    }

    public void refuse() {
      throw new IllegalStateException("not today");
    }
  }

  @BeforeEach
  void start() {
    streams.start();
    processor.addCommand("carrel", new Commands(), "fail");
    processor.addCommand("other", new Commands(), "join");
    processor.addCommand("other", new Commands(), "number");
    processor.addCommand("other", new Commands(), "refuse");
  }

  @AfterEach
  void stop() {
    processor.stop();
    streams.stop();
  }

  private int run(String input) {
    InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
    try (Session session = Session.open(processor, in, out, out)) {
      return new PipedSession(session, in).run();
    }
  }

  private int call(String... words) {
    try (Session session = Session.open(processor, InputStream.nullInputStream(), out, out)) {
      return session.call(List.of(words));
    }
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void the_status_is_that_of_the_last_command_and_is_not_printed() {
    assertThat(run("fail a\n\n# a comment\nfail a b c")).isEqualTo(43);
    assertThat(said()).isEmpty();
  }

  @Test
  void exit_ends_it_before_what_follows() {
    assertThat(run("fail a\nexit\nfail a b\n")).isEqualTo(41);
    assertThat(run("fail a\nexit 9\nfail a b\n")).isEqualTo(9);
  }

  @Test
  void what_other_commands_return_is_printed_and_is_no_status() {
    assertThat(run("other:number\n")).isZero();
    assertThat(said()).isEqualTo("7\n");
  }

  @Test
  void a_failure_is_a_message_and_the_next_command_runs() {
    assertThat(run("other:refuse\nother:number\n")).isZero();
    assertThat(said()).endsWith("7\n");
    assertThat(run("other:refuse\n")).isEqualTo(125);
    assertThat(run("nowhere\n")).isEqualTo(125);
  }

  @Test
  void words_are_passed_as_they_are_and_converted_to_what_the_command_takes() {
    assertThat(call("other", "join", "a  $b \"c\" {d}", "3")).isZero();
    assertThat(said()).isEqualTo("a  $b \"c\" {d}3\n");
  }

  @Test
  void a_command_may_be_called_with_its_scope_in_either_way() {
    assertThat(call("other:number")).isZero();
    assertThat(call("other", "number")).isZero();
    assertThat(said()).isEqualTo("7\n7\n");
    assertThat(call("fail", "number")).isEqualTo(41);
  }

  @Test
  void a_command_that_there_is_not_is_refused() {
    assertThat(call("nowhere", "at", "all")).isEqualTo(125);
    assertThat(call("other:nowhere")).isEqualTo(125);
  }
}
