package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options that confine a container otherwise than by default. That the default holds is shown by {@link AttacksIT}. */
class ConfinementIT {
  private static final Path PODMANS = Path.of("/usr/share/containers/seccomp.json");

  @TempDir Path directory;

  private static Carrel.Result run(String... options) {
    return Carrel.run(options);
  }

  private static void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
  }

  private Path profile(String json) throws Exception {
    return Files.writeString(directory.resolve("profile.json"), json);
  }

  @Test
  void capabilities_are_added_and_dropped_in_order() {
    assertThat(run("run", "--no-cwd", "--cap-add=net_raw,CAP_CHOWN", "--cap-drop=CHOWN", "--", "grep", "CapEff", "/proc/self/status").out())
        .isEqualTo("CapEff:\t0000000000002000\n");
    assertThat(run("run", "--no-cwd", "--cap-add=ALL", "--cap-drop=ALL", "--cap-add=KILL", "--", "grep", "CapBnd", "/proc/self/status").out())
        .isEqualTo("CapBnd:\t0000000000000020\n");
    refused(run("run", "--cap-add=NET_RAV", "--", "true"), "did you mean NET_RAW?");
    refused(run("run", "--cap-drop=", "--", "true"), "is no capability");
  }

  @Test
  void capabilities_of_who_is_not_root_are_ambient_and_root_inherits_none() {
    String show = "grep '^Cap[IPEA]' /proc/self/status | cut -f2";
    String chown = "0000000000000001\n";
    String none = "0000000000000000\n";
    assertThat(run("run", "--no-cwd", "--uid=5", "--gid=5", "--cap-add=CHOWN", "--", "sh", "-c", show).out()).isEqualTo(chown + chown + chown + chown);
    assertThat(run("run", "--no-cwd", "--uid=0", "--gid=0", "--cap-add=CHOWN", "--", "sh", "-c", show).out()).isEqualTo(none + chown + chown + none);
    assertThat(run("run", "--no-cwd", "--uid=0", "--gid=0", "--", "sh", "-c", show).out()).isEqualTo(none + none + none + none);
  }

  @Test
  void nothing_is_inheritable_in_another_program_inside() {
    String state = directory.resolve("state").toString();
    for (String uid : java.util.List.of("0", "5")) {
      Carrel.command("run", "--no-cwd", "--detach", "--name=web", "--uid=" + uid, "--gid=5", "--", "sleep", "1000").withVariable("CARREL_STATE", state).run();
      try {
        assertThat(Carrel.command("exec", "web", "sh", "-c", "grep '^Cap' /proc/self/status | cut -f2 | sort -u").withVariable("CARREL_STATE", state)
            .run().out()).isEqualTo("0000000000000000\n");
      } finally {
        Carrel.command("remove", "--force", "web").withVariable("CARREL_STATE", state).run();
      }
    }
  }

  @Test
  void limits_can_be_the_same_lower_or_as_high_as_the_users() {
    Carrel.Result same = Carrel.command("run", "--no-cwd", "--", "sh", "-c", "ulimit -Sn; ulimit -Hn").run();
    String[] own = same.out().split("\n");
    assertThat(run("run", "--no-cwd", "--ulimit=nofile=" + own[0] + ":" + own[1], "--", "sh", "-c", "ulimit -Sn; ulimit -Hn").out())
        .isEqualTo(same.out());
    assertThat(run("run", "--no-cwd", "--ulimit=nofile=" + own[1], "--", "sh", "-c", "ulimit -Sn; ulimit -Hn").out()).isEqualTo(own[1] + "\n" + own[1] + "\n");
    assertThat(run("run", "--no-cwd", "--ulimit=nofile=64", "--", "sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -n 65 2>/dev/null || echo no").out())
        .isEqualTo("64\n64\nno\n");
  }

  @Test
  void how_likely_it_is_killed_is_in_range_and_only_root_lowers_it() {
    for (String score : java.util.List.of("1000", "500")) {
      assertThat(run("run", "--no-cwd", "--oom-score-adj=" + score, "--", "cat", "/proc/self/oom_score_adj").out()).isEqualTo(score + "\n");
    }
    for (String score : java.util.List.of("-1001", "1001", "2147483647")) {
      refused(run("run", "--oom-score-adj=" + score, "--", "true"), "outside -1000..1000");
    }
    refused(run("run", "--oom-score-adj=much", "--", "true"), "is no number");
    if (Host.can("sh", "-c", "echo -1000 > /proc/self/oom_score_adj")) { // in a virtual machine, not even root may
      assertThat(run("run", "--no-cwd", "--oom-score-adj=-1000", "--", "cat", "/proc/self/oom_score_adj").out()).isEqualTo("-1000\n");
    } else {
      refused(run("run", "--no-cwd", "--oom-score-adj=-1000", "--", "true"), "oom_score_adj", "Only root may lower it");
    }
  }

  @Test
  void podmans_profile_is_used_as_it_is() {
    assumeTrue(Files.exists(PODMANS), "needs the package golang-github-containers-common");
    // What it says of a capability shows: without SYS_ADMIN it answers to bpf(2) itself, by an errno of its own.
    String bpf = "import ctypes, os; l = ctypes.CDLL(None, use_errno=True); l.syscall(" + bpfNumber() + ", 99, 0, 0); print(ctypes.get_errno())";
    Carrel.Result result = run("run", "--no-cwd", "--seccomp=" + PODMANS, "--", "sh", "-c", "grep Seccomp: /proc/self/status; python3 -c '" + bpf + "'");
    assertThat(result.out()).isEqualTo("Seccomp:\t2\n1\n");
  }

  private static int bpfNumber() {
    return System.getProperty("os.arch").equals("aarch64") ? 280 : 321;
  }

  @Test
  void a_profile_decides_which_calls_fail_and_how() throws Exception {
    Path profile = profile("""
        {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["uname"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99}]}""");
    Carrel.Result result = run("run", "--no-cwd", "--seccomp=" + profile, "--", "uname");
    assertThat(result.err()).contains("Cannot assign requested address");
    profile("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"uname\"], \"action\": \"SCMP_ACT_KILL_PROCESS\"}]}");
    assertThat(run("run", "--no-cwd", "--seccomp=" + profile, "--", "uname").status()).isEqualTo(128 + 31);
  }

  @Test
  void of_several_profiles_each_has_to_allow_a_call() throws Exception {
    Path first = profile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"uname\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":99}]}");
    Path second = directory.resolve("second.json");
    Files.writeString(second, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":98}]}");
    String script = "uname; mkdir /tmp/x; unshare -U true; exit 0";
    assertThat(run("run", "--no-cwd", "--seccomp=" + first, "--seccomp=" + second, "--seccomp=standard", "--", "sh", "-c", script).err())
        .contains("Cannot assign requested address", "Address already in use", "unshare failed: Operation not permitted");
    assertThat(run("run", "--no-cwd", "--seccomp=" + first, "--", "sh", "-c", "mkdir /tmp/x; unshare -U true && echo free").out()).isEqualTo("free\n");
  }

  @Test
  void a_profile_that_is_none_is_told() throws Exception {
    refused(run("run", "--seccomp=/nonexistent", "--", "true"), "there is no such file");
    refused(run("run", "--seccomp=" + profile("{"), "--", "true"), "it is no JSON");
    refused(run("run", "--seccomp=" + profile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"unamee\"],\"action\":\"SCMP_ACT_KILL\"}]}"),
        "--", "true"), "unamee");
  }

  @Test
  void limits_are_set_and_cannot_be_raised_beyond_the_users_own() {
    assertThat(run("run", "--no-cwd", "--ulimit=nofile=100:200", "--oom-score-adj=500", "--", "sh", "-c",
        "ulimit -n; ulimit -Hn; ulimit -c; cat /proc/self/oom_score_adj").out()).isEqualTo("100\n200\n0\n500\n");
    refused(run("run", "--no-cwd", "--ulimit=nofile=99999999999", "--", "true"), "nofile", "Only root may raise");
    refused(run("run", "--ulimit=nofile=20:10", "--", "true"), "the soft limit is above the hard one");
    refused(run("run", "--ulimit=files=20", "--", "true"), "names no limit");
    refused(run("run", "--ulimit=nofile=x", "--", "true"), "'x' is no number");
    refused(run("run", "--oom-score-adj=1001", "--", "true"), "outside -1000..1000");
  }

  @Test
  void of_an_action_that_is_named_only_that_is_allowed() {
    assumeTrue(Host.can("grep", "-qw", "landlock_create_ruleset", "/proc/kallsyms"), "this kernel has no Landlock");
    Carrel.Result result = run("run", "--no-cwd", "--allow=read:/usr", "--allow=read:/lib64", "--allow=write:/tmp", "--", "sh", "-c",
        "cat /etc/passwd; echo x > /tmp/x && echo written; echo x > ~/x; ls /usr > /tmp/y && echo listed");
    assertThat(result.out()).isEqualTo("written\nlisted\n");
    assertThat(result.err().lines()).hasSize(2);
    refused(run("run", "--no-cwd", "--allow=read:/nonexistent", "--", "true"), "/nonexistent", "Name what is in the container");
    refused(run("run", "--allow=read:relative", "--", "true"), "relative is relative");
    refused(run("run", "--allow=bind:70000", "--", "true"), "is no port");
  }

  @Test
  void a_container_in_a_container_is_possible_if_it_is_let() {
    Carrel.Result result = run("run", "--no-cwd", "--weak=user-namespaces", "--cap-add=SETFCAP", "--", "unshare", "-Urm", "sh", "-c",
        "id -u; mount -t tmpfs x /tmp && echo mounted");
    assertThat(result.out()).isEqualTo("0\nmounted\n");
    refused(run("run", "--weak=everything", "--", "true"), "is not known", "user-namespaces");
  }
}
