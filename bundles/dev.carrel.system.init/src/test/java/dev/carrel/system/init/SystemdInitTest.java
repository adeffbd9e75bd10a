package dev.carrel.system.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart.When;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemdInitTest {
  private static final InitTree TREE = new SystemdInit().tree(Declared.system(List.of("nginx-light", "udev"), InitTreesTest.ALL));

  private static String unit(InitTree tree, String service) {
    String name = "carrel-" + service + ".service";
    assertThat(link(tree, name)).isEqualTo("/etc/carrel/services/" + service + "/" + name);
    return Declared.text(tree, "services/" + service + "/" + name);
  }

  /** Where a link among systemd's units leads. */
  private static String link(InitTree tree, String name) {
    for (SystemFile file : tree.files()) {
      if (file instanceof SystemFile.Link link && file.path().equals(Path.of("/etc/systemd/system", name))) {
        return link.target();
      }
    }
    return "";
  }

  @Test
  void it_has_control_groups_that_it_may_change_and_ends_by_a_signal_of_its_own() {
    assertThat(TREE.options()).contains("--mount=type=cgroup,target=/sys/fs/cgroup");
    assertThat(TREE.stopSignal()).isEqualTo("RTMIN+3");
    assertThat(TREE.command()).containsExactly("/etc/carrel/boot");
    assertThat(Declared.text(TREE, "boot")).endsWith("exec /lib/systemd/systemd --system </dev/null\n");
    assertThat(TREE.packages()).containsExactly("nginx-light", "systemd");
  }

  @Test
  void only_what_is_declared_is_started() {
    assertThat(link(TREE, "default.target")).isEqualTo("carrel.target");
    assertThat(Declared.text(TREE, "../systemd/system/carrel.target")).contains(
        "Wants=carrel-plain.service carrel-first.service carrel-port.service carrel-asked.service carrel-tells.service carrel-high.service\n");
  }

  @Test
  void what_is_meant_for_machines_is_masked_and_told() {
    for (String unit : new String[] {"systemd-udevd.service", "getty.target", "swap.target", "systemd-modules-load.service", "dev-hugepages.mount"}) {
      assertThat(link(TREE, unit)).as(unit).isEqualTo("/dev/null");
    }
    assertThat(TREE.omitted()).extracting(InitTree.Omission::what)
        .startsWith("the package udev").contains("what systemd has for swap", "what systemd has for gettys and passwords at the console");
  }

  @Test
  void a_service_is_started_after_those_that_it_depends_on_are_up() {
    assertThat(unit(TREE, "port")).contains("Wants=carrel-plain.service carrel-first.service\n", "After=carrel-plain.service carrel-first.service\n");
    assertThat(Declared.text(TREE, "services/port/before"))
        .contains("until systemctl -q is-active carrel-plain.service && systemctl -q is-active carrel-first.service; do");
    assertThat(unit(TREE, "plain")).doesNotContain("After=");
    assertThat(Declared.text(TREE, "order")).isEqualTo("plain first asked tells high\nport\n");
  }

  @Test
  void a_unit_says_who_runs_what() {
    assertThat(unit(TREE, "port")).contains("Type=simple\n", "User=www-data\n", "WorkingDirectory=/\n", "ExecStart=:\"nginx\" \"it's\"\n",
        "Environment=\"GREETING=it's \\\"$HOME\\\"\"\n", "Environment=\"LANG=C.UTF-8\"\n", "Restart=on-failure\n", "KillSignal=SIGTERM\n", "TimeoutStopSec=10\n");
    assertThat(unit(TREE, "plain")).contains("Restart=always\n", "StandardOutput=journal\n");
    assertThat(unit(TREE, "first")).contains("Type=oneshot\n", "RemainAfterExit=yes\n", "Restart=no\n", "KillSignal=SIGINT\n", "TimeoutStopSec=3\n",
        "StandardOutput=file:/run/carrel/console\n");
  }

  @Test
  void a_service_is_up_when_it_is_ready() {
    assertThat(unit(TREE, "plain")).doesNotContain("ExecStartPost");
    assertThat(unit(TREE, "port")).contains("ExecStartPost=+/etc/carrel/services/port/ready\n");
    assertThat(Declared.text(TREE, "services/port/ready")).contains("timeout 9 sh -c", "/etc/carrel/services/port/check");
    assertThat(Declared.text(TREE, "services/port/check")).contains("/dev/tcp/127.0.0.1/80");
    assertThat(Declared.text(TREE, "services/asked/check")).contains("test -e '/a b'");
    assertThat(unit(TREE, "tells")).contains("ExecStart=:/bin/sh -c \"exec \\\"$0\\\" \\\"$@\\\" 4>/run/carrel/state/tells/notify\" \"a\"\n");
    assertThat(unit(TREE, "high")).contains("ExecStart=:/bin/bash -c ");
    assertThat(Declared.text(TREE, "services/tells/before")).contains("mkfifo notify && chown root notify");
  }

  @Test
  void restarts_wait_twice_as_long_each_time() {
    assertThat(Declared.text(TREE, "services/plain/before")).contains("set -- 1 2 4 5\n");
    assertThat(Declared.text(TREE, "services/plain/after")).contains("echo >>failures");
    assertThat(Declared.text(TREE, "services/asked/before")).doesNotContain("set --");
  }

  @Test
  void the_journal_keeps_what_all_services_together_may() {
    assertThat(Declared.text(TREE, "../systemd/journald.conf.d/carrel.conf")).contains("SystemMaxUse=16777216\n");
    assertThat(new SystemdInit().log(InitTreesTest.ALL[0])).contains(Path.of("/var/log/journal"));
    assertThat(new SystemdInit().log(InitTreesTest.ALL[1])).isEmpty();
  }

  @Test
  void words_are_what_they_were() {
    assertThat(SystemdUnit.quoted("100% \"a\\b\"\n$HOME;é")).isEqualTo("\"100%% \\\"a\\\\b\\\"\\x0a$HOME;\\xc3\\xa9\"");
  }

  @Test
  void a_program_whose_name_would_mean_something_else_is_refused() {
    Service service = Declared.service("odd", "root", When.ALWAYS, new Readiness.Answers(1, Duration.ofSeconds(1)), List.of("@odd"));
    assertThatThrownBy(() -> new SystemdInit().tree(Declared.system(List.of(), service)))
        .isInstanceOf(CarrelException.class).hasMessageContaining("the service odd").hasMessageContaining("with its path");
  }
}
