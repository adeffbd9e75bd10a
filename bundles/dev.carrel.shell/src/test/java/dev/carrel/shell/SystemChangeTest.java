package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemChangeTest {
  @TempDir Path directory;

  private Path file(String path, String text) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private SystemStart start(String item, Map<Path, Integer> modes) {
    return new SystemStart(directory.resolve(item), new SystemName("web"), directory.resolve(item + "-profile"), "web", "s6", List.of("/init"), "TERM",
        List.of(), "C.UTF-8", List.of(), List.of(), List.of(), List.of(), modes, Map.of(), List.of(), List.of());
  }

  private String script(boolean packages) {
    return new SystemChange(start("old", Map.of()), start("new", Map.of(Path.of("/etc/secret"), 0600)), packages).script();
  }

  @Test
  void what_differs_is_put_what_is_gone_is_removed_and_the_rest_is_left_alone() throws IOException {
    file("old/files/etc/same", "a");
    file("new/files/etc/same", "a");
    file("old/files/etc/gone", "a");
    file("new/files/etc/secret", "b");
    Files.createSymbolicLink(directory.resolve("new/files/etc/link"), Path.of("it's"));
    assertThat(script(false)).contains("rm -f -- /etc/gone\n", "base64 -d >/etc/secret.new <<'END'\nYg==\nEND\nchmod 600 /etc/secret.new\n",
        "ln -sfn -- 'it'\\''s' /etc/link\n").doesNotContain("/etc/same").endsWith(" >/run/carrel-system\n");
  }

  @Test
  void what_packages_have_where_it_can_be_written_comes_with_them_alone() throws IOException {
    file("old/files/etc/a", "1");
    file("new/files/etc/a", "1");
    file("old-profile/var/lib/dpkg/status", "old");
    file("new-profile/var/lib/dpkg/status", "new");
    file("old-profile/etc/gone.conf", "x");
    file("new-profile/usr/bin/program", "x");
    file("new-profile/etc/a", "of a package, and below the system's own");
    Files.createDirectories(directory.resolve("new-profile/var/lib/empty"));
    assertThat(script(false)).doesNotContain("/var/lib", "gone.conf");
    assertThat(script(true)).contains(">/var/lib/dpkg/status.new", "rm -f -- /etc/gone.conf\n", "mkdir -p /var/lib/empty\n")
        .doesNotContain("/usr/bin", "/etc/a");
  }

  @Test
  void a_directory_that_was_empty_stays_where_something_comes_into_it() throws IOException {
    file("old/files/etc/a", "1");
    file("new/files/etc/a", "1");
    Files.createDirectories(directory.resolve("old-profile/etc/profile.d"));
    file("new-profile/etc/profile.d/gawk.sh", "x");
    assertThat(script(true)).contains("rmdir -- /etc/profile.d 2>/dev/null || :\n", "mkdir -p /etc/profile.d\n").doesNotContain("rm -f -- /etc/profile.d");
  }
}
