package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.IsolationBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.ServiceReference;

class HostCommandsTest {
  private static final IsolationBackend GOOD =
      new FakeBackend("namespace", "0.1", Set.of(Feature.UNPRIVILEGED, Feature.TERMINAL), Optional.empty());
  private static final IsolationBackend BAD = new FakeBackend("oci", "-", Set.of(), Optional.of("crun is not installed"));

  private RunningFramework framework;
  private HostCommands commands;

  @BeforeEach
  void start(@TempDir Path storage) throws Exception {
    framework = new RunningFramework(storage);
    commands = new HostCommands(framework.context(), Map.of());
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
  }

  private Said backend(String... words) {
    return Said.by(() -> commands.backend(words));
  }

  private Said doctor(String... words) {
    return Said.by(() -> commands.doctor(words));
  }

  private Said help(String... words) {
    return Said.by(() -> commands.help(words));
  }

  @Test
  void backends_are_listed_the_highest_ranking_first_and_the_first_usable_is_marked() {
    framework.offer(IsolationBackend.class, GOOD, 0);
    framework.offer(IsolationBackend.class, BAD, 10);

    assertThat(backend("list")).isEqualTo(new Said(0, """
          NAME       VERSION  RANKING  FEATURES
          oci        -        10       unavailable: crun is not installed
        * namespace  0.1      0        terminal, unprivileged

        * is used unless --backend=NAME names another
        """, ""));
  }

  @Test
  void backends_as_json() {
    framework.offer(IsolationBackend.class, GOOD, 0);
    framework.offer(IsolationBackend.class, BAD, 10);

    JsonArray all = JsonParser.parseString(backend("list", "--json").out()).getAsJsonArray();

    assertThat(all.get(0)).hasToString("{\"name\":\"oci\",\"version\":\"-\",\"ranking\":10,\"features\":[],\"available\":false,"
        + "\"default\":false,\"unavailable\":\"crun is not installed\"}");
    assertThat(all.get(1)).hasToString("{\"name\":\"namespace\",\"version\":\"0.1\",\"ranking\":0,\"features\":[\"terminal\","
        + "\"unprivileged\"],\"available\":true,\"default\":true}");
  }

  @Test
  void no_backend_names_the_bundle_that_offers_one_and_is_an_empty_list_in_json() {
    assertThat(backend("list").status()).isEqualTo(125);
    assertThat(backend("list").err()).startsWith("carrel: no isolation backend available: ").contains("dev.carrel.backend.namespace");
    assertThat(backend("--json", "list")).isEqualTo(new Said(0, "[]\n", ""));
  }

  @Test
  void services_are_given_back_after_the_look_at_them() {
    framework.offer(IsolationBackend.class, GOOD, 0);

    backend("list");

    ServiceReference<IsolationBackend> reference = framework.context().getServiceReference(IsolationBackend.class);
    assertThat(reference.getUsingBundles()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "use", "list list", "list --jsn", "--all list"})
  void backend_refuses_what_it_does_not_know(String words) {
    Said said = backend(words.isEmpty() ? new String[0] : words.split(" "));

    assertThat(said.status()).isEqualTo(125);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).startsWith("carrel backend: ").contains("See carrel backend --help");
  }

  @Test
  void doctor_collects_what_the_checks_find_and_says_what_to_do() {
    Check fine = () -> List.of(Finding.ok("kernel", "6.1"));
    Check limited = () -> List.of(new Finding("sub-ids", Level.LIMITED, "none for ada", "run usermod --add-subuids ..."));
    framework.offer(Check.class, fine, 1);
    framework.offer(Check.class, limited, 0);

    assertThat(doctor().out()).containsPattern("ok +kernel +6\\.1\n")
        .containsPattern("limited +sub-ids +none for ada\n +-> run usermod --add-subuids \\.\\.\\.\n");
  }

  @Test
  void doctor_fails_if_something_is_broken_and_missing_services_are() {
    Said said = doctor();

    assertThat(said.status()).isEqualTo(1);
    assertThat(said.err()).isEmpty();
    assertThat(said.out()).containsPattern("BROKEN +isolation backend +no bundle offers one\n +-> .*dev\\.carrel\\.backend\\.namespace")
        .containsPattern("BROKEN +mount planner").containsPattern("limited +package source").contains("Containers cannot be started");
  }

  @Test
  void a_backend_that_does_not_work_is_no_trouble_beside_one_that_does() {
    framework.offer(IsolationBackend.class, BAD, 10);
    assertThat(doctor().out()).containsPattern("BROKEN +backend oci +crun is not installed");

    framework.offer(IsolationBackend.class, GOOD, 0);
    assertThat(doctor().out()).containsPattern("limited +backend oci +crun is not installed").containsPattern("ok +backend namespace");
  }

  @Test
  void a_check_that_fails_is_a_finding_and_the_others_are_still_asked() {
    Check failing = () -> {
      throw new IllegalStateException("no /proc");
    };
    Check fine = () -> List.of(Finding.ok("kernel", "6.1"));
    framework.offer(Check.class, failing, 1);
    framework.offer(Check.class, fine, 0);

    assertThat(doctor().out()).contains("this check failed: java.lang.IllegalStateException: no /proc").contains("kernel");
  }

  @Test
  void findings_as_json() {
    Check limited = () -> List.of(new Finding("sub-ids", Level.LIMITED, "none", "add some"));
    framework.offer(Check.class, limited, 0);

    JsonArray all = JsonParser.parseString(doctor("--json").out()).getAsJsonArray();

    assertThat(all.get(all.size() - 1)).hasToString(
        "{\"subject\":\"sub-ids\",\"level\":\"limited\",\"detail\":\"none\",\"remedy\":\"add some\"}");
  }

  @Test
  void doctor_refuses_words() {
    assertThat(doctor("now")).satisfies(said -> {
      assertThat(said.status()).isEqualTo(125);
      assertThat(said.err()).isEqualTo("carrel doctor: unknown word now. See carrel doctor --help\n");
    });
  }

  @Test
  void version_is_that_of_the_bundle() {
    assertThat(Said.by(() -> commands.version()).out()).matches("carrel \\d+\\.\\d+\\.\\d+.*\n");
    assertThat(Said.by(() -> commands.version("x")).status()).isEqualTo(125);
  }

  @Test
  void help_lists_the_commands_and_lets_each_explain_itself() {
    framework.offerCommands(commands, "doctor", "backend", "version", "help");

    assertThat(help().out()).contains("shell PACKAGE", "run -- COMMAND", "doctor");
    assertThat(help("doctor")).isEqualTo(new Said(0, Help.DOCTOR, ""));
    assertThat(help("help").out()).isEqualTo(Help.OVERVIEW);
    assertThat(help("lb")).satisfies(said -> {
      assertThat(said.status()).isEqualTo(125);
      assertThat(said.err()).contains("no command 'lb'", "gogo:help");
    });
  }

  @Test
  void help_is_asked_for_with_either_option() {
    assertThat(backend("--help")).isEqualTo(new Said(0, Help.BACKEND, ""));
    assertThat(backend("list", "-h")).isEqualTo(new Said(0, Help.BACKEND, ""));
    assertThat(doctor("-h")).isEqualTo(new Said(0, Help.DOCTOR, ""));
    assertThat(Said.by(() -> commands.version("--help")).out()).isEqualTo(Help.VERSION);
  }
}
