package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the kernel shares processors, disks and memory between a program and others, and what it is towards it. */
class ProcessShareIT {
  private static final String SHOW = "nice; chrt -p $$ | sed 's/.*: //'; taskset -cp $$ | sed 's/.*: //'; ionice -p $$";

  @TempDir Path directory;

  @BeforeAll
  static void tools() {
    assumeTrue(Host.can("sh", "-c", "command -v chrt && command -v taskset && command -v ionice"), "needs util-linux's chrt, taskset and ionice");
  }

  private Carrel command(String... words) {
    return Carrel.command(words).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel.Result carrel(String... words) {
    return command(words).run();
  }

  private Carrel.Result run(List<String> options, String script) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd"));
    words.addAll(options);
    words.addAll(List.of("--", "sh", "-c", script));
    return carrel(words.toArray(new String[0]));
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words).doesNotContain("internal error");
  }

  @Test
  void what_anybody_may_have() {
    Carrel.Result result = run(List.of("--nice=7", "--scheduler=batch", "--cpu-affinity=0", "--io-priority=best-effort:6"), SHOW);
    assertThat(result.out()).as(result.err()).isEqualTo("7\nSCHED_BATCH\n0\n0\nbest-effort: prio 6\n");
    assertThat(run(List.of("--scheduler=idle", "--io-priority=idle"), "chrt -p $$ | head -1; ionice -p $$").out()).endsWith("SCHED_IDLE\nidle\n");
  }

  @Test
  @Tag(User.ROOT)
  void what_only_root_may_give() {
    Carrel.Result result = run(List.of("--nice=-7", "--scheduler=fifo:5", "--io-priority=realtime:1"), SHOW);
    assertThat(result.out()).as(result.err()).startsWith("-7\nSCHED_FIFO\n5\n").endsWith("realtime: prio 1\n");
  }

  @Test
  void who_may_not_is_told_and_nothing_is_started() {
    refused(command("run", "--no-cwd", "--nice=-20", "--", "true").asOrdinaryUser().run(), "cannot have the nice value -20", "only root may", "Give a higher one");
    refused(command("run", "--no-cwd", "--scheduler=rr:99", "--", "true").asOrdinaryUser().run(), "cannot be scheduled by rr:99", "ulimit -r");
    refused(command("run", "--no-cwd", "--io-priority=realtime:0", "--", "true").asOrdinaryUser().run(), "realtime:0", "only root may");
  }

  @Test
  void what_is_not_there_is_told() {
    refused(run(List.of("--cpu-affinity=0,8191"), "true"), "cannot run on the CPUs 0,8191: not all of them are there", "Online here: 0");
    refused(run(List.of("--cpu-affinity=8191"), "true"), "cannot run on the CPUs 8191: not all of them are there");
    refused(run(List.of("--memory-policy=bind:63"), "true"), "cannot have memory by bind:63");
    refused(run(List.of("--scheduler=deadline"), "true"), "'deadline' is not known: there are other, batch, idle");
  }

  @Test
  void memory_comes_from_the_nodes_that_were_named() {
    assumeTrue(Path.of("/proc/self/numa_maps").toFile().exists(), "this kernel was built without NUMA");
    for (String policy : List.of("bind:0", "interleave:0")) {
      assertThat(run(List.of("--memory-policy=" + policy), "grep -q ' " + policy + " ' /proc/self/numa_maps && echo it is").out()).isEqualTo("it is\n");
    }
    assertThat(run(List.of("--memory-policy=preferred:0"), "grep -q ' prefer[a-z ()]*:0 ' /proc/self/numa_maps && echo it is").out()).isEqualTo("it is\n");
  }

  @Test
  void the_kernel_pretends_also_where_system_calls_are_filtered() {
    boolean x86 = System.getProperty("os.arch").equals("amd64");
    assumeTrue(x86, "needs an x86 processor, which always has a 32-bit side");
    assertThat(run(List.of("--personality=linux32,addr-no-randomize"), "uname -m; cat /proc/self/personality; "
        + "a=$(grep -m1 stack /proc/self/maps); b=$(grep -m1 stack /proc/self/maps); test \"$a\" = \"$b\" && echo same").out())
        .isEqualTo("i686\n00040008\nsame\n");
    assertThat(run(List.of("--personality=uname26"), "uname -r").out()).startsWith("2.6.");
  }

  @Test
  void another_program_inside_inherits_it_and_may_have_its_own() {
    assertThat(carrel("run", "--no-cwd", "--detach", "--name=shared", "--nice=5", "--scheduler=batch", "--cpu-affinity=0", "--io-priority=idle",
        "--personality=whole-seconds", "--", "sleep", "1000").status()).isZero();
    try {
      assertThat(carrel("exec", "shared", "sh", "-c", SHOW + "; cat /proc/self/personality").out()).isEqualTo("5\nSCHED_BATCH\n0\n0\nidle\n02000000\n");
      assertThat(carrel("exec", "--nice=9", "--scheduler=idle", "--personality=uname26", "shared", "sh", "-c", SHOW + "; cat /proc/self/personality").out())
          .isEqualTo("9\nSCHED_IDLE\n0\n0\nidle\n00020000\n");
      refused(carrel("exec", "--cpu-affinity=8191", "shared", "true"), "cannot run on the CPUs 8191");
    } finally {
      carrel("remove", "--force", "shared");
    }
  }
}
