package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Very much of something, strange names, pids that are used again: exact, or refused in one line. */
class ExtremesIT {
  private static final int LARGE = 128 << 10;

  @TempDir Path directory;

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err().strip().lines()).hasSize(1);
    assertThat(result.err()).contains(words).doesNotContain("internal error");
  }

  @Test
  void a_megabyte_of_variables_arrives_whole() {
    Carrel carrel = carrel("run", "--no-cwd", "--preserve=^LARGE", "--", "sh", "-c",
        "for i in 1 2 3 4 5 6 7 8; do eval v=\\$LARGE$i; echo ${#v}; done");
    for (int i = 1; i <= 8; i++) {
      carrel = carrel.withVariable("LARGE" + i, "x".repeat(LARGE - 16 - i)); // the kernel's limit of one string, with its name
    }
    Carrel.Result result = carrel.run();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("131055\n131054\n131053\n131052\n131051\n131050\n131049\n131048\n");
  }

  @Test
  void five_thousand_mappings_are_all_there() throws IOException {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd"));
    Path file = Files.writeString(directory.resolve("file"), "");
    for (int i = 0; i < 5000; i++) {
      words.add("--expose=" + file + "=/many/" + i);
    }
    words.addAll(List.of("--", "sh", "-c", "ls /many | wc -l; grep -c ' /many/' /proc/self/mounts"));
    Carrel.Result result = carrel(words.toArray(String[]::new)).run();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("5000\n5000\n");
  }

  @Test
  void names_can_have_every_character_that_the_kernel_allows() throws IOException {
    Path strange = Files.createDirectory(directory.resolve("a\nb\t\"c\" $d \\e\u00e9"));
    Files.writeString(strange.resolve("f"), "found\n");
    Carrel.Result result = carrel("run", "--no-cwd", "--expose=" + strange + "=/in/side\nand out", "--setenv=V=1\n2", "--argv0=new\nline", "--", "sh", "-c",
        "cat \"$1/f\"; echo \"$V\"; echo \"$2\"; tr '\\0' '|' < /proc/$$/cmdline | head -n1", "sh", "/in/side\nand out", "arg\nument").run();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("found\n1\n2\narg\nument\nnew\n");
  }

  @Test
  void names_that_are_none_are_refused() {
    for (String name : List.of("a\nb", "../x", ".hidden", "a/b", "", "x".repeat(300))) {
      refused(carrel("run", "--name=" + name, "--", "true").run(), "--name=");
    }
    for (String name : List.of("a\nb", "-a", "a b", "x".repeat(65))) {
      refused(carrel("run", "--hostname=" + name, "--", "true").run(), "no host name");
    }
    for (String user : List.of("0", "1000:1000", "-1", "a\nb", "a:b", "Ada", "..")) {
      refused(carrel("run", "--user=" + user, "--", "true").run(), "cannot call the user inside");
    }
    for (String id : List.of("01", "-1", "4294967295", "1000:1000", "root", "1\n")) {
      refused(carrel("run", "--uid=" + id, "--gid=0", "--", "true").run(), "--uid=");
      refused(carrel("run", "--uid=0", "--gid=" + id, "--", "true").run(), "--gid=");
    }
  }

  @Test
  void users_that_are_none_are_refused_to_who_enters() {
    assertThat(carrel("run", "--no-cwd", "--detach", "--name=target", "--", "sleep", "4321").run().status()).isZero();
    try {
      for (String user : List.of("", "01", "-1", "4294967296", "4294967295", "1000:", ":1000", "1000:01", "1:2:3", "root", "1\n", " 1", "0x1")) {
        refused(carrel("exec", "--user=" + user, "target", "--", "true").run(), "--user=");
      }
      assertThat(carrel("exec", "--user=7", "target", "--", "true").run().err()).doesNotContain("internal error"); // an id that need not be there
    } finally {
      carrel("remove", "--force", "target").run();
    }
  }

  @Test
  void inside_only_the_sources_of_mounts_are_told_of_the_host() throws IOException {
    String[] line = {"run", "--expose=/usr/share", "--", "cat", "/proc/self/mountinfo"};
    Set<String> sources = new HashSet<>(List.of("/"));
    List<String> words = new ArrayList<>(List.of("plan", "--json"));
    words.addAll(List.of(line));
    JsonObject plan = JsonParser.parseString(carrel(words.toArray(String[]::new)).run().out()).getAsJsonObject();
    for (JsonElement mount : plan.getAsJsonArray("mounts")) {
      if (mount.getAsJsonObject().has("source")) {
        sources.add(mount.getAsJsonObject().get("source").getAsString());
      }
    }
    for (String info : carrel(line).run().out().lines().toList()) {
      String root = info.split(" ")[3];
      String target = info.split(" ")[4];
      // What is below a mount of the host is told from there; Carrel's own are files in memory, proc and the like.
      boolean known = sources.contains(root) || root.equals("/null") || target.startsWith("/dev/") || target.startsWith("/proc/")
          || target.startsWith("/sys/") || sources.stream().anyMatch(source -> source.length() > 1 && source.endsWith(root));
      assertThat(known).as(info).isTrue();
    }
  }

  @Test
  @Tag("root")
  void a_process_that_has_the_pid_of_a_container_that_died_is_left_alone() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root, to choose a pid");
    Path script = Files.writeString(directory.resolve("reuse"), String.join("\n",
        "carrel=$1",
        "$carrel run --no-cwd --detach --name=dead --pid-file=pid -- sleep 1000 >&2 || exit 1",
        "pid=$(cat pid)",
        "kill -9 $pid",
        "while [ -e /proc/$pid ]; do sleep 0.01; done",
        "n=0",
        "while [ \"$n\" -lt 100 ]; do",
        "  echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid",
        "  sleep 1000 & got=$!",
        "  [ $got = $pid ] && break",
        "  kill $got; n=$((n + 1))",
        "done",
        "[ $got = $pid ] || exit 2",
        "$carrel list; echo list $?",
        "$carrel exec dead true; echo exec $?",
        "$carrel kill dead; echo kill $?",
        "$carrel pause dead; echo pause $?",
        "$carrel stop dead; echo stop $?",
        "$carrel container exec $pid true; echo container $?",
        "$carrel run --no-cwd --join=net:dead -- true; echo join $?",
        "$carrel remove --force dead; $carrel clean",
        "grep State /proc/$pid/status",
        "kill $got") + "\n");
    Carrel.Result result = carrel("version").under("unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", script.toString()).run();
    assertThat(result.out()).contains("exec 125", "pause 125", "container 125", "join 125").contains("State:\tS (sleeping)")
        .doesNotContain("running");
    assertThat(result.err()).doesNotContain("internal error");
  }
}
