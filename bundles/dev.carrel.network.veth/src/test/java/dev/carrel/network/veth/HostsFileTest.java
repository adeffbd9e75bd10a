package dev.carrel.network.veth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostsFileTest {
  @TempDir Path directory;
  private HostsFile hosts;

  @BeforeEach
  void makeFile() throws IOException {
    hosts = new HostsFile(Files.writeString(directory.resolve("hosts"), HostsFile.head("here")));
  }

  private String text() throws IOException {
    return Files.readString(hosts.path()).lines().filter(line -> !line.isBlank()).reduce("", (all, line) -> all + line.strip() + "\n");
  }

  @Test
  void containers_come_and_go_in_the_same_file() throws IOException {
    String head = text();
    Object inode = Files.getAttribute(hosts.path(), "unix:ino");
    hosts.add("1111", "10.7.0.2 web\n");
    hosts.add("2222", "10.7.0.3 db\nfd00::3 db\n");
    assertThat(text()).isEqualTo(head + "# 1111\n10.7.0.2 web\n# 2222\n10.7.0.3 db\nfd00::3 db\n");
    hosts.remove("1111");
    assertThat(text()).isEqualTo(head + "# 2222\n10.7.0.3 db\nfd00::3 db\n");
    assertThat(Files.getAttribute(hosts.path(), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void room_that_is_free_is_used_again() throws IOException {
    for (int i = 0; i < 10; i++) {
      hosts.add("id" + i, "10.7.0." + i + " name" + i + "\n");
      hosts.remove("id" + i);
    }
    assertThat(Files.size(hosts.path())).isEqualTo(1024);
  }

  @Test
  void who_is_not_there_is_removed_without_a_word() throws IOException {
    hosts.remove("nobody");
    new HostsFile(directory.resolve("none")).remove("nobody");
    assertThat(directory.resolve("none")).doesNotExist();
  }
}
