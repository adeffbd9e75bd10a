package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The ways into an environment of packages: in a container, by its profile, and without a container. */
@ExtendWith(TestStore.Extension.class)
class EntryIT {
  @TempDir Path directory;

  private static String says(Carrel command) {
    return command.says().stripTrailing();
  }

  @Test
  void the_status_of_the_command_is_preserved(TestStore store) {
    assertThat(store.shell("--no-cwd", "--", "sh", "-c", "exit 42").run().status()).isEqualTo(42);
    assertThat(store.shell("--pure", "--", "sh", "-c", "exit 42").run().status()).isEqualTo(42);
    assertThat(store.shell("--pure", "--", "sh", "-c", "kill -9 $$").run().status()).isEqualTo(137);
    assertThat(store.shell("--pure", "--", "no-such-program").run().status()).isEqualTo(127);
    assertThat(store.shell("--pure", "--", "/").run().status()).isEqualTo(126);
  }

  @Test
  void a_root_and_the_profile_that_it_leads_to_give_the_same_place(TestStore store) {
    Path root = directory.resolve("root");
    String script = "echo $PATH; command -v hello; cd /usr/bin; ls | md5sum";
    String first = says(store.shell("--no-cwd", "--root=" + root, "--", "sh", "-c", script));
    assertThat(root).isSymbolicLink();
    assertThat(says(store.command("shell", "--profile=" + root, "--no-cwd", "--", "sh", "-c", script))).isEqualTo(first);
    assertThat(says(store.command("store", "roots"))).contains(root.toString());
  }

  @Test
  void the_profile_is_linked_in_the_home_directory_which_names_the_environment(TestStore store) throws IOException {
    assertThat(says(store.shell("--no-cwd", "--link-profile", "--", "sh", "-c",
        "cd; echo $CARREL_ENVIRONMENT | sed s:$HOME:H:; readlink .carrel-profile; ~/.carrel-profile/usr/bin/hello; touch .carrel-profile/x 2>&1 | grep -o Read-only")))
        .matches("H/.carrel-profile\n" + store.directory().toRealPath() + "/items/[0-9a-z]*-profile[^\n]*\nHello, world!\nRead-only");
    Carrel.Result refused = store.shell("--share=" + directory + "=" + System.getProperty("user.home"), "--no-cwd", "--link-profile", "--", "true").run();
    if (says(store.shell("--no-cwd", "--", "sh", "-c", "echo $HOME")).equals(System.getProperty("user.home"))) {
      assertThat(refused.err()).contains("cannot link the profile", "--link-profile");
      assertThat(refused.status()).isEqualTo(125);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void exactly_what_a_place_is_made_of_is_mounted(TestStore store) throws IOException {
    directory = directory.toRealPath();
    List<String> seen = says(store.shell("--expose=/etc/apt=/x", "--", "sh", "-c",
        "echo $HOME; cut -d' ' -f5 /proc/self/mountinfo | grep -v -e '^/dev/' -e '^/proc/' -e '^/sys/'").in(directory)).lines().toList();
    assertThat(seen.subList(1, seen.size())).containsExactlyInAnyOrder("/", "/dev", "/proc", "/sys", "/tmp", "/run", "/usr", "/etc", "/var", "/opt", "/srv",
        "/etc/passwd", "/etc/group", "/etc/hosts", "/etc/hostname", "/etc/nsswitch.conf", seen.get(0), directory.toString(), "/x");
    assertThat(says(store.shell("--no-cwd", "--", "sh", "-c", "grep -c '^[^ ]* /tmp tmpfs .*nosuid,nodev' /proc/self/mounts; stat -c %a $XDG_RUNTIME_DIR; test -x /bin/sh && echo shell")))
        .isEqualTo("1\n700\nshell");
  }

  @Test
  void mappings_lie_on_the_working_directory(TestStore store) throws IOException {
    Files.createFile(Files.createDirectories(directory.resolve("w/sub")).resolve("below"));
    Files.createFile(Files.createDirectory(directory.resolve("other")).resolve("above"));
    assertThat(says(store.shell("--expose=../other=" + directory.toRealPath().resolve("w/sub"), "--", "ls", "sub").in(directory.resolve("w")))).isEqualTo("above");
  }

  @Test
  void variables_that_name_temporary_directories_are_set(TestStore store) {
    assertThat(says(store.shell("--no-cwd", "--", "sh", "-c", "echo $TMPDIR $TEMPDIR $TMP $TEMP $LANG")).split("\n")[0]).isEqualTo("/tmp /tmp /tmp /tmp C.UTF-8");
  }

  @Test
  void a_preserved_path_is_kept_behind_the_one_inside(TestStore store) {
    assertThat(says(store.shell("--no-cwd", "--preserve=^PATH$", "--", "sh", "-c", "echo $PATH; command -v hello"))).startsWith("/usr/local/bin:/usr/bin:")
        .endsWith(":" + System.getenv("PATH") + "\n/usr/bin/hello");
  }

  @Test
  void users_and_groups_can_be_looked_up(TestStore store) {
    assertThat(says(store.shell("--no-cwd", "--", "python3", "-c", "import pwd, grp, os; print(pwd.getpwuid(os.getuid()).pw_dir == os.environ['HOME'],"
        + " bool(pwd.getpwuid(os.getuid()).pw_shell), grp.getgrgid(os.getgid()).gr_gid == os.getgid(), len(grp.getgrall()) > 2, grp.getgrgid(65534).gr_name)")))
        .isEqualTo("True True True True nogroup");
  }

  @Test
  void links_lead_into_the_profile(TestStore store) {
    assertThat(says(store.shell("--no-cwd", "--symlink=/here/greet=bin/hello", "--symlink=/opt/greet=bin/hello", "--symlink=/here/plain=/usr/bin/env", "--", "sh", "-c",
        "/here/greet; /opt/greet; readlink /here/plain"))).isEqualTo("Hello, world!\nHello, world!\n/usr/bin/env");
    for (List<String> options : List.of(List.of("--symlink=/x=bin/no-such-program"), List.of("--symlink=x=bin/hello"))) {
      assertThat(store.shell(options.get(0), "--no-cwd", "--", "true").run().err()).contains("cannot make the symbolic link").hasLineCount(1);
    }
  }

  @Test
  void variables_are_printed_for_a_shell_to_read(TestStore store) throws IOException {
    Carrel.Result code = store.shell("--search-paths").run();
    assertThat(code.err()).isEmpty();
    String profile = JsonParser.parseString(says(store.shell("--search-paths", "--json"))).getAsJsonObject().get("profile").getAsString();
    assertThat(Host.says("sh", "-ec", "unset MANPATH\n" + code.out() + "command -v hello; echo $PATH; echo $MANPATH"))
        .startsWith(profile + "/usr/bin/hello\n" + profile + "/usr/").contains(":" + profile + "/usr/bin:").endsWith("/usr/share/man:").contains(":" + System.getenv("PATH"));
    assertThat(says(store.shell("--search-paths", "--pure"))).doesNotContain("$PATH");
    assertThat(says(store.shell("--search-paths"))).contains("CARREL_ENVIRONMENT='" + profile + "'");
  }

  @Test
  void a_pure_command_runs_on_the_host_with_the_variables_of_the_packages_alone(TestStore store) {
    String seen = says(store.shell("--pure", "--preserve=^KEPT", "--env=SAID=1", "--", "env").in(directory).withVariable("SECRET", "x").withVariable("KEPT", "y"));
    assertThat(seen.lines().map(line -> line.replaceFirst("=.*", ""))).contains("PATH", "CARREL_ENVIRONMENT", "KEPT", "SAID").doesNotContain("SECRET", "JAVA_HOME");
    assertThat(seen.lines().filter(line -> line.startsWith("PATH=")).toList()).singleElement().asString().matches("PATH=(/[^:]*/items/[^:]*:?)+");
    assertThat(says(store.shell("--pure", "--", "hello"))).isEqualTo("Hello, world!");
    assertThat(says(store.shell("--pure", "--", "pwd").in(directory))).isEqualTo(directory.toString());
  }

  @Test
  void signals_to_carrel_reach_a_pure_command(TestStore store) throws Exception {
    Path output = directory.resolve("output");
    Process process = store.shell("--pure", "--", "sh", "-c", "trap 'echo told; exit 3' TERM; echo ready; while :; do sleep 0.1; done").start(output);
    Await.until("the command", () -> Files.readString(output).contains("ready"));
    process.destroy();
    assertThat(process.waitFor()).as(Files.readString(output)).isEqualTo(3);
    assertThat(output).hasContent("ready\ntold");
  }

  @Test
  void ctrl_c_comes_to_a_pure_command_once_and_its_status_is_kept(TestStore store) throws IOException {
    Typing.Seen seen = new Typing(store.shell("--pure", "--", "sh", "-c", "trap 'n=$((n+1))' INT; echo re''ady; until [ $n ]; do sleep 0.1; done; sleep 0.5;"
        + " echo count''ed $n; exit 7")).expect("ready").send("\u0003").expect("counted 1").run();
    assertThat(seen.status()).isEqualTo(7);
    assertThat(seen.restored()).isTrue();
  }

  @Test
  void start_up_files_that_change_a_variable_are_told_with_both_values(TestStore store) throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "needs bash");
    Path start = directory.resolve(".bashrc");
    Carrel check = store.shell("--check").withVariable("HOME", directory.toString()).withVariable("SHELL", "/bin/bash")
        .withVariable("XDG_DATA_HOME", store.directory().toString());

    Files.writeString(start, "echo hello; PATH=$PATH:/mine; set -o noclobber\n");
    Carrel.Result fine = check.run();
    assertThat(fine.status()).as(fine.err()).isZero();
    assertThat(fine.out()).contains("add to the end of PATH: /mine", "leave the environment as it is");

    Files.writeString(start, "PATH=/mine:/usr/bin\nunset CARREL_ENVIRONMENT\n");
    Carrel.Result wrong = check.run();
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.out()).contains("PATH is changed by the start-up files of /bin/bash: it should be /", "and is /mine:/usr/bin",
        "CARREL_ENVIRONMENT is unset");
    assertThat(check.withVariable("SHELL", "/bin/false").run()).satisfies(result -> {
      assertThat(result.status()).isEqualTo(125);
      assertThat(result.err()).contains("cannot check the start-up files of /bin/false", "status 1");
    });
  }

  @Test
  void an_option_about_a_container_is_refused_where_none_is_made(TestStore store) {
    for (String mode : List.of("--pure", "--search-paths", "--check")) {
      assertThat(store.shell(mode, "--expose=/etc").run()).satisfies(result -> {
        assertThat(result.status()).isEqualTo(125);
        assertThat(result.err()).contains("--expose is about a container", mode).hasLineCount(1);
      });
    }
  }

  /** As where a name service does not answer: no file of accounts has this user. */
  @Test
  void who_has_no_account_has_one_inside_that_USER_names(TestStore store) {
    String[] nobodyKnown = {"unshare", "--user", "--map-user=54321", "--map-group=54321", "env"};
    assumeTrue(Host.can(nobodyKnown[0], nobodyKnown[1], nobodyKnown[2], nobodyKnown[3], "true"), "needs unshare(1) of util-linux, and user namespaces");
    String script = "id -un; id -gn; getent passwd $(id -u) | cut -d: -f1,3,4; echo $USER";
    Carrel run = Carrel.command("run", "--no-cwd", "--", "sh", "-c", script);
    assertThat(says(run.under(append(nobodyKnown, "USER=ghost")))).isEqualTo("ghost\ngroup54321\nghost:54321:54321\nghost");
    for (String unusable : List.of("USER=", "USER=a:b", "USER=root", "USER=nobody", "USER=-rf", "USER=../x")) {
      assertThat(says(run.under(append(nobodyKnown, unusable)))).as(unusable).isEqualTo("user\ngroup54321\nuser:54321:54321\nuser");
    }
  }

  private static String[] append(String[] words, String word) {
    String[] more = Arrays.copyOf(words, words.length + 1);
    more[words.length] = word;
    return more;
  }
}
