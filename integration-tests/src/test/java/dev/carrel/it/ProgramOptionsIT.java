package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program is given at its start, and who else is told of it. */
class ProgramOptionsIT {
  @TempDir Path directory;

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel.Result run(String... words) {
    return carrel(words).run();
  }

  /** With what a shell has opened before. */
  private Carrel.Result after(String redirections, String... words) throws IOException {
    Path script = Files.writeString(directory.resolve("opened"), "exec " + redirections + "\nexec \"$@\"\n");
    return carrel(words).under("sh", script.toString()).run();
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words).doesNotContain("internal error");
  }

  @Test
  void descriptors_that_are_handed_on_are_its_only_ones() throws IOException {
    Files.writeString(directory.resolve("in"), "read me\n");
    Carrel.Result result = after("3<in 4>out 5<in", "run", "--no-cwd", "--preserve-fds=2", "--", "sh", "-c",
        "cat <&3; echo written >&4; for i in /proc/$$/fd/*; do test -e $i && echo ${i##*/}; done");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("read me\n0\n1\n2\n3\n4\n");
    assertThat(Files.readString(directory.resolve("out"))).isEqualTo("written\n");
  }

  @Test
  void descriptors_that_carrel_was_not_given_are_not_handed_on() throws IOException {
    refused(run("run", "--preserve-fds=1", "--", "true"), "--preserve-fds=1: descriptor 3 is not open here");
    refused(after("3</dev/null", "run", "--preserve-fds=2", "--", "true"), "descriptor 4 is not open here");
    refused(run("run", "--preserve-fds=25", "--", "true"), "whole number from 0 to 24");
    refused(after("3</dev/null", "run", "--detach", "--preserve-fds=1", "--", "true"), "in the foreground");
  }

  @Test
  void its_name_and_its_umask_are_chosen() {
    Carrel.Result result = run("run", "--no-cwd", "--argv0=-frob", "--umask=0077", "--", "sh", "-c", "echo $0; umask; touch ~/x; stat -c %a ~/x", "-frob");
    assertThat(result.out()).isEqualTo("-frob\n0077\n600\n");
    for (String umask : List.of("", "8", "1000", "-1", "u=rwx")) {
      refused(run("run", "--umask=" + umask, "--", "true"), "--umask=" + umask + ": '" + umask + "' is no octal number from 0 to 777");
    }
  }

  @Test
  void supplementary_groups_need_ids() {
    Carrel.Result result = run("run", "--no-cwd", "--ids=20", "--group-add=5,7", "--group-add=9", "--", "sh", "-c", "id -G | cut -d' ' -f2-");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("5 7 9\n");
    refused(run("run", "--ids=1", "--group-add=5", "--", "true"), "the group 5", "one id");
    refused(run("run", "--ids=20", "--group-add=50", "--", "true"), "the group 50", "does not exist inside");
    refused(run("run", "--group-add=audio", "--", "true"), "'audio' is no whole number");
  }

  @Test
  void variables_change_in_the_order_of_the_options() {
    Carrel.Result result = run("run", "--clearenv", "--setenv=A=1", "--env=B=2", "--unsetenv=A", "--setenv=C=two\nlines", "--unsetenv=NONE", "--",
        "/usr/bin/env");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines()).containsExactlyInAnyOrder("B=2", "C=two", "lines");
    assertThat(run("run", "--setenv=A=1", "--clearenv", "--", "/usr/bin/env").out()).isEmpty();
    refused(run("run", "--unsetenv=A=B", "--", "true"), "'A=B' is no name");
    refused(run("run", "--setenv=A", "--", "true"), "--setenv=A is no NAME=VALUE");
  }

  @Test
  void others_are_told_of_start_and_end() throws IOException {
    Carrel.Result result = after("5>told 6>info", "run", "--no-cwd", "--json-status-fd=5", "--info-fd=6", "--expose=told=/told",
        "--expose=info=/info", "--", "sh", "-c", "until [ -s /told ] && [ -s /info ]; do sleep 0.05; done; readlink /proc/self/ns/net; exit 7");
    assertThat(result.status()).isEqualTo(7);
    List<String> lines = Files.readAllLines(directory.resolve("told"));
    assertThat(lines).hasSize(2);
    JsonObject start = JsonParser.parseString(lines.get(0)).getAsJsonObject();
    assertThat(result.out()).isEqualTo("net:[" + start.get("net-namespace").getAsLong() + "]\n");
    assertThat(start.get("child-pid").getAsLong()).isPositive();
    assertThat(JsonParser.parseString(lines.get(1)).getAsJsonObject().get("exit-code").getAsInt()).isEqualTo(7);
    assertThat(Files.readString(directory.resolve("info"))).isEqualTo(lines.get(0) + "\n");
  }

  @Test
  void what_was_not_executed_has_no_exit_status() throws IOException {
    Carrel.Result result = after("5>told", "run", "--no-cwd", "--json-status-fd=5", "--", "/nonexistent");
    assertThat(result.status()).isEqualTo(127);
    assertThat(Files.readString(directory.resolve("told"))).isEmpty();
    refused(run("run", "--json-status-fd=5", "--", "true"), "--json-status-fd=5: that descriptor is not open here");
    refused(after("5>told", "run", "--detach", "--json-status-fd=5", "--", "true"), "use --info-fd, or carrel wait");
  }

  @Test
  void another_program_in_a_container_can_be_somebody_else_there() {
    assertThat(run("run", "--no-cwd", "--detach", "--name=many", "--ids=50", "--umask=027", "--", "sleep", "1000").status()).isZero();
    try {
      assertThat(run("exec", "--user=33", "many", "sh", "-c", "id -u; id -G; umask").out()).isEqualTo("33\n33\n0027\n");
      assertThat(run("exec", "--user=33:44", "--group-add=5", "--umask=0", "--argv0=other", "many", "sh", "-c", "id -u; id -G; umask").out())
          .isEqualTo("33\n44 5\n0000\n");
      refused(run("exec", "--user=60", "many", "id"), "cannot be user 60 and group 60", "only other ids");
      for (String user : List.of("", "root", "-1", "01", "1:", ":1", "4294967295", "1:1:1")) {
        refused(run("exec", "--user=" + user, "many", "id"), "is no whole number");
      }
    } finally {
      run("remove", "--force", "many");
    }
    assertThat(run("run", "--no-cwd", "--detach", "--name=one", "--ids=1", "--", "sleep", "1000").status()).isZero();
    try {
      refused(run("exec", "--user=77", "one", "id"), "cannot be user 77", "--ids=auto at its start");
    } finally {
      run("remove", "--force", "one");
    }
  }

  @Test
  void options_come_from_a_descriptor_and_stand_where_it_was_named() throws IOException {
    Files.write(directory.resolve("words"), "--setenv=A=two\nlines\0--unsetenv=B\0--setenv\0C=\0--no-cwd\0".getBytes(StandardCharsets.UTF_8));
    Carrel.Result result = after("5<words", "run", "--setenv=A=1", "--setenv=B=1", "--args=5", "--setenv=D=4", "--", "sh", "-c",
        "echo \"$A,$B,$C,$D\"; pwd; echo $1", "x", "--args=5");
    assertThat(result.out()).as(result.err()).isEqualTo("two\nlines,,,4\n" + result.out().lines().skip(2).findFirst().orElseThrow() + "\n--args=5\n");
    assertThat(result.out()).doesNotContain(directory.toString());
    assertThat(after("5<words", "run", "--args", "5", "sh", "-c", "echo \"$A\"").out()).isEqualTo("two\nlines\n");
    Files.write(directory.resolve("words"), "--no-cwd\0--\0--argv0\0".getBytes(StandardCharsets.UTF_8));
    assertThat(after("5<words", "run", "--args=5").err()).contains("cannot run --argv0");
    Files.write(directory.resolve("words"), "--no-cwd\0=1".getBytes(StandardCharsets.UTF_8));
    refused(after("5<words", "plan", "shell", "--args=5", "--", "true"), "no name of a package");
  }

  @Test
  void words_that_cannot_be_read_are_told() throws IOException {
    refused(run("run", "--args=5", "--", "true"), "--args=5: that descriptor is not open here");
    refused(run("run", "--args=x", "--", "true"), "'x' is no whole number");
    refused(run("run", "--args", "--", "true"), "option --args lacks its value");
    refused(after("5<.", "run", "--args=5", "--", "true"), "--args=5 cannot be read");
    Files.write(directory.resolve("words"), "--args=5\0".getBytes(StandardCharsets.UTF_8));
    refused(after("5<words", "run", "--args=5", "--", "true"), "what stands there has --args itself");
    Files.write(directory.resolve("words"), "--frob\0".getBytes(StandardCharsets.UTF_8));
    refused(after("5<words", "run", "--args=5", "--", "true"), "unknown option --frob");
    Files.write(directory.resolve("words"), new byte[] {'-', (byte) 0xff, 0});
    refused(after("5<words", "run", "--args=5", "--", "true"), "is no text in UTF-8");
    Files.write(directory.resolve("words"), new byte[(2 << 20) + 1]);
    refused(after("5<words", "run", "--args=5", "--", "true"), "more than 2 MiB");
  }

  @Test
  void a_working_directory_that_is_none_is_told() throws IOException {
    assertThat(run("run", "--detach", "--name=there", "--", "sleep", "1000").status()).isZero();
    try {
      refused(run("exec", "--workdir=/nowhere", "there", "pwd"), "cannot start in /nowhere", "there is no such directory in the container");
      refused(run("exec", "--workdir=/etc/passwd", "there", "pwd"), "cannot start in /etc/passwd", "it is no directory");
      refused(run("exec", "--workdir=relative", "there", "pwd"), "relative is relative");
      assertThat(run("exec", "--workdir=/usr/bin", "there", "pwd").out()).isEqualTo("/usr/bin\n");
    } finally {
      run("remove", "--force", "there");
    }
  }

  @Test
  @Tag(User.ROOT)
  void nor_does_one_start_where_only_somebody_else_may_go() throws IOException {
    Path closed = Files.createDirectory(directory.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Files.setAttribute(closed, "unix:uid", 70000);
    refused(carrel("run", "--", "pwd").in(closed).run(), "cannot start in " + closed, "may not go there");
    assertThat(run("run", "--detach", "--name=there", "--", "sleep", "1000").status()).isZero();
    try {
      refused(run("exec", "--workdir=" + closed, "there", "pwd"), "cannot start in " + closed, "may not go there");
    } finally {
      run("remove", "--force", "there");
    }
  }

  @Test
  void the_home_directory_is_said_once() {
    assertThat(run("run", "--no-cwd", "--preserve=^HOME$", "--", "/usr/bin/env").out().lines().filter(line -> line.startsWith("HOME="))).hasSize(1);
    assertThat(run("run", "--no-cwd", "--setenv=HOME=/elsewhere", "--", "/usr/bin/env").out().lines().filter(line -> line.startsWith("HOME=")))
        .containsExactly("HOME=/elsewhere");
    assertThat(run("run", "--no-cwd", "--", "sh", "-c", "test \"$HOME\" = $(getent passwd $(id -u) | cut -d: -f6) && echo agreed").out())
        .isEqualTo("agreed\n");
  }
}
