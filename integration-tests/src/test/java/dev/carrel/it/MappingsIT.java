package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the host is put into a container: {@code --expose} and {@code --share}. */
class MappingsIT {
  private Path directory;

  @BeforeEach
  void choose(@TempDir Path temporary) throws IOException {
    directory = temporary.toRealPath();
    Files.writeString(Files.createDirectories(directory.resolve("data")).resolve("file"), "outside");
  }

  private static String run(String script, String... options) {
    Carrel.Result result = attempt(script, options);
    assertThat(result.status()).as(result.err()).isZero();
    return result.out().stripTrailing();
  }

  private static Carrel.Result attempt(String script, String... options) {
    String[] words = new String[options.length + 6];
    words[0] = "run";
    words[1] = "--no-cwd";
    System.arraycopy(options, 0, words, 2, options.length);
    System.arraycopy(new String[] {"--", "sh", "-c", script}, 0, words, 2 + options.length, 4);
    return Carrel.run(words);
  }

  private static void refused(String[] options, String... told) {
    Carrel.Result result = attempt("true", options);
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).startsWith("carrel").contains(told).hasLineCount(1);
  }

  @Test
  void an_exposed_directory_can_be_read_and_not_written() {
    String data = directory + "/data";

    assertThat(run("cat " + data + "/file; (echo x > " + data + "/new) 2>&1 | grep -o 'Read-only file system'", "--expose=" + data))
        .isEqualTo("outsideRead-only file system");
    assertThat(directory.resolve("data/new")).doesNotExist();
  }

  @Test
  void a_shared_directory_can_be_written_by_who_may_outside() throws IOException {
    String data = directory + "/data";

    assertThat(run("echo inside > " + data + "/new; cat " + data + "/new", "--share=" + data)).isEqualTo("inside");
    assertThat(directory.resolve("data/new")).hasContent("inside");
    assertThat(Files.getOwner(directory.resolve("data/new"))).isEqualTo(Files.getOwner(directory.resolve("data")));
  }

  @Test
  void both_may_have_another_place_inside() {
    assertThat(run("cat /one/file /two/three/file; ls -d " + directory + " 2>/dev/null || echo none",
        "--expose=" + directory + "/data=/one", "--share=" + directory + "/data=/two/three")).isEqualTo("outsideoutsidenone");
  }

  @Test
  void files_as_well_as_directories() {
    String file = directory + "/data/file";

    assertThat(run("cat /x; (echo y > /x) 2>/dev/null || echo no; ls /", "--expose=" + file + "=/x")).startsWith("outsideno").contains("x");
    assertThat(run("echo inside > /x; cat /x", "--share=" + file + "=/x")).isEqualTo("inside");
    assertThat(directory.resolve("data/file")).hasContent("inside");
  }

  @Test
  void any_name_that_a_directory_can_have() throws IOException {
    Path strange = Files.createDirectory(directory.resolve("a \"b\" 'c' $d\ne\\f"));
    Files.writeString(strange.resolve("file"), "strange");

    assertThat(run("cat \"$(ls -d " + directory + "/a*)/file\"", "--expose=" + strange)).isEqualTo("strange");
  }

  @Test
  void the_same_twice_is_the_same_once() {
    assertThat(run("cat /x/file", "--expose=" + directory + "/data=/x", "--expose=" + directory + "/data=/x")).isEqualTo("outside");
  }

  @Test
  void one_within_another_in_any_order() throws IOException {
    Files.createDirectories(directory.resolve("data/inner"));
    Path inner = Files.createDirectory(directory.resolve("inner"));
    String outer = directory + "/data";
    for (String[] options : new String[][] {
        {"--expose=" + outer, "--share=" + inner + "=" + outer + "/inner"}, {"--share=" + inner + "=" + outer + "/inner", "--expose=" + outer}}) {
      assertThat(run("(echo x > " + outer + "/no) 2>/dev/null || echo x > " + outer + "/inner/yes; cat " + outer + "/inner/yes", options)).isEqualTo("x");
      assertThat(Files.deleteIfExists(inner.resolve("yes"))).isTrue();
    }
  }

  @Test
  void a_link_is_followed_once_at_the_start() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("data"));

    assertThat(run("cat " + link + "/file", "--expose=" + link)).isEqualTo("outside");
    assertThat(run("cat /x/file", "--expose=" + link + "=/x")).isEqualTo("outside");
  }

  @Test
  void a_relative_source_is_one_from_the_working_directory() {
    Carrel.Result result = Carrel.command("run", "--no-cwd", "--expose=data=/x", "--", "cat", "/x/file").in(directory).run();

    assertThat(result.out()).as(result.err()).isEqualTo("outside");
  }

  @Test
  void contradictions_are_refused_naming_both() {
    String data = directory + "/data";

    refused(new String[] {"--expose=" + data + "=/x", "--expose=/usr=/x"}, data + "=/x", "/usr=/x");
    refused(new String[] {"--expose=" + data + "=/x", "--share=" + data + "=/x"}, "--expose", "--share", "/x");
    refused(new String[] {"--expose=" + data + "/file=/x", "--expose=/usr=/x/y"}, data + "/file (at /x)", "/usr (at /x/y)");
  }

  @Test
  void targets_that_are_no_place_are_refused() {
    refused(new String[] {"--expose=/usr=relative"}, "relative");
    refused(new String[] {"--expose=/usr=/a/../b"}, "/a/../b", "..");
    refused(new String[] {"--expose=/usr=/"}, "/");
    refused(new String[] {"--expose=/usr=/proc"}, "/proc");
  }

  @Test
  void a_source_that_is_not_there_or_may_not_be_read_is_refused() throws IOException {
    refused(new String[] {"--expose=" + directory + "/nowhere"}, directory + "/nowhere", "no such file");
    if (!User.weAreRoot()) {
      Path secret = Files.createDirectory(directory.resolve("secret"));
      Files.createDirectory(secret.resolve("inner"));
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
      refused(new String[] {"--expose=" + secret + "/inner"}, secret + "/inner");
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  @Tag(User.ROOT)
  void what_is_mounted_below_is_there_and_read_only_too_and_cannot_be_undone() throws IOException {
    Path below = Files.createDirectory(directory.resolve("data/below"));
    Files.writeString(below.resolve("covered"), "covered");
    Host.says("mount", "-t", "tmpfs", "carrel-it", below.toString());
    try {
      Files.writeString(below.resolve("file"), "below");
      String place = below.toString();

      assertThat(run("cat " + place + "/file; (echo x > " + place + "/new) 2>/dev/null || echo no", "--expose=" + directory + "/data"))
          .isEqualTo("belowno");
      assertThat(run("umount " + place + " 2>/dev/null || mount -o remount,bind,rw " + place + " 2>/dev/null"
          + " || unshare -Urm umount " + place + " 2>/dev/null || ls " + place, "--expose=" + directory + "/data")).isEqualTo("file");
      assertThat(run("echo x > " + place + "/new; cat " + place + "/new", "--share=" + directory + "/data")).isEqualTo("x");
    } finally {
      Host.says("umount", "-l", below.toString());
    }
  }
}
