package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.environment.WrittenLock;
import dev.carrel.api.network.NetworkSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StandingWordsTest {
  private static final Map<String, Object> CONFIGURED =
      Map.of("memory", "512m", "pids", "100", "network", "host", "osgi.command.scope", "carrel", "component.id", 7L);

  private static WorkplaceLine line(Map<String, Object> properties, String... words) {
    WorkplaceLine said = WorkplaceOptions.RUN.parse("run", words, false);
    return new StandingWords(properties).before(said, WorkplaceOptions.RUN, "run", false);
  }

  private static WorkplaceRequest request(WorkplaceLine line) {
    return line.request(Stdio.inherit(), Long::parseLong);
  }

  @Test
  void what_is_configured_counts_where_nothing_is_said() {
    WorkplaceLine line = line(CONFIGURED, "--", "true", "--memory=1g");

    assertThat(line.limits().orElseThrow().memory().orElseThrow().value()).isEqualTo(512L << 20);
    assertThat(line.limits().orElseThrow().processes().orElseThrow().value()).isEqualTo(100);
    assertThat(request(line).network()).isEqualTo(NetworkSpec.HOST);
    assertThat(request(line).command()).containsExactly("true", "--memory=1g");
  }

  @Test
  void a_number_in_the_file_counts_as_its_digits_and_what_is_no_single_value_is_refused() {
    assertThat(line(Map.of("pids", 77L), "--", "true").limits().orElseThrow().processes().orElseThrow().value()).isEqualTo(77);
    assertThat(line(Map.of("cpus", 1.5), "--", "true").limits().orElseThrow().cpus().orElseThrow().value()).isEqualTo(1500);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> line(Map.of("pids", List.of("5")), "--", "true"))
        .withMessageContaining("cannot use the setting shell.pids: it is to have one value");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> line(Map.of("memory", true), "--", "true").limits())
        .withMessageContaining("--memory=true");
  }

  @Test
  void what_is_said_counts_more() {
    WorkplaceLine line = line(CONFIGURED, "--memory=1g", "--network=none", "--", "true");

    assertThat(line.limits().orElseThrow().memory().orElseThrow().value()).isEqualTo(1L << 30);
    assertThat(request(line).network()).isEqualTo(NetworkSpec.NONE);
  }

  @Test
  void who_says_something_of_the_network_has_said_which() {
    assertThat(request(line(CONFIGURED, "--publish=8080:80", "--", "true")).network()).isInstanceOf(NetworkSpec.Attached.class);
    assertThat(request(line(CONFIGURED, "--namespaces=all", "--", "true")).network()).isEqualTo(NetworkSpec.NONE);
  }

  @Test
  void packages_that_are_locked_stay_locked() {
    WorkplaceLine said = WorkplaceOptions.SHELL.parse("shell", new String[] {"hello"}, false);
    said.lockedBy(new WrittenLock() {
      @Override
      public String name() {
        return "carrel.lock";
      }

      @Override
      public String digest() {
        return "0".repeat(64);
      }

      @Override
      public Lock read() {
        throw new AssertionError("nobody has to read it");
      }
    });
    WorkplaceRequest request = request(new StandingWords(CONFIGURED).before(said, WorkplaceOptions.SHELL, "shell", false));

    assertThat(request.software()).isInstanceOf(Software.Locked.class);
    assertThat(request.network()).isEqualTo(NetworkSpec.HOST);
  }

  @Test
  void where_no_container_is_wanted_nothing_of_it_counts() {
    WorkplaceLine said = WorkplaceOptions.SHELL.parse("shell", new String[] {"--search-paths", "hello"}, false);

    assertThat(new StandingWords(CONFIGURED).before(said, WorkplaceOptions.SHELL, "shell", false)).isSameAs(said);
  }

  @Test
  void where_nothing_is_configured_the_line_is_the_same() {
    WorkplaceLine said = WorkplaceOptions.RUN.parse("run", new String[] {"--", "true"}, false);

    assertThat(new StandingWords(Map.of("osgi.command.scope", "carrel")).before(said, WorkplaceOptions.RUN, "run", false)).isSameAs(said);
  }

  @Test
  void a_profile_of_system_calls_is_an_absolute_path() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> line(Map.of("seccomp", "profile.json"), "--", "true"))
        .withMessageContaining("the setting shell.seccomp").withMessageContaining("absolute path");
  }
}
