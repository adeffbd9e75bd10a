package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which namespaces a container has of its own, which it shares with another, and who its program is. */
class NamespacesIT {
  private static final List<String> KINDS = List.of("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time");

  @TempDir Path directory;

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel.Result run(String... words) {
    return carrel(words).run();
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
  }

  private static String own(String kind) throws Exception {
    return Files.readSymbolicLink(Path.of("/proc/self/ns", kind)).toString();
  }

  @Test
  void each_is_its_own_by_default_but_the_clocks() throws Exception {
    Carrel.Result result = run("run", "--no-cwd", "--", "sh", "-c", "for i in " + String.join(" ", KINDS) + "; do readlink /proc/self/ns/$i; done");
    List<String> inside = result.out().lines().toList();
    for (int i = 0; i < KINDS.size(); i++) {
      boolean same = inside.get(i).equals(own(KINDS.get(i)));
      assertThat(same).as(KINDS.get(i)).isEqualTo(KINDS.get(i).equals("time"));
    }
  }

  @Test
  void any_can_be_shared_with_the_host() throws Exception {
    for (String kind : List.of("net", "ipc", "uts", "cgroup")) {
      Carrel.Result result = run("run", "--no-cwd", "--namespaces=all,-" + kind, "--", "readlink", "/proc/self/ns/" + kind);
      assertThat(result.out()).as(kind).isEqualTo(own(kind) + "\n");
    }
  }

  @Test
  void with_a_user_namespace_alone_the_caller_can_be_root_in_it_and_sees_the_host() throws Exception {
    Carrel.Result result = run("run", "--namespaces=user", "--uid=0", "--gid=0", "--", "sh", "-c",
        "id -u; id -g; readlink /proc/self/ns/mnt /proc/self/ns/pid; pwd; exit 6");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("0\n0\n" + own("mnt") + "\n" + own("pid") + "\n" + directory + "\n");
    assertThat(result.status()).isEqualTo(6);
  }

  @Test
  void without_a_pid_namespace_the_program_ends_with_a_killed_carrel() throws Exception {
    Path output = directory.resolve("out");
    Process process = carrel("run", "--namespaces=user", "--", "sh", "-c", "echo $$; exec sleep 4321").start(output);
    Await.until("its pid", () -> Files.readString(output).endsWith("\n"));
    long pid = Long.parseLong(Files.readString(output).strip());
    assertThat(ProcessHandle.of(pid)).isPresent();
    process.destroyForcibly().waitFor();
    ProcessHandle.of(pid).ifPresent(handle -> handle.onExit().orTimeout(Await.SECONDS, TimeUnit.SECONDS).join());
  }

  @Test
  void ids_inside_are_chosen_freely() {
    Carrel.Result result = run("run", "--no-cwd", "--uid=42", "--gid=77", "--", "sh", "-c", "id -u; id -g; whoami; touch ~/mine; stat -c %u:%g ~/mine");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines()).first().isEqualTo("42");
    assertThat(result.out().lines().toList()).contains("77", "42:77", System.getProperty("user.name"));
  }

  @Test
  void variables_are_set() {
    assertThat(run("run", "--no-cwd", "--env=A=b=c d", "-e", "HOME=/tmp", "-e", "N=1\n2", "--", "sh", "-c", "echo \"$A $HOME $N\"").out()).isEqualTo("b=c d /tmp 1\n2\n");
    refused(run("run", "--env=A", "--", "true"), "--env=A is no NAME=VALUE");
    refused(run("run", "--env==x", "--", "true"), "is no NAME=VALUE");
  }

  @Test
  void its_clocks_can_be_ahead() throws Exception {
    double here = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    Carrel.Result result = run("run", "--no-cwd", "--time-offset=100000", "--", "cut", "-d ", "-f1", "/proc/uptime");
    assertThat(Double.parseDouble(result.out().strip())).isBetween(here + 100_000, here + 100_600);
  }

  @Test
  void two_containers_share_a_network() throws Exception {
    run("run", "--no-cwd", "--detach", "--name=server", "--", "python3", "-c", """
        import socket
        s = socket.create_server(("127.0.0.1", 8123))
        print("ready", flush=True)
        while True:
          c, a = s.accept()
          c.sendall(b"hello from next door")
          c.close()
        """);
    try {
      Await.until("the server", () -> run("logs", "server").out().contains("ready"));
      String client = "import socket; print(socket.create_connection(('127.0.0.1', 8123)).recv(99).decode())";
      Carrel.Result guest = run("run", "--no-cwd", "--join=net:server", "--join=ipc:server", "--", "python3", "-c", client);
      assertThat(guest.err()).isEmpty();
      assertThat(guest.out()).isEqualTo("hello from next door\n");
      assertThat(run("run", "--no-cwd", "--", "python3", "-c", client).status()).isEqualTo(1);
    } finally {
      run("remove", "--force", "server");
    }
    refused(run("run", "--no-cwd", "--join=net:server", "--", "true"), "no container is called 'server'");
  }

  @Test
  @Tag(User.ROOT)
  void root_can_join_a_namespace_that_a_file_keeps() throws Exception {
    Path file = Files.createFile(directory.resolve("network"));
    Host.says("unshare", "--net=" + file, "true");
    try {
      String inode = "net:[" + Files.getAttribute(file, "unix:ino") + "]\n";
      assertThat(run("run", "--no-cwd", "--join=net:" + file, "--", "readlink", "/proc/self/ns/net").out()).isEqualTo(inode);
      refused(run("run", "--no-cwd", "--join=uts:" + file, "--", "true"), "cannot join the namespace of " + file, "It is no namespace of that kind");
      refused(run("run", "--no-cwd", "--join=net:/etc/passwd", "--", "true"), "It is no namespace of that kind");
      refused(run("run", "--no-cwd", "--join=net:" + directory.resolve("none"), "--", "true"), "no such file");
      User.ordinary().ifPresent(user -> refused(Carrel.command("run", "--no-cwd", "--join=net:" + file, "--", "true").as(user).run(), "only root may join one by its file"));
    } finally {
      Host.says("umount", file.toString());
    }
  }

  @Test
  void the_file_of_a_process_is_as_good_as_its_pid() {
    run("run", "--no-cwd", "--detach", "--name=other", "--", "sleep", "4321");
    try {
      String pid = run("list").out().lines().filter(line -> line.contains("other")).findFirst().orElseThrow().split("\\s+")[3];
      Carrel.Result result = run("run", "--no-cwd", "--join=uts:/proc/" + pid + "/ns/uts", "--", "readlink", "/proc/self/ns/uts");
      assertThat(result.out()).isEqualTo(run("exec", "other", "readlink", "/proc/self/ns/uts").out());
    } finally {
      run("remove", "--force", "other");
    }
  }

  @Test
  void what_cannot_be_joined_is_told() {
    refused(run("run", "--join=pid:1", "--", "true"), "cannot be joined", "exec");
    refused(run("run", "--join=net", "--", "true"), "KIND:PID");
    refused(run("run", "--join=foo:1", "--", "true"), "'foo' is no namespace");
    refused(run("run", "--join=net:4194300", "--", "true"), "4194300");
    run("run", "--no-cwd", "--detach", "--name=dead", "--", "true");
    run("wait", "dead");
    refused(run("run", "--join=net:dead", "--", "true"), "it has ended");
    run("clean");
  }

  @Test
  void contradictions_are_told() {
    refused(run("run", "--network=host", "--join=net:1", "--", "true"), "--join");
    refused(run("run", "--namespaces=all,-uts", "--hostname=x", "--", "true"), "--hostname needs an uts namespace");
    refused(run("run", "--namespaces=user", "--expose=/etc", "--", "true"), "cannot mount anything");
    refused(run("run", "--namespaces=users", "--", "true"), "'users' is no namespace");
    refused(run("run", "--uid=4294967295", "--gid=0", "--", "true"), "is no whole number");
    refused(run("run", "--uid=01", "--gid=0", "--", "true"), "is no whole number");
    refused(run("run", "--uid=5", "--", "true"), "give both");
  }

  @Test
  @Tag(User.ROOT)
  void root_needs_no_user_namespace() throws Exception {
    Carrel.Result result = run("run", "--no-cwd", "--namespaces=mnt,pid", "--", "sh", "-c", "readlink /proc/self/ns/user; grep CapEff /proc/self/status");
    assertThat(result.out()).isEqualTo(own("user") + "\nCapEff:\t0000000000000000\n");
  }

  @Test
  void settings_of_the_kernel_are_its_own() {
    Carrel.Result result = run("run", "--no-cwd", "--sysctl=net.ipv4.ip_unprivileged_port_start=80", "--sysctl=net/ipv4/ip_forward=1", "--", "cat",
        "/proc/sys/net/ipv4/ip_unprivileged_port_start", "/proc/sys/net/ipv4/ip_forward");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("80\n1\n");
    assertThat(run("run", "--no-cwd", "--sysctl=kernel.domainname=example.org", "--", "cat", "/proc/sys/kernel/domainname").out()).isEqualTo("example.org\n");
    refused(run("run", "--sysctl=kernel.domainname=" + "x".repeat(65), "--", "true"), "cannot set kernel.domainname", "no value for it");
    refused(run("run", "--sysctl=kernel.pid_max=5", "--", "true"), "kernel.pid_max belongs to the whole host");
    refused(run("run", "--sysctl=net.core.somaxconn=5", "--network=host", "--", "true"), "needs a namespace network of the container's own");
    refused(run("run", "--sysctl=net.none=5", "--", "true"), "cannot set net.none to 5", "no such setting");
    refused(run("run", "--sysctl=net.ipv4.ip_forward=much", "--", "true"), "cannot set net.ipv4.ip_forward to much", "no value for it");
    for (String wrong : List.of("net", "net=1", "net..x=1", "net.../etc/passwd=1", "=1", "net.x=")) {
      refused(run("run", "--sysctl=" + wrong, "--", "true"), "NAME=VALUE");
    }
  }

  private Carrel.Result nested(String... options) {
    Path checkout = Checkout.underTest().directory();
    List<String> words = new java.util.ArrayList<>(List.of("run", "--no-cwd", "--expose=" + checkout));
    words.addAll(List.of(options));
    words.addAll(List.of("--", checkout.resolve("carrel").toString(), "run", "--no-cwd", "--", "sh", "-c", "echo nested; id -u; echo $$"));
    return run(words.toArray(String[]::new));
  }

  @Test
  void a_container_can_hold_containers_if_it_is_let() {
    assertThat(nested("--weak=user-namespaces,kernel-files", "--uid=1000", "--gid=1000").out()).isEqualTo("nested\n1000\n2\n");
    assertThat(nested("--weak=user-namespaces,kernel-files", "--uid=0", "--gid=0", "--cap-add=SETFCAP").out()).isEqualTo("nested\n0\n2\n");
    refused(nested("--weak=user-namespaces,kernel-files", "--uid=0", "--gid=0"), "cannot map the user", "--cap-add=SETFCAP");
    refused(nested("--weak=user-namespaces", "--uid=1000", "--gid=1000"), "cannot mount /proc", "--weak=user-namespaces,kernel-files");
    refused(nested(), "cannot create a user namespace", "seccomp filter");
  }
}
