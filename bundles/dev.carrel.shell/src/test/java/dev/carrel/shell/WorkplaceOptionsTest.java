package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.AccessTimes;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountFlag;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.Propagation;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkplaceOptionsTest {
  private static WorkplaceRequest shell(String... words) {
    return WorkplaceOptions.SHELL.parse("shell", words, false).request(Stdio.inherit(), word -> 0);
  }

  private static WorkplaceRequest run(String... words) {
    return WorkplaceOptions.RUN.parse("run", words, false).request(Stdio.inherit(), word -> 0);
  }

  private static String refusal(Runnable command) {
    CarrelException refused = catchThrowableOfType(CarrelException.class, command::run);
    assertThat(refused).isNotNull();
    assertThat(refused.kind()).isEqualTo(Kind.USAGE);
    assertThat(refused.getMessage()).doesNotContain("\n");
    return refused.getMessage();
  }

  @Test
  void shell_takes_packages_before_the_dashes_and_the_command_after_them() {
    WorkplaceRequest request = shell("hello", "jq=1.6-2", "--", "jq", "--help");

    assertThat(request.software()).isEqualTo(new Software.Packages(
        List.of(PackageRequest.parse("hello"), PackageRequest.parse("jq=1.6-2")), Optional.empty(), false));
    assertThat(request.command()).containsExactly("jq", "--help");
  }

  @Test
  void options_of_shell_may_stand_between_the_packages() {
    WorkplaceRequest request = shell("hello", "--no-cwd", "jq", "--refresh", "--source=debian");

    assertThat(request.shareDirectory()).isFalse();
    assertThat(request.software()).isEqualTo(new Software.Packages(
        List.of(PackageRequest.parse("hello"), PackageRequest.parse("jq")), Optional.of("debian"), true));
    assertThat(request.command()).isEmpty();
  }

  private static List<String> packages(String command, String... words) {
    WorkplaceRequest request = WorkplaceOptions.SHELL.parse(command, words, false).request(Stdio.inherit(), word -> 0);
    return ((Software.Packages) request.software()).packages().stream().map(PackageRequest::toString).toList();
  }

  @Test
  void words_of_environment_are_what_building_them_needs_up_to_ad_hoc() {
    assertThat(packages("environment", "hello", "--no-cwd", "jq=1", "--ad-hoc", "gdb", "--hostname", "x", "vim", "--ad-hoc", "less"))
        .containsExactly("inputs of hello", "inputs of jq=1", "gdb", "vim", "less");
    assertThat(packages("environment", "--ad-hoc", "gdb", "-D", "hello")).containsExactly("gdb", "inputs of hello");
    assertThat(packages("environment", "hello", "--", "--ad-hoc")).containsExactly("inputs of hello");
  }

  @Test
  void development_counts_for_one_word_of_shell() {
    assertThat(packages("shell", "-D", "hello", "jq", "--development=gawk")).containsExactly("jq", "inputs of hello", "inputs of gawk");
    assertThat(packages("shell", "jq", "--ad-hoc", "less")).containsExactly("jq", "less");
    assertThat(refusal(() -> shell("-D", "hello="))).contains("hello= lacks its version");
    assertThat(refusal(() -> shell("--development="))).contains("'' is no name of a package");
    assertThat(refusal(() -> shell("--profile=./x", "-D", "hello"))).contains("--profile=./x is a set of packages already, and hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--expose=/x", "-N", "--no-cwd", "--user=ada", "--name=n", "--detach", "--cap-add=ALL", "--link-profile", "--symlink=/x=y",
      "--nice=1", "--hostname=h", "--backend=b"})
  void an_option_about_a_container_is_refused_where_none_is_made(String option) {
    for (String mode : List.of("--pure", "--search-paths", "--check")) {
      assertThat(refusal(() -> WorkplaceOptions.SHELL.parse("shell", new String[] {"jq", mode, option}, false).outside()))
          .contains(option.replaceFirst("=.*", "") + " is about a container", mode, "leave one out");
    }
  }

  @Test
  void options_that_contradict_the_lack_of_a_container_are_refused_and_those_about_packages_are_not() {
    for (String words : List.of("--search-paths --check", "--search-paths --env=A=b", "--check --preserve=x", "--check -- ls", "--pure --json")) {
      assertThat(refusal(() -> WorkplaceOptions.SHELL.parse("shell", ("jq " + words).split(" "), false).outside())).isNotEmpty();
    }
    for (String words : List.of("--pure --root=/x -E y --env=A=b -- ls", "--search-paths --pure --json", "--check --pure", "--search-paths --refresh -q",
        "--pure --source=debian --no-scripts -D hello")) {
      assertThat(WorkplaceOptions.SHELL.parse("shell", ("jq " + words).split(" "), false).outside()).isNotNull();
    }
    assertThat(refusal(() -> run("--pure", "ls"))).contains("unknown option --pure");
  }

  @Test
  void a_link_leads_into_the_profile_unless_it_is_written_otherwise() {
    WorkplaceRequest request = shell("jq", "--symlink=/opt/jq=bin/jq", "--symlink=/a=/b", "--symlink=/c=../d", "--link-profile");
    assertThat(request.links()).isEqualTo(new ProfileLinks(true, Map.of(Path.of("/opt/jq"), Path.of("bin/jq"))));
    assertThat(request.mounts()).containsExactly(new Mount.Symlink(Path.of("/a"), "/b"), new Mount.Symlink(Path.of("/c"), "../d"));
    assertThat(run("--symlink=/bin=usr/bin", "ls").mounts()).containsExactly(new Mount.Symlink(Path.of("/bin"), "usr/bin"));
    assertThat(refusal(() -> shell("jq", "--symlink=/a=b", "--symlink=/a=c"))).contains("another link at /a");
  }

  @Test
  void packages_of_other_stores_are_words_like_others_and_a_path_has_no_version() {
    assertThat(shell("nix:hello=2.12", "/nix/store/x-a=b", "--build").software()).isEqualTo(new Software.Packages(
        List.of(new PackageRequest("nix:hello", Optional.of("2.12")), new PackageRequest("/nix/store/x-a=b", Optional.empty())),
        Optional.empty(), false, true));
  }

  @Test
  void the_command_of_run_begins_at_the_first_operand_and_keeps_its_own_options() {
    assertThat(run("-q", "ls", "-l", "--no-cwd").command()).containsExactly("ls", "-l", "--no-cwd");
    assertThat(run("ls", "--no-cwd").shareDirectory()).isTrue();
  }

  @Test
  void the_command_of_run_keeps_its_own_dashes() {
    assertThat(run("git", "log", "--", "file").command()).containsExactly("git", "log", "--", "file");
    assertThat(run("--", "git", "log", "--", "file").command()).containsExactly("git", "log", "--", "file");
    assertThat(run("--", "--", "x").command()).containsExactly("--", "x");
  }

  @Test
  void a_program_named_like_an_option_runs_after_the_dashes() {
    assertThat(run("--", "--dev-bind", "/").command()).containsExactly("--dev-bind", "/");
    assertThat(run("--no-cwd", "--", "--no-cwd").command()).containsExactly("--no-cwd");
    assertThat(shell("hello", "--", "--dev-bind").command()).containsExactly("--dev-bind");
  }

  @Test
  void values_are_given_with_or_without_an_equals_sign_and_in_short() {
    assertThat(run("--user=ada", "true").user()).contains("ada");
    assertThat(run("--user", "ada", "true").user()).contains("ada");
    assertThat(run("-u", "ada", "true").user()).contains("ada");
    assertThat(run("-uada", "true").user()).contains("ada");
    assertThat(shell("-r", "/keep", "hello").root()).contains(Path.of("/keep"));
  }

  @Test
  void mappings_keep_their_order_and_split_at_the_first_equals_sign() {
    assertThat(run("--share=/a", "--expose=/b=/c=d", "--share", "e=/f", "true").mappings()).containsExactly(
        new MappingRequest(Path.of("/a"), Optional.empty(), Access.SHARE),
        new MappingRequest(Path.of("/b"), Optional.of(Path.of("/c=d")), Access.EXPOSE),
        new MappingRequest(Path.of("e"), Optional.of(Path.of("/f")), Access.SHARE));
  }

  @Test
  void the_words_of_a_mount_say_how_it_is_mounted() {
    assertThat(run("--mount=source=/a,target=/b,noexec,nodiratime,strictatime,propagation=slave", "true").mappings()).containsExactly(
        new MappingRequest(Path.of("/a"), Optional.of(Path.of("/b")), Access.EXPOSE, false, new TreeOptions(
            Set.of(MountFlag.NO_EXEC, MountFlag.NO_DIRECTORY_TIMES), Optional.of(AccessTimes.ALWAYS), Propagation.SLAVE)));
    assertThat(refusal(() -> run("--mount=source=/a,noatime,relatime", "ls"))).contains("it is to be noatime and relatime");
    assertThat(refusal(() -> run("--mount=source=/a,propagation=rslave", "ls")))
        .contains("propagation=rslave is not known: say private, slave, unbindable or shared");
    assertThat(refusal(() -> run("--mount=source=/a,sync", "ls"))).contains("'sync' is not known");
    assertThat(refusal(() -> run("--mount=source=/dev/fd/5,target=/x", "ls"))).contains("descriptor 5 is not open here");
  }

  @Test
  void memory_without_a_mode_has_that_of_what_it_covers() {
    assertThat(run("--mount=type=tmpfs,target=/a,inodes=7", "--mount=type=tmpfs,target=/b,mode=700", "true").mounts()).containsExactly(
        new Mount.Tmpfs(Path.of("/a"), OptionalInt.empty(), "10%", 7), new Mount.Tmpfs(Path.of("/b"), 0700, "10%"));
    assertThat(refusal(() -> run("--mount=type=tmpfs,target=/a,inodes=0", "ls"))).contains("the number of files in memory at /a is 1 to");
    assertThat(refusal(() -> run("--mount=type=tmpfs,target=/a,inodes=many", "ls"))).contains("'many' is no whole number");
  }

  @Test
  void what_is_covered_and_read_only_may_be_repeated() {
    assertThat(run("--mask=/a", "--read-only=/b", "--mask=/c", "true").protection())
        .isEqualTo(new PathProtection(List.of(Path.of("/a"), Path.of("/c")), List.of(Path.of("/b"))));
    assertThat(run("true").protection()).isEqualTo(PathProtection.none());
  }

  @Test
  void preserve_may_be_repeated() {
    assertThat(run("-E", "^A", "--preserve=B$", "true").preserve()).extracting(Pattern::pattern).containsExactly("^A", "B$");
  }

  @Test
  void the_last_word_counts_where_there_can_be_only_one() {
    assertThat(run("--hostname=a", "--hostname=b", "true").hostname()).contains("b");
    assertThat(run("-N", "--network=none", "true").network()).isEqualTo(NetworkSpec.NONE);
    assertThat(run("--network=none", "-N", "true").network()).isEqualTo(NetworkSpec.HOST);
  }

  @Test
  void what_is_not_said_is_safe() {
    WorkplaceRequest request = run("true");

    assertThat(request.network()).isEqualTo(NetworkSpec.NONE);
    assertThat(request.writableRoot()).isFalse();
    assertThat(request.preserve()).isEmpty();
    assertThat(request.mappings()).isEmpty();
    assertThat(request.software()).isEqualTo(new Software.HostSystem());
  }

  @Test
  void a_relative_root_is_taken_from_the_directory_of_the_caller() {
    assertThat(shell("--root=keep/it", "hello").root()).hasValueSatisfying(root ->
        assertThat(root).isAbsolute().endsWithRaw(Path.of("keep/it")));
  }

  @Test
  void without_the_host_system_the_shell_is_that_of_the_mappings() {
    assertThat(run("--no-system", "--share=/")).satisfies(request -> {
      assertThat(request.software()).isEqualTo(new Software.MappingsOnly());
      assertThat(request.command()).containsExactly("/bin/sh");
    });
  }

  @ParameterizedTest
  @CsvSource({"--exposes=/x, --exposes, --expose", "--writeable-root, --writeable-root, --writable-root", "--refesh, --refesh, --refresh"})
  void an_unknown_option_is_named_with_the_nearest_one_there_is(String word, String option, String nearest) {
    assertThat(refusal(() -> shell(word, "hello")))
        .isEqualTo("carrel shell: unknown option " + option + "; did you mean " + nearest + "? See carrel shell --help");
  }

  @ParameterizedTest
  @CsvSource({"-m, --memory", "-m64m, --memory", "-v, --share", "-p, --publish", "--volume=/a:/b, --share", "--workdir=/srv, --directory"})
  void an_option_that_others_have_is_named_with_what_it_is_called_here(String word, String own) {
    assertThat(refusal(() -> run(word, "ls"))).isEqualTo(
        "carrel run: unknown option " + word.replaceFirst("=.*", "") + "; did you mean " + own + "? See carrel run --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-i", "-it", "--interactive"})
  void who_asks_for_a_terminal_is_told_that_it_is_there_anyhow(String word) {
    assertThat(refusal(() -> run(word, "ls"))).contains("unknown option " + word + ": leave it out, the program has your terminal");
    assertThat(refusal(() -> run("-t", "ls"))).contains("--tty (-t)", "another one has yours, without it", "add --detach");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--bogus-and-far-away", "--exp", "-x", "-Nx", "--no-cwd-", "--json", "--root=/x", "--refresh"})
  void run_refuses_what_is_no_option_of_its_own_instead_of_running_it(String word) {
    assertThat(refusal(() -> run(word, "ls"))).contains("unknown option " + word.replaceFirst("=.*", ""));
  }

  @Test
  void options_are_not_completed_from_their_beginning() {
    assertThat(refusal(() -> shell("--ref", "hello"))).contains("unknown option --ref");
  }

  @Test
  void a_value_where_none_belongs_is_refused() {
    assertThat(refusal(() -> run("--no-cwd=yes", "ls"))).contains("--no-cwd takes no value");
    assertThat(refusal(() -> shell("--refresh=now", "ls"))).contains("--refresh takes no value");
  }

  @Test
  void an_option_without_its_value_is_refused_and_takes_none_from_its_neighbours() {
    assertThat(refusal(() -> run("--expose"))).contains("option --expose lacks its value");
    assertThat(refusal(() -> run("--user", "--no-cwd", "ls"))).contains("option --user lacks its value");
    assertThat(refusal(() -> run("--user", "--", "ls"))).contains("option --user lacks its value");
    assertThat(refusal(() -> shell("-r", "--", "ls"))).contains("option --root lacks its value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "hostname", "backend"})
  void an_empty_value_is_refused(String option) {
    assertThat(refusal(() -> run("--" + option + "=", "ls"))).contains("--" + option + "=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=", "=/x", "/x="})
  void a_mapping_that_lacks_a_path_is_refused(String value) {
    assertThat(refusal(() -> run("--expose=" + value, "ls"))).contains("--expose=" + value + " lacks a path", "--expose=SOURCE=TARGET");
    assertThat(refusal(() -> run("--share=" + value, "ls"))).contains("--share=" + value + " lacks a path");
  }

  @Test
  void what_is_no_regular_expression_is_refused_with_the_reason() {
    assertThat(refusal(() -> run("--preserve=A(B", "ls"))).contains("--preserve=A(B is no regular expression", "Unclosed group");
    assertThat(refusal(() -> run("--preserve=", "ls"))).contains("lacks its regular expression");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-a", "a-", ".", "a_b", "a b", "ä", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
  void what_is_no_host_name_is_refused(String name) {
    assertThat(refusal(() -> run("--hostname=" + name, "ls"))).contains("--hostname=" + name + " is no host name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "web-1", "web.example", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
  void a_host_name_is_accepted(String name) {
    assertThat(run("--hostname=" + name, "ls").hostname()).contains(name);
  }

  @Test
  void what_cannot_be_the_name_of_a_network_is_refused() {
    assertThat(refusal(() -> run("--network=a/b", "ls"))).contains("'a/b' is no name of a network");
  }

  @Test
  void no_package_is_refused_with_an_example() {
    assertThat(refusal(() -> shell())).contains("no package is named", "carrel shell python3");
    assertThat(refusal(() -> shell("--", "ls"))).contains("no package is named");
  }

  private static Scripts scripts(String... words) {
    return ((Software.Packages) shell(words).software()).scripts();
  }

  @Test
  void scripts_of_packages_are_run_unless_it_is_said_otherwise() {
    assertThat(scripts("hello")).isEqualTo(Scripts.standard());
    assertThat(scripts("hello", "--no-scripts").use()).isEqualTo(Scripts.Use.NONE);
    assertThat(scripts("hello", "--skip-failed-scripts", "--script-timeout=1800"))
        .isEqualTo(new Scripts(Scripts.Use.SKIP_FAILED, Duration.ofMinutes(30)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "5m", "", "1.5", "99999999"})
  void what_is_no_time_for_a_script_is_refused(String time) {
    assertThat(refusal(() -> shell("hello", "--script-timeout=" + time))).contains("--script-timeout");
  }

  @Test
  void scripts_that_are_not_run_cannot_be_told_more_about() {
    assertThat(refusal(() -> shell("hello", "--no-scripts", "--skip-failed-scripts"))).contains("--no-scripts", "--skip-failed-scripts");
    assertThat(refusal(() -> shell("hello", "--no-scripts", "--script-timeout=5"))).contains("--no-scripts", "--script-timeout");
    assertThat(refusal(() -> shell("--profile=/p", "--no-scripts"))).contains("--no-scripts", "--profile");
  }

  @Test
  void a_word_that_is_no_package_is_refused() {
    assertThat(refusal(() -> shell("=1"))).contains("no name of a package");
    assertThat(refusal(() -> shell("hello="))).contains("lacks its version");
    assertThat(refusal(() -> shell(""))).contains("no name of a package");
  }

  @Test
  void a_profile_that_is_there_excludes_what_would_make_another() {
    assertThat(shell("--profile=/p").software()).isEqualTo(new Software.ExistingProfile(Path.of("/p")));
    assertThat(shell("--profile=.env").software()).isEqualTo(new Software.ExistingProfile(Path.of(".env")));
    assertThat(shell("--profile=work").software()).isEqualTo(new Software.NamedProfile(new ProfileName("work")));
    assertThat(refusal(() -> shell("--profile=-x"))).contains("no name of a profile");
    assertThat(refusal(() -> shell("--profile=/p", "hello"))).contains("--profile=/p", "hello");
    assertThat(refusal(() -> shell("--profile=/p", "--root=/r"))).contains("--root", "--profile");
    assertThat(refusal(() -> shell("--profile=/p", "--refresh"))).contains("--refresh", "--profile");
    assertThat(refusal(() -> shell("--profile=/p", "--source=debian"))).contains("--source", "--profile");
  }

  @Test
  void an_empty_command_is_refused() {
    assertThat(refusal(() -> run(""))).contains("empty word");
    assertThat(refusal(() -> shell("hello", "--", ""))).contains("empty word");
  }

  @Test
  void a_nul_character_is_refused_wherever_it_is() {
    assertThat(refusal(() -> run("ls", "a\0b"))).contains("a\\0b", "NUL");
    assertThat(refusal(() -> run("--expose=/a\0b", "ls"))).contains("NUL");
    assertThat(refusal(() -> shell("hel\0lo"))).contains("NUL");
  }

  @Test
  void json_belongs_to_plan_alone() {
    assertThat(WorkplaceOptions.RUN.parse("run", new String[] {"--json", "ls"}, true).json()).isTrue();
    assertThatThrownBy(() -> run("--json", "ls")).hasMessageContaining("unknown option --json");
  }

  @Test
  void messages_speak_of_the_command_that_was_called() {
    CarrelException refused = catchThrowableOfType(CarrelException.class, () ->
        WorkplaceOptions.SHELL.parse("environment", new String[] {"--bogus-and-far-away"}, false));

    assertThat(refused).hasMessage("carrel environment: unknown option --bogus-and-far-away. See carrel environment --help");
  }
}
