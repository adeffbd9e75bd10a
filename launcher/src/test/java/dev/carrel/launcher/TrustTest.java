package dev.carrel.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustTest {
  private static final int SOMEBODY = 4711;

  @TempDir Path directory;
  private Path jar;

  @BeforeEach
  void make() throws IOException {
    directory = directory.toRealPath();
    jar = Files.createFile(directory.resolve("a.jar"));
    allow(jar, "rw-r--r--");
  }

  private static void allow(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static void give(Path path) throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "only root gives files away");
    Files.setAttribute(path, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);
  }

  private static String doubt(Path path) throws IOException {
    return Trust.mine().doubt(path);
  }

  @Test
  void what_is_mine_alone_is_trusted_and_so_is_roots() throws Exception {
    assertThat(doubt(jar)).isEmpty();
    assertThat(doubt(directory)).isEmpty();
    assertThat(doubt(Path.of("/etc/passwd"))).isEmpty();
  }

  @Test
  void what_others_may_write_to_is_not() throws Exception {
    for (String permissions : new String[] {"rw-rw-r--", "rw-r--rw-"}) {
      allow(jar, permissions);
      assertThat(doubt(jar)).isEqualTo("others may write to " + jar + ". Run: chmod go-w " + jar);
    }
  }

  @Test
  void what_is_anothers_is_not() throws Exception {
    give(jar);
    assertThat(doubt(jar)).isEqualTo(jar + " belongs to another user. Run: chown root " + jar);
  }

  @Test
  void a_link_is_worth_what_it_leads_to() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link.jar"), Path.of("./a.jar"));
    assertThat(doubt(link)).isEmpty();
    allow(jar, "rw-rw-rw-");
    assertThat(doubt(link)).contains("others may write to " + jar);
  }

  @Test
  void a_link_of_another_is_not_followed() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link.jar"), jar);
    give(link);
    assertThat(doubt(link)).endsWith("Run: chown -h root " + link);
  }

  @Test
  void every_directory_on_the_way_counts_also_on_that_of_a_link() throws Exception {
    Path open = Files.createDirectory(directory.resolve("open"));
    Path inside = Files.createDirectory(open.resolve("inside"));
    Path moved = Files.move(jar, inside.resolve("a.jar"));
    Path link = Files.createSymbolicLink(directory.resolve("link.jar"), moved);
    assertThat(doubt(link)).isEmpty();
    allow(open, "rwxrwxrwx");
    assertThat(doubt(moved)).isEqualTo("others may write to " + open + ". Run: chmod go-w " + open);
    assertThat(doubt(link)).isEqualTo(doubt(moved));
    assertThat(doubt(Files.createSymbolicLink(directory.resolve("through.jar"), Path.of("open/inside/../../link.jar")))).isEqualTo(doubt(moved));
    give(inside);
    allow(open, "rwxr-xr-x");
    assertThat(doubt(link)).contains(inside + " belongs to another user");
  }

  @Test
  void a_sticky_directory_on_the_way_lets_nobody_replace_anything_but_is_no_folder_for_add_ons() throws Exception {
    Files.setAttribute(directory, "unix:mode", 01777);
    assertThat(doubt(jar)).isEmpty();
    assertThat(doubt(directory)).contains("chmod go-w " + directory);
  }

  @Test
  void links_without_end_lead_nowhere() throws Exception {
    Path link = directory.resolve("x.jar");
    Files.createSymbolicLink(link, link);
    assertThatThrownBy(() -> doubt(link)).isInstanceOf(IOException.class).hasMessageContaining("symbolic links");
  }
}
