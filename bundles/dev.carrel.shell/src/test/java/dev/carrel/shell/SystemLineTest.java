package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Access;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemLineTest {
  private static final Path DATA = Path.of("/data/web");

  @TempDir Path directory;
  private Path item;

  @BeforeEach
  void makeTrees() throws IOException {
    item = Files.createDirectory(directory.resolve("item"));
    Files.createDirectories(item.resolve("files/etc"));
    for (String name : new String[] {"etc", "var", "opt"}) {
      Files.createDirectories(directory.resolve("profile").resolve(name));
    }
  }

  private SystemStart start(List<String> options, List<Kept> persistent) {
    return new SystemStart(item, new SystemName("web"), directory.resolve("profile"), "web.example", "s6", List.of("/etc/carrel/boot"), "TERM", List.of(), "C.UTF-8",
        options, List.of(new SystemMapping(Path.of("/srv/a,b"), Path.of("/srv/x"), Access.SHARE, true)), persistent,
        List.of(new Kept(Path.of("/home/it's"), 1000, 1001, 0755)), Map.of(Path.of("/etc/shadow"), 0600), Map.of(), List.of(), List.of());
  }

  private String[] words(SystemStart start, String... line) {
    return SystemLine.parse(line).words(start, DATA);
  }

  @Test
  void a_system_is_root_among_its_own_ids_with_a_writable_etc_over_that_of_its_packages() {
    assertThat(words(start(List.of(), List.of()))).contains("--uid=0", "--gid=0", "--ids=auto", "--writable-root", "--as-pid-1", "--name=web",
        "--hostname=web.example", "--annotation=carrel.system=web", "--weak=unlocked-mounts",
        "--mount=type=overlay,target=/etc,lower=" + "/data/web/places/etc,lower=" + item + "/files/etc,lower=" + directory + "/profile/etc",
        "--mount=type=bind,source=/srv/a\\,b,target=/srv/x,writable,optional");
  }

  @Test
  void a_persistent_directory_is_mounted_from_where_the_instance_keeps_it() {
    assertThat(words(start(List.of(), List.of(new Kept(Path.of("/var/lib/my-db"), 101, 103, 0700)))))
        .contains("--mount=type=bind,source=/data/web/var-lib-my--db,target=/var/lib/my-db,writable");
  }

  @Test
  void what_the_user_says_replaces_what_was_declared_by_the_same_word() {
    SystemStart start = start(List.of("--publish=8080:80", "--memory=1G", "--pid-file=/run/declared"), List.of());
    assertThat(words(start)).contains("--publish=8080:80", "--memory=1G").doesNotContain("--pid-file=/run/declared");
    assertThat(words(start, "--publish=9090:80", "--name=other")).contains("--publish=9090:80", "--memory=1G", "--name=other")
        .doesNotContain("--publish=8080:80");
    assertThat(words(start, "--network=none")).contains("--network=none").doesNotContain("--publish=8080:80");
    assertThat(SystemLine.parse("--pid-file=/run/said").pidFiles(start)).containsExactly(Path.of("/run/declared"), Path.of("/run/said"));
  }

  @Test
  void the_init_is_the_first_process_also_of_one_that_goes_on_by_itself() {
    assertThat(words(start(List.of(), List.of()), "--detach")).contains("--detach", "--as-pid-1");
    assertThat(words(start(List.of("--detach"), List.of()))).contains("--detach", "--as-pid-1");
  }

  @Test
  void what_its_init_needs_is_asked_for() {
    SystemStart plain = start(List.of(), List.of());
    SystemStart start = new SystemStart(plain.item(), plain.name(), plain.profile(), plain.hostname(), "systemd", plain.command(), "RTMIN+3",
        List.of("--mount=type=cgroup,target=/sys/fs/cgroup"), plain.locale(), plain.options(), plain.mappings(), plain.persistent(), plain.homes(),
        plain.modes(), plain.services(), plain.change(), plain.omitted());
    assertThat(words(start)).contains("--stop-signal=RTMIN+3", "--mount=type=cgroup,target=/sys/fs/cgroup");
    assertThat(words(plain)).noneMatch(word -> word.startsWith("--stop-signal"));
  }

  @Test
  void before_the_init_modes_and_owners_are_set() {
    assertThat(SystemSetup.script(start(List.of(), List.of(new Kept(Path.of("/var/db"), 101, 103, 0700)))))
        .contains("chmod 600 /etc/shadow || exit 1\n", "chown --from=0:0 101:103 /var/db && chmod 700 /var/db",
            "mkdir -p '/home/it'\\''s' && chown 1000:1001").endsWith("exec \"$@\"\n");
  }

  @Test
  void what_makes_no_sense_is_refused() {
    assertThatThrownBy(() -> SystemLine.parse("--bogus")).isInstanceOf(CarrelException.class).hasMessageContaining("unknown option --bogus");
    assertThatThrownBy(() -> SystemLine.parse("--share")).hasMessageContaining("option --share lacks its value");
    assertThatThrownBy(() -> SystemLine.parse().item()).hasMessageContaining("which system?");
    assertThatThrownBy(() -> SystemLine.parse("a", "b").item()).hasMessageContaining("not also 'b'");
  }
}
