package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkplaceCommandsTest {
  private final FakeServices services = new FakeServices();
  private RunningFramework framework;
  private WorkplaceCommands commands;

  @BeforeEach
  void start(@TempDir Path storage) throws Exception {
    framework = new RunningFramework(storage);
    commands = new WorkplaceCommands(framework.context());
    commands.workplaces = services;
    commands.containers = services;
    commands.foreground = services;
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
  }

  private static Said said(Function<String[], Integer> command, String... words) {
    return Said.by(() -> command.apply(words));
  }

  @Test
  void a_container_is_prepared_run_in_the_foreground_and_closed_and_its_status_is_the_commands() {
    services.exit = ExitStatus.exited(42);

    Said said = said(commands::run, "--", "false");

    assertThat(said.status()).isEqualTo(42);
    assertThat(services.calls).containsExactly("prepare", "run", "start", "close");
    assertThat(said.err()).isEqualTo("carrel: note: the working directory is shared\n");
    assertThat(said.out()).isEmpty();
  }

  @Test
  void a_signal_that_ended_it_is_added_to_128() {
    services.exit = ExitStatus.signalled(9);

    assertThat(said(commands::shell, "hello").status()).isEqualTo(137);
  }

  @Test
  void environment_is_shell() {
    said(commands::environment, "hello");

    assertThat(services.requests.get(0).software()).isInstanceOf(Software.Packages.class);
  }

  @Test
  void a_failure_is_one_message_and_the_status_of_its_kind() {
    services.failure = new CarrelException(Kind.NOT_FOUND, "there is no program 'foo' inside\033[2J");

    assertThat(said(commands::run, "foo")).isEqualTo(new Said(127, "", "carrel: there is no program 'foo' inside\\e[2J\n"));
    assertThat(services.calls).containsExactly("prepare");
  }

  @Test
  void bad_words_reach_no_service() {
    Said said = said(commands::shell, "--bogus-and-far-away", "hello");

    assertThat(said).isEqualTo(new Said(125, "", "carrel shell: unknown option --bogus-and-far-away. See carrel shell --help\n"));
    assertThat(services.calls).isEmpty();
  }

  @Test
  void while_a_service_is_missing_the_command_says_which_bundle_offers_it() {
    commands.containers = null;
    assertThat(said(commands::run, "ls")).satisfies(said -> {
      assertThat(said.status()).isEqualTo(125);
      assertThat(said.err()).startsWith("carrel: no container engine available: ").contains("dev.carrel.engine");
    });
    commands.workplaces = null;
    assertThat(said(commands::plan, "run", "ls").err()).contains("no workplace service available", "dev.carrel.environment");
    commands.workplaces = services;
    commands.containers = services;
    commands.foreground = null;
    assertThat(said(commands::run, "ls").err()).contains("no terminal service available", "dev.carrel.linux");
    assertThat(services.calls).isEmpty();
  }

  @Test
  void help_needs_no_service() {
    commands.workplaces = null;

    assertThat(said(commands::run, "--help")).isEqualTo(new Said(0, Help.RUN, ""));
    assertThat(said(commands::shell, "-h").out()).startsWith("Usage: carrel shell ").contains("  carrel shell hello cowsay");
    assertThat(said(commands::environment, "--help").out()).startsWith("Usage: carrel environment ").doesNotContain("carrel shell");
    assertThat(said(commands::plan, "--help")).isEqualTo(new Said(0, Help.PLAN, ""));
    assertThat(said(commands::plan, "run", "--help")).isEqualTo(new Said(0, Help.RUN, ""));
  }

  @Test
  void help_after_the_command_is_the_commands() {
    said(commands::run, "ls", "--help");

    assertThat(services.requests.get(0).command()).containsExactly("ls", "--help");
  }

  @Test
  void plan_starts_nothing() {
    assertThat(said(commands::plan, "shell", "hello").out()).contains("system calls");
    assertThat(services.calls).containsExactly("plan", "explain");
  }

  @Test
  void plan_takes_json_before_and_among_the_options_but_not_from_the_planned_command() {
    for (String[] words : new String[][] {{"--json", "run", "ls"}, {"run", "--json", "ls"}}) {
      assertThat(JsonParser.parseString(said(commands::plan, words).out()).getAsJsonObject().get("backend").getAsString())
          .isEqualTo("namespace");
    }
    assertThat(said(commands::plan, "run", "ls", "--json").out()).startsWith("command ");
  }

  @Test
  void plan_of_what_would_fail_fails_the_same_way() {
    services.failure = CarrelException.failed("there is no package 'foo'");

    assertThat(said(commands::plan, "shell", "foo")).isEqualTo(new Said(125, "", "carrel: there is no package 'foo'\n"));
  }

  @Test
  void plan_refuses_what_it_cannot_plan() {
    assertThat(said(commands::plan).err()).startsWith("carrel plan: what?");
    assertThat(said(commands::plan, "doctor").err()).startsWith("carrel plan: cannot plan 'doctor'");
    assertThat(said(commands::plan, "--no-cwd", "run", "ls").err()).startsWith("carrel plan: unknown option --no-cwd");
    assertThat(said(commands::plan, "run", "--jsn", "ls").err()).startsWith("carrel run: unknown option --jsn; did you mean --json?");
    assertThat(said(commands::plan, "run", "--jsn", "ls").status()).isEqualTo(125);
  }
}
