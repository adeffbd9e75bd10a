package dev.carrel.it;

import static dev.carrel.it.AttackProgram.allSucceed;
import static dev.carrel.it.AttackProgram.nothingSucceeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks that must fail in a container, made by a program without libraries (attacks.c); and the same where they succeed, so that
 * it is known that they bite.
 */
class AttacksIT {
  private static final String SUCCEEDED = "succeeded";

  /** In a container as it is by default, with a directory exposed at /data. */
  private static final List<String> ALL = List.of(
      "write=/proc/sys/kernel/core_pattern", "write=/proc/sys/kernel/hostname", "write=/proc/sysrq-trigger",
      "write=/proc/irq/default_smp_affinity", "write=/sys/kernel/mm/ksm/run", "write=/sys/power/state", "read=/proc/keys",
      "read=/proc/timer_list", "read=/proc/interrupts", "read=/proc/kcore", "read=/proc/acpi/event", "create=/", "create=/usr",
      "create=/data", "create=/proc/sys", "create=/sys/fs/cgroup", "create=/dev", "create=/sys/firmware", "remount=/usr",
      "remount=/data", "remount=/data/below", "setattr=/usr", "setattr=/data", "setattr_open=/usr", "clone_write=/usr",
      "bind_write=/usr", "fresh=proc", "fresh=sysfs", "fresh=cgroup2", "unmount=/usr", "unmount=/proc/sys", "unmount=/proc",
      "tmpfs=/tmp", "tree_attr=/usr", "new_user", "clone_user", "clone3_user", "release_agent", "release_agent_here", "keys", "keyctl",
      "bpf", "perf", "userfaultfd", "io_uring", "kexec", "module", "handle", "clock", "adjust_clock", "swap", "syslog", "socket=40",
      "socket_high=40", "socket=38", "socket_high=38", "socket=17", "socket=3", "socket=29", "socket=44", "unknown_call", "x32",
      "int80", "setgroups", "status=CapInh:", "status=CapPrm:", "status=CapEff:", "status=CapBnd:", "status=CapAmb:", "status=SigIgn:",
      "status=SigBlk:", "privileges", "ptrace", "vm_read", "write_exe=/proc/1/exe", "contains=/proc/1/environ:CARREL",
      "contains=/proc/1/cmdline:java", "core_limit", "raise_core", "lower_core", "escape_fd", "chroot", "mknod", "setns=/proc/1/ns/mnt",
      "setns=/proc/1/ns/net", "setns=/proc/self/ns/net", "oom=/proc/self/oom_score_adj", "oom=/proc/1/oom_score_adj",
      "contains=/proc/self/mountinfo:oldroot", "create=/data/below");

  /** With every capability that a container can have: what is locked stays locked, and what init holds stays its own. */
  private static final List<String> OF_ROOT = List.of(
      "remount=/usr", "remount=/data", "remount=/data/below", "setattr=/usr", "setattr=/data", "setattr_open=/usr", "clone_write=/usr",
      "bind_write=/usr", "fresh=proc", "fresh=sysfs", "fresh=cgroup2", "setattr=/proc/sys", "unmount=/usr", "unmount=/proc/sys",
      "unmount=/proc/keys", "write=/proc/sys/kernel/core_pattern", "create=/usr", "create=/data", "keys", "new_user", "module", "kexec",
      "clock", "adjust_clock", "socket=40", "tiocsti", "handle", "ptrace", "vm_read", "setns=/proc/1/ns/mnt", "release_agent_here",
      "mknod", "oom=/proc/self/oom_score_adj", "lower_core");

  /** Who the program is inside: the caller by name, root, somebody else. */
  private static final List<List<String>> USERS = List.of(List.of(), List.of("--uid=0", "--gid=0"), List.of("--user=ada"));

  /** What is opened, and the attacks that succeed by it. */
  private record Opening(List<String> options, List<String> attacks) {}

  private static final List<Opening> OPENINGS = List.of(
      new Opening(List.of("--weak=kernel-files"), List.of("read=/proc/interrupts")),
      new Opening(List.of("--weak=user-namespaces"), List.of("new_user", "clone_user", "clone3_user")),
      new Opening(List.of("--weak=keyring"), List.of("keys", "keyctl")),
      new Opening(List.of("--weak=tracing"), List.of("userfaultfd")),
      new Opening(List.of("--weak=io-uring"), List.of("io_uring")),
      new Opening(List.of("--weak=socket-families"), List.of("socket=40", "socket_high=40")),
      new Opening(List.of("--weak=new-privileges"), List.of("privileges")),
      new Opening(List.of("--weak=core-dumps"), List.of("core_limit", "lower_core")),
      new Opening(List.of("--weak=foreign-abi"), List.of("int80")),
      new Opening(List.of("--cap-add=NET_RAW"), List.of("status=CapBnd:", "socket=17")),
      new Opening(List.of("--cap-add=SYS_CHROOT"), List.of("chroot")),
      new Opening(List.of("--cap-add=SYS_ADMIN"), List.of("tmpfs=/tmp")),
      new Opening(List.of("--cap-add=ALL", "--weak=unlocked-mounts"), List.of("unmount=/proc/sys", "unmount=/proc/keys", "setns=/proc/self/ns/net", "fresh=proc")),
      new Opening(List.of("--writable-root"), List.of("create=/")));

  @TempDir static Path directory;
  private static AttackProgram program;
  private static Path attacks;

  @BeforeAll
  static void compile() throws Exception {
    program = AttackProgram.compiledIn(directory);
    attacks = program.path();
    Files.createDirectories(directory.resolve("data/below"));
  }

  private static Carrel carrel(List<String> options, List<String> words) {
    return program.contained(options, words);
  }

  private static List<String> exposing(List<String> options, String... more) {
    List<String> all = new ArrayList<>(List.of("--expose=" + directory.resolve("data") + "=/data"));
    all.addAll(options);
    all.addAll(List.of(more));
    return all;
  }

  @TestFactory
  Stream<DynamicTest> none_succeeds_in_a_container() {
    return USERS.stream().map(user -> DynamicTest.dynamicTest(user.toString(), () -> nothingSucceeds(carrel(exposing(user), ALL).run(), ALL)));
  }

  @Test
  void none_succeeds_for_a_program_that_is_the_first_process() {
    List<String> aboutOthers = ALL.stream().filter(word -> !List.of("ptrace", "vm_read").contains(word) && !word.startsWith("contains=/proc/1/")).toList();
    nothingSucceeds(carrel(exposing(List.of(), "--as-pid-1"), aboutOthers).run(), aboutOthers);
  }

  @TestFactory
  Stream<DynamicTest> what_is_mounted_is_locked_and_the_filter_holds_with_every_capability() {
    return USERS.stream().map(user -> DynamicTest.dynamicTest(user.toString(),
        () -> nothingSucceeds(carrel(exposing(user, "--cap-add=ALL"), OF_ROOT).run(), OF_ROOT)));
  }

  @TestFactory
  Stream<DynamicTest> each_succeeds_where_it_is_let() {
    return OPENINGS.stream().map(opening -> DynamicTest.dynamicTest(String.join(" ", opening.options()), () -> {
      Carrel.Result result = carrel(opening.options(), opening.attacks()).run();
      assertThat(result.err()).isEmpty();
      allSucceed(result.out(), opening.attacks());
    }));
  }

  @Test
  void what_is_shared_can_be_written() {
    List<String> words = List.of("create=/data", "create=/data/below");
    allSucceed(carrel(List.of("--share=" + directory.resolve("data") + "=/data"), words).run().out(), words);
  }

  @Test
  @Tag(User.ROOT)
  void root_could_write_to_the_kernels_settings_if_they_were_not_protected() {
    List<String> words = List.of("write=/proc/sys/kernel/core_pattern", "read=/proc/timer_list");
    if (User.weAreRoot()) { // the container's ids are not root's
      nothingSucceeds(carrel(List.of("--weak=kernel-files"), words).run(), words);
    }
    allSucceed(carrel(List.of("--weak=kernel-files", "--ids=1"), words).run().out(), words);
  }

  @Test
  void keys_of_the_session_stay_outside() {
    List<String> words = List.of("host_key=carrel-test");
    Carrel inside = carrel(List.of(), words).under(attacks.toString(), "with_key", "carrel-test");
    nothingSucceeds(inside.run(), words);
    allSucceed(carrel(List.of("--weak=keyring"), words).under(attacks.toString(), "with_key", "carrel-test").run().out(), words);
  }

  @Test
  void a_descriptor_that_leads_out_is_not_inherited() {
    String[] leaking = {"sh", "-c", "exec 7</etc 8</ 9</usr; exec \"$@\"", "sh"};
    List<String> words = List.of("escape_fd");
    nothingSucceeds(carrel(List.of(), words).under(leaking).run(), words);
    allSucceed(Host.says("sh", "-c", "exec 7</etc; exec " + attacks + " escape_fd"), words);
  }

  @Test
  void ignored_signals_are_not_inherited() {
    List<String> words = List.of("status=SigIgn:");
    nothingSucceeds(carrel(List.of(), words).under("sh", "-c", "trap '' TERM USR1 PIPE; exec \"$@\"", "sh").run(), words);
    allSucceed(Host.says("sh", "-c", "trap '' TERM; exec " + attacks + " status=SigIgn:"), words);
  }

  @Test
  void the_environment_of_who_started_it_cannot_be_read() {
    List<String> words = List.of("contains=/proc/1/environ:a-secret", "contains=/proc/self/environ:a-secret");
    nothingSucceeds(carrel(List.of(), words).withVariable("TOKEN", "a-secret").run(), words);
    assumeTrue(Host.can("bwrap", "--version"), "needs bubblewrap, which lets it be read");
    List<String> first = words.subList(0, 1);
    allSucceed(Host.says("env", "TOKEN=a-secret", "bwrap", "--unshare-pid", "--clearenv", "--ro-bind", "/", "/", "--proc", "/proc",
        attacks.toString(), first.get(0)), first);
  }

  @Test
  void keys_cannot_be_put_into_a_terminal() throws Exception {
    List<String> words = List.of("tiocsti", "tiocsti_high", "tioclinux");
    Typing.Seen seen = new Typing(carrel(List.of(), words)).run();
    assertThat(seen.screen()).contains("tiocsti: ", "tiocsti_high: ", "tioclinux: ").doesNotContain(SUCCEEDED);
    assumeTrue(Files.exists(Path.of("/proc/sys/dev/tty/legacy_tiocsti"))
        && Files.readString(Path.of("/proc/sys/dev/tty/legacy_tiocsti")).startsWith("1"), "this kernel lets nobody do it");
    assertThat(new Typing(carrel(List.of("--weak=system-calls"), words)).run().screen())
        .contains("tiocsti: " + SUCCEEDED, "tiocsti_high: " + SUCCEEDED, "tioclinux: Inappropriate ioctl"); // that takes a console
  }

  @Test
  void abstract_sockets_of_the_host_are_out_of_reach() throws Exception {
    String name = "carrel-attack-" + ProcessHandle.current().pid();
    Process server = new ProcessBuilder("python3", "-c", "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind('\\0" + name
        + "'); s.listen(9); print('ready', flush=True); sys.stdin.read()").start();
    try {
      assertThat(server.inputReader().readLine()).isEqualTo("ready");
      List<String> words = List.of("abstract=" + name);
      nothingSucceeds(carrel(List.of(), words).run(), words);
      allSucceed(carrel(List.of("--network=host", "--weak=abstract-sockets"), words).run().out(), words);
      String[] release = System.getProperty("os.version").split("[^0-9]+");
      boolean scoped = Integer.parseInt(release[0]) * 1000 + Integer.parseInt(release[1]) >= 6012;
      assumeTrue(scoped, "Landlock can forbid it from Linux 6.12 on");
      nothingSucceeds(carrel(List.of("--network=host"), words).run(), words);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void memory_for_files_is_bounded() {
    Carrel.Result result = Carrel.run("run", "--no-cwd", "--", "sh", "-c", "dd if=/dev/zero of=/dev/shm/fill bs=1M count=100 2>&1; rm /dev/shm/fill");
    assertThat(result.out()).contains("No space left on device");
  }

  @Test
  void orphans_are_reaped_and_a_term_ends_a_program_that_does_not_handle_it() {
    Carrel.Result result = Carrel.run("run", "--no-cwd", "--", "sh", "-c",
        "for i in $(seq 1000); do (sh -c : &) ; done; while grep -qs '^State:.Z' /proc/[0-9]*/status; do sleep 0.1; done; echo none; sleep 4321 & kill $!; wait $!; echo $?");
    assertThat(result.out()).isEqualTo("none\n143\n");
  }

  @Test
  void a_child_that_holds_the_output_open_ends_with_the_program() {
    Carrel.Result result = Carrel.run("run", "--no-cwd", "--", "sh", "-c", "setsid sleep 4321 & echo done");
    assertThat(result.out()).isEqualTo("done\n");
    assertThat(result.status()).isZero();
  }
}
