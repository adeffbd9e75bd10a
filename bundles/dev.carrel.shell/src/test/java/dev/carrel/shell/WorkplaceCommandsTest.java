package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    commands = new WorkplaceCommands(framework.context(), Map.of());
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
  void environment_is_shell_with_what_building_the_packages_needs() {
    said(commands::environment, "hello");

    assertThat(((Software.Packages) services.requests.get(0).software()).packages()).containsExactly(PackageRequest.parse("hello").of(Part.INPUTS));
  }

  @Test
  void variables_of_packages_are_printed_as_shell_code_and_nothing_is_started() {
    services.paths = new SearchPaths(Optional.of(Path.of("/p's")), Map.of("PATH", "/p's/usr/bin", "MANPATH", "/m"), List.of("a note"));

    assertThat(said(commands::shell, "hello", "--search-paths")).isEqualTo(new Said(0,
        "export MANPATH='/m'\":${MANPATH:-}\"\nexport PATH='/p'\\''s/usr/bin'\"${PATH:+:$PATH}\"\nexport CARREL_ENVIRONMENT='/p'\\''s'\n",
        "carrel: note: a note\n"));
    assertThat(said(commands::shell, "hello", "--search-paths", "--pure").out()).startsWith("export MANPATH='/m'\nexport PATH=");
    assertThat(JsonParser.parseString(said(commands::shell, "hello", "--search-paths", "--json").out()).getAsJsonObject()
        .getAsJsonObject("variables").get("PATH").getAsString()).isEqualTo("/p's/usr/bin");
    assertThat(services.calls).containsOnly("searchPaths");
  }

  @Test
  void a_pure_program_has_the_variables_of_the_packages_and_those_that_are_kept() {
    services.paths = new SearchPaths(Optional.of(Path.of("/p")), Map.of("PATH", "/nowhere:/usr/bin"), List.of());
    services.exit = ExitStatus.signalled(15);

    Said said = said(commands::shell, "hello", "--pure", "--env=MINE=1", "--", "env", "x");

    assertThat(said.status()).isEqualTo(143);
    assertThat(services.calls).containsExactly("searchPaths", "run /usr/bin/env x");
    assertThat(services.programs.get(0).environment()).containsEntry("PATH", "/nowhere:/usr/bin").containsEntry("CARREL_ENVIRONMENT", "/p")
        .containsEntry("MINE", "1").doesNotContainKey("PS1");
    assertThat(services.programs.get(0).environment().keySet()).isSubsetOf("PATH", "CARREL_ENVIRONMENT", "MINE", "HOME", "USER", "LOGNAME", "DISPLAY",
        "XAUTHORITY", "TERM", "TZ", "PAGER");
    said(commands::shell, "hello", "--pure", "--preserve=^PATH$", "--", "env");
    assertThat(services.programs.get(1).environment()).containsEntry("PATH", "/nowhere:/usr/bin:" + System.getenv("PATH"));
  }

  @Test
  void a_pure_program_that_is_not_there_or_cannot_be_executed_has_its_status(@TempDir Path directory) throws IOException {
    Files.createFile(directory.resolve("text"));
    services.paths = new SearchPaths(Optional.empty(), Map.of("PATH", directory.toString()), List.of());

    assertThat(said(commands::shell, "hello", "--pure", "--", "missing")).satisfies(said -> {
      assertThat(said.status()).isEqualTo(127);
      assertThat(said.err()).contains("missing", directory.toString());
    });
    assertThat(said(commands::shell, "hello", "--pure", "--", "text").status()).isEqualTo(126);
    assertThat(said(commands::shell, "hello", "--pure", "--", directory.toString()).status()).isEqualTo(126);
  }

  @Test
  void there_is_no_plan_of_what_makes_no_container() {
    assertThat(said(commands::plan, "shell", "--pure", "hello").err()).contains("--pure makes no container");
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
    assertThat(said(commands::environment, "--help").out()).startsWith("Usage: carrel environment ").contains("--ad-hoc").doesNotContain("carrel shell");
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
