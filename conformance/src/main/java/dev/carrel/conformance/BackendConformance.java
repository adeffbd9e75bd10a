package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Containers;
import dev.carrel.api.container.ExitStatus;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.container.Weakness;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.isolation.ContainerRecord;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.IsolationBackend;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link IsolationBackend}: extend it, and give it yours. It takes a Linux host with a shell; what it starts are the host's own
 * programs. A test that is skipped names a feature that the backend does not declare, and what needs that has to be refused then.
 */
public abstract class BackendConformance extends LaunchedContainers {
  private static final int SIGTERM = 15;
  private static final int SIGUSR1 = 10;
  private static final Path SHARED = Path.of("/shared");

  /** An engine that knows the backend. */
  protected abstract Containers containers();

  @Test
  void its_name_and_version_are_told() {
    assertThat(backend().name()).matches("[a-z][a-z0-9-]*");
    assertThat(backend().version()).isNotBlank();
  }

  @Test
  void the_exit_code_is_the_programs() throws Exception {
    assertThat(end(launch(SampleContainer.sh("exit 42")))).isEqualTo(ExitStatus.exited(42));
  }

  @Test
  void a_signal_that_ends_the_program_is_told() throws Exception {
    assertThat(end(launch(SampleContainer.sh("kill -9 $$"))).shellStatus()).isEqualTo(128 + 9);
  }

  @Test
  void a_program_that_is_not_there_is_an_error_of_its_own() {
    assertThatThrownBy(() -> launch(SampleContainer.of("no-such-program"))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("no-such-program").extracting(e -> ((CarrelException) e).kind()).isEqualTo(Kind.NOT_FOUND);
  }

  @Test
  void a_program_that_cannot_be_executed_is_an_error_of_its_own() {
    assertThatThrownBy(() -> launch(SampleContainer.of("/tmp"))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("/tmp").extracting(e -> ((CarrelException) e).kind()).isEqualTo(Kind.CANNOT_EXECUTE);
  }

  @Test
  void a_working_directory_that_is_not_there_is_an_error() {
    assertThatThrownBy(() -> launch(SampleContainer.sh("true").in("/no/such/place"))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("/no/such/place");
  }

  @Test
  void the_three_streams_are_pipes_of_the_starter() throws Exception {
    Running running = launch(SampleContainer.sh("cat; echo wrong >&2"));
    running.process().getOutputStream().write("in and out".getBytes(StandardCharsets.UTF_8));
    running.process().getOutputStream().close();

    assertThat(read(running)).isEqualTo("in and out");
    assertThat(new String(running.process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("wrong\n");
    end(running);
  }

  @Test
  void nothing_is_inherited_but_the_streams_and_the_variables_that_were_given() throws Exception {
    String said = says(SampleContainer.of("env").with(Map.of("PATH", SampleContainer.PATH, "A", "x\ny")));

    assertThat(said.lines()).containsExactlyInAnyOrder("PATH=" + SampleContainer.PATH, "A=x", "y");
    assertThat(says(SampleContainer.of("ls", "/proc/self/fd")).lines()).containsExactly("0", "1", "2", "3"); // 3 is ls's own
  }

  @Test
  void it_starts_where_it_is_told() throws Exception {
    assertThat(says(SampleContainer.of("pwd").in("/usr/bin"))).isEqualTo("/usr/bin");
  }

  @Test
  void the_program_is_who_it_is_told_to_be() throws Exception {
    assertThat(says(SampleContainer.sh("id -u; id -g").as(42, 77)).lines()).containsExactly("42", "77");
  }

  @Test
  void the_host_name_is_its_own() throws Exception {
    assertThat(says(SampleContainer.of("uname", "-n"))).isEqualTo("desk");
  }

  @Test
  void it_sees_its_own_processes_alone() throws Exception {
    assertThat(says(SampleContainer.sh("ls /proc | grep -c '^[0-9][0-9]*$'"))).matches("[1-5]");
  }

  @Test
  void each_namespace_that_was_asked_for_is_its_own() throws Exception {
    List<String> files = Namespace.standard().stream().map(Namespace::file).sorted().toList();
    List<String> inside = says(SampleContainer.sh("for n in " + String.join(" ", files) + "; do readlink /proc/self/ns/$n; done")).lines().toList();

    for (int i = 0; i < files.size(); i++) {
      assertThat(inside.get(i)).isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns", files.get(i))).toString());
    }
  }

  @Test
  void it_has_the_loopback_interface_and_no_other() throws Exception {
    assertThat(says(SampleContainer.sh("grep : /proc/net/dev")).lines()).singleElement().asString().contains("lo:");
  }

  @Test
  void the_hosts_network_is_the_hosts() throws Exception {
    needs(Feature.HOST_NETWORK);

    assertThat(says(SampleContainer.of("readlink", "/proc/self/ns/net").with(Namespace.standardBut(Namespace.NETWORK))))
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  @Test
  void what_is_exposed_can_be_read_and_not_written() throws Exception {
    Files.writeString(directory.resolve("file"), "content");
    Mount exposed = new Mount.Bind(directory.toRealPath(), SHARED, Access.EXPOSE, Mapping.Kind.DIRECTORY, false);

    assertThat(says(SampleContainer.sh("cat /shared/file; touch /shared/new 2>/dev/null || echo ' refused'").with(exposed))).isEqualTo("content refused");
    assertThat(directory.resolve("new")).doesNotExist();
  }

  @Test
  void what_is_shared_can_be_written() throws Exception {
    Mount shared = new Mount.Bind(directory.toRealPath(), SHARED, Access.SHARE, Mapping.Kind.DIRECTORY, false);
    says(SampleContainer.sh("echo inside >/shared/new").with(shared));

    assertThat(directory.resolve("new")).hasContent("inside\n");
  }

  @Test
  void a_single_file_can_be_exposed_and_one_be_made() throws Exception {
    Files.writeString(directory.resolve("file"), "content");

    assertThat(says(SampleContainer.sh("cat /one /two; stat -c %a /two").with(
        new Mount.Bind(directory.toRealPath().resolve("file"), Path.of("/one"), Access.EXPOSE, Mapping.Kind.FILE, false),
        new Mount.GeneratedFile(Path.of("/two"), " made\n", 0444)))).isEqualTo("content made\n444");
  }

  @Test
  void memory_is_writable_as_large_as_it_was_given_and_of_its_mode() throws Exception {
    assertThat(says(SampleContainer.sh("stat -c %a /m; df -k /m | tail -1 | tr -s ' ' | cut -d ' ' -f 2; echo x >/m/x && cat /m/x").with(
        new Mount.Tmpfs(Path.of("/m"), 0700, "4m"))).lines()).containsExactly("700", "4096", "x");
  }

  @Test
  void links_and_directories_are_made() throws Exception {
    assertThat(says(SampleContainer.sh("readlink /link; stat -c %a /d").with(
        new Mount.Symlink(Path.of("/link"), "some/where"), new Mount.Directory(Path.of("/d"), 0711))).lines()).containsExactly("some/where", "711");
  }

  @Test
  void the_root_directory_is_read_only_unless_it_is_to_be_written() throws Exception {
    assertThat(says(SampleContainer.sh("mkdir /new 2>/dev/null || echo refused"))).isEqualTo("refused");
    assertThat(says(SampleContainer.sh("mkdir /new && echo made").onWritableRoot())).isEqualTo("made");
  }

  @Test
  void devices_are_there_and_no_others() throws Exception {
    assertThat(says(SampleContainer.sh("head -c 3 /dev/zero | wc -c; echo x >/dev/null; ls /dev | tr '\\n' ' '")))
        .startsWith("3").contains("full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero")
        .doesNotContain("kmsg", "mem", "sda", "vda");
  }

  @Test
  void it_has_no_capability_and_can_get_none() throws Exception {
    String status = says(SampleContainer.sh("grep -e Cap -e NoNewPrivs /proc/self/status"));

    assertThat(status.lines().filter(line -> line.startsWith("Cap"))).hasSize(5).allMatch(line -> line.endsWith("\t0000000000000000"));
    assertThat(status).contains("NoNewPrivs:\t1");
  }

  @Test
  void a_capability_that_is_kept_is_there_alone() throws Exception {
    needs(Feature.CAPABILITIES);

    assertThat(says(SampleContainer.sh("grep -e CapEff -e CapBnd /proc/self/status").with(Security.standard().withCapabilities(Set.of(Capability.CHOWN))))
        .lines()).hasSize(2).allMatch(line -> line.endsWith("\t0000000000000001"));
  }

  @Test
  void system_calls_are_filtered() throws Exception {
    assertThat(says(SampleContainer.sh("grep Seccomp: /proc/self/status; unshare -U true 2>/dev/null || echo refused")).lines())
        .containsExactly("Seccomp:\t2", "refused");
    assertThat(says(SampleContainer.sh("grep Seccomp: /proc/self/status").with(Security.standard().weakenedBy(Weakness.SYSTEM_CALLS))))
        .isEqualTo("Seccomp:\t0");
  }

  @Test
  void what_proc_tells_of_the_kernel_cannot_be_written() throws Exception {
    assertThat(says(SampleContainer.sh("echo x 2>/dev/null >/proc/sys/kernel/hostname || echo refused; wc -c </proc/timer_list").as(0, 0)))
        .startsWith("refused");
  }

  @Test
  void a_signal_reaches_the_program() throws Exception {
    Running running = launch(SampleContainer.sh("trap 'echo got it; exit 5' USR1; echo ready; while :; do sleep 0.05; done"));
    assertThat((char) running.process().getInputStream().read()).isEqualTo('r');
    running.signal(SIGUSR1);

    assertThat(read(running)).endsWith("got it");
    assertThat(end(running)).isEqualTo(ExitStatus.exited(5));
    running.signal(SIGTERM); // nothing happens
  }

  @Test
  void killed_it_is_gone_with_all_that_it_has_started() throws Exception {
    Running running = launch(SampleContainer.sh("sleep 1000 & echo ready; sleep 1000"));
    assertThat((char) running.process().getInputStream().read()).isEqualTo('r');
    running.kill();

    assertThat(end(running).shellStatus()).isEqualTo(128 + 9);
    read(running); // nobody has the other end
  }

  @Test
  void what_the_program_leaves_running_ends_with_it() throws Exception {
    Running running = launch(SampleContainer.sh("sleep 1000 & exit 6"));

    assertThat(end(running)).isEqualTo(ExitStatus.exited(6));
    read(running);
  }

  @Test
  void another_program_is_started_inside_confined_alike() throws Exception {
    Running running = launch(SampleContainer.sh("echo here >/tmp/mark; echo ready; cat"));
    assertThat((char) running.process().getInputStream().read()).isEqualTo('r');
    SampleContainer other = SampleContainer.sh("cat /tmp/mark; uname -n; grep -e CapBnd -e Seccomp: /proc/self/status; exit 3");
    Running entered = backend().enter("c0ffee00", running, Inside.of(SampleContainer.sh("true").spec()), Optional.empty(), other.process());
    entered.process().getOutputStream().close();

    assertThat(read(entered).lines()).containsExactly("here", "desk", "CapBnd:\t0000000000000000", "Seccomp:\t2");
    assertThat(end(entered)).isEqualTo(ExitStatus.exited(3));
    running.process().getOutputStream().close();
    assertThat(end(running)).isEqualTo(ExitStatus.exited(0));
  }

  @Test
  void one_that_is_attached_to_a_network_has_a_namespace_for_that_which_who_enters_it_is_in() throws Exception {
    needs(Feature.HELD_START);
    needs(Feature.NETWORK_ATTACHMENT);
    SampleContainer container = SampleContainer.sh("readlink /proc/self/ns/net; cat");
    Running running = launch(container.attachedPlan());
    String own = Files.readSymbolicLink(Path.of("/proc", Long.toString(running.process().pid()), "ns/net")).toString(); // where a provider goes
    backend().proceed(running, Inside.of(container.spec()), container.process(), Optional.empty());
    byte[] said = running.process().getInputStream().readNBytes(own.length());
    Running entered = backend().enter("c0ffee00", running, Inside.of(container.spec()), Optional.empty(), SampleContainer.of("readlink", "/proc/self/ns/net").process());

    assertThat(own).isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    assertThat(new String(said, StandardCharsets.UTF_8)).isEqualTo(own);
    assertThat(read(entered)).isEqualTo(own);
    assertThat(end(entered)).isEqualTo(ExitStatus.exited(0));
    running.process().getOutputStream().close();
    assertThat(end(running)).isEqualTo(ExitStatus.exited(0));
  }

  @Test
  void a_terminal_is_its_own() throws Exception {
    needs(Feature.TERMINAL);
    Running running = launch(SampleContainer.sh("tty; stty size; read line; echo got $line").with(Stdio.terminal(new TerminalSize(33, 99))));
    running.process().getOutputStream().write("words\n".getBytes(StandardCharsets.UTF_8));
    running.process().getOutputStream().flush();

    assertThat(read(running).lines().map(String::strip)).contains("/dev/pts/0", "33 99", "got words");
    assertThat(end(running)).isEqualTo(ExitStatus.exited(0));
  }

  @Test
  void a_program_that_waits_is_started_when_it_is_told() throws Exception {
    needs(Feature.HELD_START);
    SampleContainer container = SampleContainer.sh("echo begun; exit 4").waiting();
    Running running = launch(container);
    assertThat(running.exit()).isNotDone();
    assertThat(running.process().getInputStream().available()).isZero();
    backend().proceed(running, Inside.of(container.spec()), container.process(), Optional.empty());

    assertThat(read(running)).isEqualTo("begun");
    assertThat(end(running)).isEqualTo(ExitStatus.exited(4));
  }

  @Test
  void one_that_waits_can_be_killed() throws Exception {
    needs(Feature.HELD_START);
    Running running = launch(SampleContainer.sh("true").waiting());
    running.kill();

    assertThat(end(running).shellStatus()).isEqualTo(128 + 9);
  }

  @Test
  void paused_nothing_of_it_runs_until_it_is_resumed() throws Exception {
    Running running = launch(SampleContainer.sh("echo ready; exec sleep 1000"));
    assertThat((char) running.process().getInputStream().read()).isEqualTo('r');
    running.pause();
    await("all to be stopped", () -> isEach(running, "T"));
    running.resume();
    await("all to go on", () -> !isEach(running, "T"));
    running.kill();
    end(running);
  }

  @Test
  void a_detached_one_is_found_again_by_its_record_where_its_output_and_end_are_kept() throws Exception {
    needs(Feature.DETACHED);
    SampleContainer container = SampleContainer.sh("trap 'exit 8' TERM; echo kept; while :; do sleep 0.05; done").detached(directory);
    Running running = launch(container);
    running.detach();
    long pid = running.process().pid();
    ContainerRecord record = new ContainerRecord(directory, pid, ProcessTimes.startTime(pid));
    await("its output", () -> Files.readString(directory.resolve(ContainerRecord.LOG), StandardCharsets.ISO_8859_1).contains("kept\n"));
    assertThat(session(pid)).as("its session").isNotEqualTo(session(ProcessHandle.current().pid()));
    Running found = backend().adopt(record).orElseThrow();
    found.signal(SIGTERM);

    assertThat(end(found)).isEqualTo(ExitStatus.exited(8));
    assertThat(ExitStatus.ofSiginfo(Files.readAllBytes(directory.resolve(ContainerRecord.EXIT)))).isEqualTo(ExitStatus.exited(8));
    await("it to be gone", () -> backend().adopt(record).isEmpty());
  }

  /** The sixth field of proc_pid_stat(5). */
  private static String session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
  }

  @Test
  void many_are_started_at_once() throws Exception {
    List<Running> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      all.add(launch(SampleContainer.sh("exit " + i)));
    }
    for (int i = 0; i < 8; i++) {
      assertThat(end(all.get(i))).isEqualTo(ExitStatus.exited(i));
    }
  }

  @Test
  void what_it_would_do_is_told_and_not_done() {
    assertThat(backend().explain(SampleContainer.sh("exit 1").plan())).isNotEmpty().allMatch(step -> !step.call().isBlank());
  }

  @Test
  void what_needs_a_feature_that_it_does_not_declare_is_refused_by_its_name() {
    SampleContainer plain = SampleContainer.of("true").by(backend().name());
    Identity own = plain.identity();
    Map<Feature, SampleContainer> needing = new EnumMap<>(Feature.class);
    needing.put(Feature.TERMINAL, plain.with(Stdio.terminal(new TerminalSize(24, 80))));
    needing.put(Feature.HOST_NETWORK, plain.with(Namespace.standardBut(Namespace.NETWORK)));
    needing.put(Feature.ID_RANGES, plain.with(new Identity(own.user(), own.group(), List.of(new IdMapping(70000, 70000, 1)), List.of(new IdMapping(70000, 70000, 1)))));
    needing.put(Feature.SHARED_NAMESPACES, plain.with(Namespace.standardBut(Namespace.PID)));
    needing.put(Feature.NEW_PRIVILEGES, plain.with(Security.standard().weakenedBy(Weakness.NEW_PRIVILEGES)));
    needing.put(Feature.OPEN_KERNEL_FILES, plain.with(Security.standard().weakenedBy(Weakness.KERNEL_FILES)));
    needing.put(Feature.CAPABILITIES, plain.with(Security.standard().withCapabilities(Set.of(Capability.CHOWN))));
    needing.put(Feature.NAMESPACE_CAPABILITIES, plain.with(Security.standard().withCapabilities(Set.of(Capability.NET_ADMIN))));
    needing.put(Feature.OVERLAYS, plain.with(new Mount.Overlay(Path.of("/o"), List.of(Path.of("/usr")), Optional.empty(), true, "1m")));
    needing.keySet().removeAll(backend().features());
    needing.forEach((feature, container) -> assertThatThrownBy(() -> containers().start(container.spec())).as(feature.name())
        .isInstanceOf(CarrelException.class).hasMessageContaining("the backend " + backend().name() + " cannot give a container "));
  }
}
