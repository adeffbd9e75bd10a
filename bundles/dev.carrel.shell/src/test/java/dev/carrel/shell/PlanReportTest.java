package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.carrel.api.environment.Workplace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanReportTest {
  private final PlanReport report = new PlanReport(Example.workplace(), Example.explanation());

  @Test
  void the_text_shows_every_stage_and_no_control_character_of_others() {
    assertThat(report.text()).isEqualTo("""
        command     hello -g 'it'\\''s me'
        directory   /home/ada/work
        user        1000:1000 inside, 1001:1002 on the host
        host name   desk
        backend     namespace
        namespaces  user mount pid network ipc uts cgroup
        network     loopback only
        root        read-only
        profile     /store/items/profile
        note        the working directory is shared

        closure, found by debian
          hello                           2.10-3                      53.1 kB   to download
          libc6                           2.36                        2.8 MB    in the store
          2 packages, 1 to download: 53.1 kB

        environment
          EVIL=a\\e[31m\\nb
          PATH=/usr/bin

        mounts
          expose     /usr                        from /store/items/profile/usr
          link       /bin                        -> usr/bin
          tmpfs      /tmp                        mode 1777, at most 10% in 409600 files
          proc       /proc
          dev        /dev                        with console
          file       /etc/passwd                 mode 444, 35 bytes
          directory  /home                       mode 755
          share      /home/ada/work              from /home/ada/work

        system calls
          jvm      clone3({flags=CLONE_NEWUSER|CLONE_NEWNS})
          init     execve("/usr/bin/hello")
        """);
  }

  @Test
  void a_closure_that_was_not_resolved_is_listed_by_its_items() {
    Workplace resolved = Example.workplace();
    Workplace known = new Workplace(resolved.spec(), resolved.profile(), resolved.closure(), Optional.empty(), List.of(), List.of());

    assertThat(new PlanReport(known, Example.explanation()).text())
        .contains("\nclosure\n  11111111111111111111111111111111-hello-2.10-3\n  00000000000000000000000000000000-libc6-2.36\n\n")
        .doesNotContain("download");
  }

  @Test
  void json_has_all_of_it_by_name() {
    JsonObject plan = JsonParser.parseString(PlanJson.of(report)).getAsJsonObject();

    assertThat(plan.keySet()).containsExactly("command", "directory", "environment", "user", "group", "users", "groups", "hostname", "backend",
        "namespaces", "network", "writableRoot", "profile", "pinned", "notes", "closure", "missing", "source", "packages", "mounts", "masked", "readOnly", "steps");
    assertThat(plan.getAsJsonArray("command").get(2).getAsString()).isEqualTo("it's me");
    assertThat(plan.getAsJsonObject("environment").get("EVIL").getAsString()).isEqualTo("a\033[31m\nb");
    assertThat(plan.getAsJsonObject("user")).hasToString("{\"inside\":1000,\"outside\":1001}");
    assertThat(plan.getAsJsonArray("packages").get(0)).hasToString("{\"name\":\"hello\",\"version\":\"2.10-3\","
        + "\"architecture\":\"amd64\",\"item\":\"11111111111111111111111111111111-hello-2.10-3\",\"size\":53100,\"sha256\":\""
        + "a".repeat(64) + "\",\"location\":\"pool/h/hello.deb\",\"download\":true}");
    assertThat(plan.getAsJsonArray("mounts").get(0)).hasToString("{\"kind\":\"expose\",\"target\":\"/usr\","
        + "\"source\":\"/store/items/profile/usr\",\"directory\":true,\"devices\":false}");
    assertThat(plan.getAsJsonArray("mounts").get(2)).hasToString(
        "{\"kind\":\"tmpfs\",\"target\":\"/tmp\",\"mode\":\"1777\",\"size\":\"10%\",\"inodes\":409600}");
    assertThat(plan.getAsJsonArray("steps").get(1)).hasToString(
        "{\"actor\":\"init\",\"call\":\"execve(\\\"/usr/bin/hello\\\")\"}");
  }
}
