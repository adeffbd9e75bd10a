package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is covered inside, or made read-only: {@code --mask} and {@code --read-only}. */
class ProtectedPathsIT {
  @TempDir Path directory;

  @BeforeEach
  void files() throws IOException {
    directory = directory.toRealPath();
    Files.createDirectories(directory.resolve("secrets/deep"));
    Files.writeString(directory.resolve("secrets/key"), "secret\n");
    Files.writeString(directory.resolve("file"), "content\n");
    Files.createSymbolicLink(directory.resolve("link"), Path.of("secrets"));
  }

  private Carrel.Result run(List<String> options, String script) {
    List<String> words = new ArrayList<>(List.of("run"));
    words.addAll(options);
    words.addAll(List.of("--", "sh", "-c", script));
    return Carrel.command(words.toArray(new String[0])).in(directory).run();
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words).doesNotContain("internal error");
  }

  @Test
  void what_is_masked_is_empty_and_stays_so() {
    String secrets = directory + "/secrets";
    Carrel.Result result = run(List.of("--mask=" + secrets, "--mask=" + secrets, "--mask=" + secrets + "/key", "--mask=" + directory + "/file",
        "--mask=/etc/hostname", "--mask=/proc/version"),
        "ls -A secrets; stat -c '%h %F' secrets; cat file /etc/hostname /proc/version; touch secrets/x; umount secrets; ls -A secrets");
    assertThat(result.out()).as(result.err()).isEqualTo("2 directory\n");
    assertThat(result.err()).contains("Read-only file system");
    assertThat(directory.resolve("secrets/key")).hasContent("secret");
    assertThat(directory.resolve("file")).hasContent("content");
  }

  @Test
  void what_is_read_only_is_so_with_all_below_it() {
    Carrel.Result result = run(List.of("--read-only=" + directory + "/secrets", "--read-only=" + directory + "/secrets", "--read-only=" + directory
        + "/file", "--read-only=/run", "--mount=type=tmpfs,target=/run/below", "--mask=" + directory + "/secrets/deep"),
        "cat secrets/key; for f in secrets/x secrets/key file /run/x /run/below/x secrets/deep/x free; do (echo new > $f) 2>/dev/null && echo $f; done;"
            + " touch -a -d @1 file 2>/dev/null && echo touched; cat file");
    assertThat(result.out()).as(result.err()).isEqualTo("secret\nfree\ncontent\n");
  }

  @Test
  void not_even_a_program_with_every_capability_takes_it_away() {
    Carrel.Result result = run(List.of("--cap-add=ALL", "--mask=" + directory + "/secrets", "--read-only=" + directory + "/file"),
        "umount secrets; mount -o remount,bind,rw file; umount file; mount -o remount,rw secrets; ls -A secrets; (echo x > file) 2>/dev/null || echo fixed");
    assertThat(result.out()).as(result.err()).isEqualTo("fixed\n");
  }

  @Test
  void another_program_started_inside_sees_no_more() {
    String state = directory.resolve("state").toString();
    Carrel.command("run", "--detach", "--name=masked", "--mask=" + directory + "/secrets", "--", "sleep", "1000").in(directory)
        .withVariable("CARREL_STATE", state).run();
    try {
      assertThat(Carrel.command("exec", "masked", "ls", "-A", directory + "/secrets").withVariable("CARREL_STATE", state).run())
          .isEqualTo(new Carrel.Result(0, "", ""));
    } finally {
      Carrel.command("remove", "--force", "masked").withVariable("CARREL_STATE", state).run();
    }
  }

  @Test
  void what_cannot_be_protected_is_refused() {
    for (String option : List.of("--mask", "--read-only")) {
      refused(run(List.of(option + "=" + directory + "/link"), "true"), directory + "/link", "A symbolic link leads there");
      refused(run(List.of(option + "=" + directory + "/link/key"), "true"), directory + "/link/key", "A symbolic link leads there");
      refused(run(List.of(option + "=/nowhere"), "true"), "/nowhere", "There is no such file or directory in the container");
      refused(run(List.of(option + "=/"), "true"), "cannot", " /: the whole root directory");
      refused(run(List.of(option + "=relative"), "true"), "relative", "Targets begin with /");
      refused(run(List.of(option + "=/a/../b"), "true"), "/a/../b", "has '..' in it");
      refused(run(List.of(option + "=/usr", "--namespaces=all,-mnt"), "true"), "without a mount namespace");
    }
  }

  @Test
  void a_plan_shows_what_is_protected() {
    Carrel.Result result = Carrel.run("plan", "run", "--no-cwd", "--mask=/usr/share", "--read-only=/tmp", "--", "true");
    assertThat(result.out()).contains("  covered    /usr/share\n", "  read-only  /tmp\n", "mount_setattr($tree, \"\", AT_EMPTY_PATH|AT_RECURSIVE, {set=MOUNT_ATTR_RDONLY}");
  }
}
