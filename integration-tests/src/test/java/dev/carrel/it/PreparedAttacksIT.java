package dev.carrel.it;

import static dev.carrel.it.AttackProgram.allSucceed;
import static dev.carrel.it.AttackProgram.nothingSucceeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks on a container that need something of the host prepared for them, or somebody who enters; and the same where they
 * succeed, so that it is known that they bite. Those that need nothing are in {@link AttacksIT}.
 */
class PreparedAttacksIT {
  private static final List<String> IN_EXEC = List.of(
      "status=CapInh:", "status=CapPrm:", "status=CapEff:", "status=CapBnd:", "status=CapAmb:", "status=SigIgn:", "status=SigBlk:",
      "privileges", "core_limit", "lower_core", "escape_fd", "new_user", "clone3_user", "keys", "keyctl", "bpf", "userfaultfd",
      "io_uring", "socket=40", "socket_high=40", "int80", "setgroups", "remount=/usr", "unmount=/proc/sys", "create=/usr", "chroot",
      "ptrace", "vm_read", "contains=/proc/self/environ:a-secret");

  private static final List<String> OF_ROOT_IN_EXEC = List.of(
      "remount=/usr", "setattr=/usr", "setattr=/proc/sys", "clone_write=/usr", "bind_write=/usr", "fresh=proc", "unmount=/usr",
      "unmount=/proc/sys", "unmount=/proc/keys", "write=/proc/sys/kernel/core_pattern", "create=/usr", "keys", "new_user", "module",
      "kexec", "clock", "adjust_clock", "socket=40", "tiocsti", "handle", "ptrace", "vm_read", "setns=/proc/1/ns/mnt",
      "release_agent_here", "mknod", "lower_core", "oom=/proc/self/oom_score_adj");

  /** The number of the capability; see capabilities(7). */
  private static final int SYS_RESOURCE = 24;
  private static final String[] WHERE_IT_WAS_MOUNTED = {"unshare", "-Urm", "sh", "-c",
      "mount -t tmpfs x /mnt && mount -o remount,bind,ro /mnt && exec \"$@\"", "sh"};

  @TempDir Path directory;
  private AttackProgram attacks;
  private Path data;
  private Path marker;

  @BeforeEach
  void prepare() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    attacks = AttackProgram.compiledIn(directory);
    data = Files.createDirectory(directory.resolve("data"));
    marker = Files.writeString(directory.resolve("of-the-host"), "");
  }

  @AfterEach
  void end_what_was_detached() {
    life("kill", "target").run();
    life("clean").run();
  }

  private Carrel life(String... words) {
    return Carrel.command(words).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  /** Starts a detached container, for others to enter. */
  private void detach(String... program) {
    detach(List.of(), program);
  }

  private void detach(List<String> options, String... program) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd", "--detach", "--name=target", "--expose=" + attacks.path() + "=/attacks"));
    line.addAll(options);
    line.add("--");
    line.addAll(List.of(program));
    Carrel.Result result = life(line.toArray(String[]::new)).run();
    assertThat(result.status()).as(result.err()).isZero();
  }

  private Carrel enter(List<String> options, List<String> words) {
    List<String> line = new ArrayList<>(List.of("exec"));
    line.addAll(options);
    line.addAll(List.of("target", "--", "/attacks"));
    line.addAll(words);
    return life(line.toArray(String[]::new));
  }

  private static String[] leaking(String directory) {
    return new String[] {"sh", "-c", "exec 7<" + directory + "; exec \"$@\"", "sh"};
  }

  @Test
  void no_file_of_the_kernels_interfaces_can_be_written() {
    List<String> words = List.of("writable=/proc/sys", "writable=/proc/irq", "writable=/proc/bus", "writable=/proc/fs", "writable=/sys");

    nothingSucceeds(attacks.contained(List.of(), words).run(), words);
    nothingSucceeds(attacks.contained(List.of("--cap-add=ALL"), words).run(), words);
  }

  @Test
  @Tag(User.ROOT)
  void root_could_write_such_files_if_they_were_not_protected() {
    List<String> words = List.of("writable=/proc/sys");

    allSucceed(attacks.contained(List.of("--weak=kernel-files"), words).run().out(), words);
  }

  @Test
  void memory_for_files_is_less_than_all_there_is() {
    List<String> words = List.of("unbounded=/tmp", "unbounded=/run", "unbounded=/dev", "unbounded=/dev/shm");

    nothingSucceeds(attacks.contained(List.of(), words).run(), words);
    nothingSucceeds(attacks.contained(List.of("--writable-root"), List.of("unbounded=/")).run(), List.of("unbounded=/"));
    allSucceed(attacks.onTheHost(List.of("unbounded=/mnt"), "unshare", "-Urm", "sh", "-c",
        "mount -t tmpfs -o size=0,nr_inodes=0 x /mnt && exec \"$@\"", "sh"), List.of("unbounded=/mnt"));
  }

  @Test
  void mounts_that_are_locked_inside_are_not_where_they_were_made() {
    List<String> words = List.of("remount=/mnt", "create=/mnt", "setattr=/mnt", "unmount=/mnt");

    allSucceed(attacks.onTheHost(words, WHERE_IT_WAS_MOUNTED), words);
  }

  @Test
  void nor_are_copies_of_them() {
    for (String word : List.of("clone_write=/mnt", "bind_write=/mnt")) {
      allSucceed(attacks.onTheHost(List.of(word), WHERE_IT_WAS_MOUNTED), List.of(word));
    }
    List<String> words = List.of("tree_attr=/mnt", "setattr_open=/mnt", "create=/mnt");
    String said = attacks.onTheHost(words, WHERE_IT_WAS_MOUNTED);
    assumeTrue(!said.contains("Function not implemented"), "needs a kernel with open_tree_attr, 6.15");
    allSucceed(said, words);
  }

  @Test
  void the_first_process_can_be_taken_over_where_it_does_not_protect_itself() {
    List<String> words = List.of("ptrace", "vm_read");

    allSucceed(attacks.onTheHost(words, "unshare", "-Urpf"), words); // it is process 1 itself
  }

  @Test
  @Tag(User.ROOT)
  void on_the_host_root_can_do_what_is_forbidden_inside() {
    List<String> words = List.of("swap", "syslog", "handle", "setgroups", "bpf", "perf", "chroot", "status=CapPrm:", "status=CapEff:", "raise_core",
        "lower_core", "adjust_clock", "mknod", "setns=/proc/self/ns/net", "writable=/sys");

    allSucceed(attacks.onTheHost(words), words);
  }

  @Test
  @Tag(User.ROOT)
  void on_the_host_root_can_do_of_it_what_its_kernel_has() {
    List<String> words = List.of("kexec", "module", "x32", "release_agent_here");

    String said = attacks.onTheHost(words, "unshare", "-m");
    assertThat(said.lines()).hasSize(words.size()).allMatch(line -> line.endsWith(": succeeded") || line.endsWith(": Function not implemented")
        || line.endsWith(": No such device"));
    assertThat(said).as("one of them at least").contains("succeeded");
  }

  @Test
  @Tag(User.ROOT)
  void root_of_the_host_can_save_itself_from_running_out_of_memory() {
    List<String> words = List.of("oom=/proc/self/oom_score_adj");

    String said = attacks.onTheHost(words);
    boolean may = (Long.parseLong(Host.says("sed", "-n", "s/^CapEff:\\t//p", "/proc/self/status").strip(), 16) >> SYS_RESOURCE & 1) == 1;
    if (may) {
      allSucceed(said, words);
    } else { // a root that is less than that, as in a container, cannot show that it bites
      assertThat(said).contains("Permission denied");
    }
  }

  @Test
  void blocked_signals_are_not_inherited() {
    List<String> words = List.of("status=SigBlk:");

    nothingSucceeds(attacks.contained(List.of(), words).under(attacks.path().toString(), "blocking").run(), words);
    allSucceed(attacks.onTheHost(words, attacks.path().toString(), "blocking"), words);
  }

  @Test
  @Tag(User.ROOT)
  void capabilities_are_not_inherited() {
    List<String> words = List.of("status=CapInh:", "status=CapAmb:");
    String[] inheriting = {"setpriv", "--inh-caps=+net_raw", "--ambient-caps=+net_raw"};

    nothingSucceeds(attacks.contained(List.of(), words).under(inheriting).run(), words);
    allSucceed(attacks.onTheHost(words, inheriting), words);
  }

  @Test
  @Tag(User.ROOT)
  void setuid_files_and_devices_of_the_host_do_nothing() throws IOException {
    User user = User.ordinary().orElseThrow();
    Path file = data.resolve("setuid");
    Files.copy(attacks.path(), file);
    user.own(file);
    Host.says("chmod", "4755", file.toString());
    Host.says("mknod", "-m", "666", data.resolve("zero").toString(), "c", "1", "5");
    List<String> words = List.of("setuid=/data/setuid", "device=/data/zero");

    for (String mapping : List.of("--expose=", "--share=")) {
      nothingSucceeds(attacks.contained(List.of(mapping + data + "=/data"), words).run(), words);
      nothingSucceeds(attacks.contained(List.of(mapping + data + "=/data", "--cap-add=ALL", "--weak=new-privileges,unlocked-mounts"), words).run(), words);
    }
    List<String> outside = List.of("setuid=" + file, "device=" + data.resolve("zero"));
    allSucceed(attacks.onTheHost(outside), outside);
  }

  @Test
  @Tag(User.ROOT)
  void nobody_gains_by_leaving_a_group() throws IOException {
    User user = User.ordinary().orElseThrow();
    Path file = Files.writeString(data.resolve("for-all-but-a-group"), "x");
    Files.setAttribute(file, "unix:gid", 12345);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
    String[] member = {"setpriv", "--reuid=" + user.uid(), "--regid=" + user.gid(), "--groups=12345"};
    String[] leaver = {"setpriv", "--reuid=" + user.uid(), "--regid=" + user.gid(), "--clear-groups"};
    List<String> words = List.of("negative_group=/data/for-all-but-a-group");
    List<String> outside = List.of("negative_group=" + file);

    List<String> options = List.of("--expose=" + data + "=/data");
    nothingSucceeds(attacks.contained(options, words).under(member).run(), words);
    nothingSucceeds(attacks.contained(List.of(options.get(0), "--cap-add=SETGID"), words).under(member).run(), words);
    assertThat(attacks.onTheHost(outside, member)).contains("Permission denied");
    allSucceed(attacks.onTheHost(outside, leaver), outside);
  }

  /** What a program prints in a mount namespace of this test's own, whose mounts are shared, while there is mounted below its directory. */
  private String propagation(List<String> command) {
    String script = "cd / && mount -t tmpfs x " + data + " && mount --make-shared " + data + " && cd " + data + " && mkdir in out && { \"$@\" & }"
        + " && for i in $(seq 12000); do test -e mounted && break; sleep 0.01; done; grep -q ' " + data + "/in ' /proc/self/mountinfo && echo came out;"
        + " mount -t tmpfs x out && : > out/file && : > go; wait";
    List<String> line = new ArrayList<>(List.of("unshare", "-m", "--propagation=private", "sh", "-c", script, "sh"));
    line.addAll(command);
    return Host.says(line.toArray(String[]::new));
  }

  @Test
  @Tag(User.ROOT)
  void mounts_do_not_spread_between_host_and_container() throws IOException {
    List<String> inside = attacks.contained(List.of("--share=" + data + "=/data", "--cap-add=SYS_ADMIN"), List.of("propagation=/data")).line();
    String outside = "propagation=" + data;

    assertThat(propagation(inside)).isEqualTo("propagation=/data: No such file or directory"); // it mounted one, and saw none
    assertThat(propagation(List.of("unshare", "-m", "--propagation=unchanged", attacks.path().toString(), outside)))
        .isEqualTo("came out\n" + outside + ": succeeded");
  }

  @Test
  void whoever_enters_is_confined_as_the_containers_program_is() {
    detach("sleep", "4321");

    nothingSucceeds(enter(List.of(), IN_EXEC).under(leaking(directory.toString())).withVariable("TOKEN", "a-secret").run(), IN_EXEC);
    nothingSucceeds(enter(List.of(), List.of("status=SigIgn:")).under("sh", "-c", "trap '' TERM USR1; exec \"$@\"", "sh").run(), List.of("status=SigIgn:"));
    nothingSucceeds(enter(List.of(), List.of("status=SigBlk:")).under(attacks.path().toString(), "blocking").run(), List.of("status=SigBlk:"));
    nothingSucceeds(enter(List.of(), List.of("host_key=k")).under(attacks.path().toString(), "with_key", "k").run(), List.of("host_key=k"));
  }

  @Test
  void whoever_enters_with_every_capability_finds_the_same_locked() {
    detach(List.of("--cap-add=ALL", "--uid=0", "--gid=0"), "sleep", "4321");

    nothingSucceeds(enter(List.of(), OF_ROOT_IN_EXEC).run(), OF_ROOT_IN_EXEC);
  }

  @Test
  void no_working_directory_leads_out() {
    List<String> words = List.of("climb=" + marker);
    detach("sleep", "4321");

    nothingSucceeds(enter(List.of(), words).run(), words);
    for (int fd = 3; fd < 14; fd++) { // the leaked one, and whatever Carrel itself has open while it enters
      Carrel.Result result = enter(List.of("--workdir=/proc/self/fd/" + fd), words).under(leaking(directory.toString())).run();
      assertThat(result.out()).as("descriptor " + fd).doesNotContain("succeeded");
    }
    for (String place : List.of("/proc/1/cwd", "/proc/1/root", "/proc/self/cwd", "/proc/self/root")) {
      assertThat(enter(List.of("--workdir=" + place), words).run().out()).as(place).doesNotContain("succeeded");
    }
    allSucceed(attacks.onTheHost(words), words);
  }

  @Test
  void who_enters_cannot_be_seized_on_the_way() throws Exception {
    detach("/attacks", "chase=" + marker);

    for (int i = 0; i < 5; i++) {
      assertThat(life("exec", "target", "--", "true").run().status()).isZero();
    }
    AttackProgram.end(life("exec", "target", "--", "touch", "/tmp/enough"));
    assertThat(life("wait", "target").run().status()).isZero();
    nothingSucceeds(life("logs", "target").run(), List.of("chase"));
    assertThat(life("logs", "target").run().out()).contains("No such process"); // it went on to the end
    allSucceed(attacks.onTheHost(List.of("chase=" + marker)), List.of("chase=" + marker));
  }

  @Test
  void a_container_ends_within_seconds_when_carrel_is_asked_to() throws Exception {
    Process process = Carrel.command("run", "--no-cwd", "--", "sh", "-c", "echo ready; exec sleep 4321").start(directory.resolve("output"));
    try {
      for (int i = 0; i < 12_000 && Files.size(directory.resolve("output")) == 0; i++) {
        Thread.sleep(10);
      }
      assertThat(directory.resolve("output")).hasContent("ready");
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }
}
