package dev.carrel.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.SystemFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemTreeTest {
  private static SystemFile.Regular file(String path, int mode) {
    return new SystemFile.Regular(Path.of(path), mode, FileContent.of(path + "\n"));
  }

  @Test
  void files_are_made_at_their_places_and_modes_an_item_cannot_have_are_noted(@TempDir Path directory) throws IOException {
    SystemTree tree = new SystemTree();
    tree.put(List.of(file("/etc/plain", 0644), file("/etc/run", 0755), file("/etc/secret", 0600), new SystemFile.Directory(Path.of("/var/x"), 0700),
        new SystemFile.Link(Path.of("/etc/link"), "plain")));
    tree.write(directory);

    assertThat(directory.resolve("etc/plain")).content().isEqualTo("/etc/plain\n");
    assertThat(directory.resolve("etc/run")).isExecutable();
    assertThat(Files.readSymbolicLink(directory.resolve("etc/link"))).isEqualTo(Path.of("plain"));
    assertThat(directory.resolve("var/x")).isDirectory();
    assertThat(tree.modes()).isEqualTo(Map.of(Path.of("/etc/secret"), 0600, Path.of("/var/x"), 0700));
  }

  @Test
  void what_belongs_to_the_init_cannot_be_declared() {
    SystemTree tree = new SystemTree();
    tree.put(List.of(file("/etc/boot", 0644)));

    assertThatThrownBy(() -> tree.add("its init", List.of(file("/etc/boot", 0755)))).hasMessageContaining("/etc/boot is a file of its init");
  }

  @Test
  void every_system_knows_its_name_its_zone_and_its_locale(@TempDir Path directory) throws IOException {
    SystemTree tree = new SystemTree();
    tree.put(SystemTree.standard(Examples.system(List.of(), List.of(), List.of())));
    tree.write(directory);

    assertThat(directory.resolve("etc/hostname")).content().isEqualTo("web\n");
    assertThat(directory.resolve("etc/hosts")).content().contains("localhost", "web");
    assertThat(Files.readSymbolicLink(directory.resolve("etc/localtime"))).isEqualTo(Path.of("/usr/share/zoneinfo/Etc/UTC"));
    assertThat(directory.resolve("etc/default/locale")).content().isEqualTo("LANG=C.UTF-8\n");
    assertThat(directory.resolve("etc/machine-id")).isEmptyFile();
    Files.delete(directory.resolve("etc/localtime")); // JUnit warns of links to elsewhere
  }
}
