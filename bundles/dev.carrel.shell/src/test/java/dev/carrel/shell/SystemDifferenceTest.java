package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.mount.Access;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemDifferenceTest {
  private static final Limits SOME = Limits.none().withProcesses(new Bound(99));

  @TempDir Path directory;

  private SystemStart start(String profile, List<String> options, List<SystemMapping> mappings, List<Kept> persistent) {
    return new SystemStart(directory, new SystemName("web"), directory.resolve(profile), "web", "s6", List.of("/init"), "TERM", List.of(), "C.UTF-8",
        options, mappings, persistent, List.of(), Map.of(), Map.of(), List.of(), List.of());
  }

  private SystemStart plain(String... options) {
    return start("old", List.of(options), List.of(), List.of());
  }

  private void profile(String name, String... packages) throws IOException {
    Path database = Files.createDirectories(directory.resolve(name).resolve("var/lib/dpkg"));
    StringBuilder text = new StringBuilder();
    for (String one : packages) {
      text.append("Package: ").append(one.replaceFirst("=.*", "")).append("\nStatus: install ok installed\nVersion: ").append(one.replaceFirst(".*=", ""))
          .append("\n\n");
    }
    Files.writeString(database.resolve("status"), text);
  }

  private static ContainerInfo container(Limits... limits) {
    ProcessSpec process = new ProcessSpec(List.of("/init"), Map.of(), Path.of("/"), Stdio.discard());
    return new ContainerInfo("12345678", Optional.of("web"), State.RUNNING, 1, Instant.EPOCH, Optional.empty(), process, true, true, "namespace",
        Optional.empty(), Map.of(), Optional.empty(), limits.length == 0 ? Optional.empty() : Optional.of(limits[0]), Optional.empty());
  }

  private static List<String> later(SystemStart started, SystemStart next, Limits... limits) {
    return new SystemDifference(started, started, next, false).later(container(limits));
  }

  @Test
  void what_takes_another_start_is_called_by_its_name() throws IOException {
    profile("old", "bash=1", "jq=1", "nginx=1");
    profile("new", "bash=1", "nginx=2", "python3=3");
    SystemMapping mapping = new SystemMapping(Path.of("/srv/a"), Path.of("/srv/b"), Access.SHARE, false);
    SystemStart next = start("new", List.of("--publish=8080:80"), List.of(mapping), List.of(new Kept(Path.of("/var/db"), 0, 0, 0755)));
    assertThat(later(plain("--publish=8080:81", "--egress=1mbit", "--detach"), next)).containsExactly("packages (nginx, python3, jq)", "mappings (/srv/b)",
        "directories that stay (/var/db)", "options (publish, egress)");
    assertThat(later(next, next)).isEmpty();
  }

  @Test
  void limits_are_had_at_once_where_there_are_some() {
    SystemStart next = plain("--pids=50", "--memory=64M");
    SystemDifference difference = new SystemDifference(plain("--pids=99"), plain("--pids=99"), next, false);
    assertThat(difference.later(container(SOME))).isEmpty();
    assertThat(difference.limits(container(SOME)).orElseThrow().processes()).contains(new Bound(50));
    assertThat(difference.later(container())).containsExactly("options (pids, memory)");
    assertThat(difference.limits(container())).isEmpty();
  }

  @Test
  void a_limit_that_is_gone_stays_until_another_start() {
    SystemDifference difference = new SystemDifference(plain("--pids=99"), plain("--pids=99"), plain(), true);
    assertThat(difference.later(container(SOME))).containsExactly("options (pids)");
    assertThat(difference.limits(container(SOME))).isEmpty();
  }

  @Test
  void what_was_taken_up_before_is_not_changed_again_but_what_waits_for_a_start_still_does() throws IOException {
    profile("old", "bash=1");
    profile("new", "bash=2");
    SystemStart next = start("new", List.of("--pids=50"), List.of(), List.of());
    SystemDifference difference = new SystemDifference(plain("--pids=99"), next, next, false);
    assertThat(difference.limits(container(SOME))).isEmpty();
    assertThat(difference.later(container(SOME))).containsExactly("packages (bash)");
  }
}
