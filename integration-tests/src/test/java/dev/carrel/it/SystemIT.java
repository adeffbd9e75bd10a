package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole systems as they run: those that docs/examples declares, started by the scripts that are made of them. */
@ExtendWith(TestStore.Extension.class)
class SystemIT {
  private static final int PATIENCE = 120; // seconds
  private static final String ASK = "import urllib.request; print(urllib.request.urlopen('http://localhost:8080/').read().decode(), end='')";

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("carrel-it-system",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))).toRealPath();
  }

  @AfterEach
  void removeDirectory() throws IOException {
    Trees.delete(directory);
  }

  private static Path example(String name) {
    return Checkout.underTest().directory().resolve("docs/examples").resolve(name);
  }

  /** An ordinary user need not have a way to a network; what is inside is reached in other ways then. */
  private static boolean canPublish() {
    return User.weAreRoot() || Files.isWritable(Path.of("/dev/net/tun")) && Host.can("pasta", "--version");
  }

  private static String[] network() {
    return canPublish() ? new String[] {"--publish=127.0.0.1:0:8080"} : new String[] {"--network=none"};
  }

  private static String awaitVisit(RunningSystem web, int number) throws Exception {
    String answer = web.await(text -> text.startsWith("visit"), "python3", "-c", ASK);
    assertThat(answer).isEqualTo("visit " + number + ", counted by app\n");
    return answer;
  }

  private static TreeSet<String> items(TestStore store) throws IOException {
    try (Stream<Path> items = Files.list(store.directory().resolve("items"))) {
      return new TreeSet<>(items.map(item -> item.getFileName().toString()).toList());
    }
  }

  @Test
  void a_web_server_an_application_and_a_database_are_one_system_whose_data_outlives_it(TestStore store) throws Exception {
    RunningSystem web = new RunningSystem(store, directory, "web");
    Path script = web.build(example("web.toml"));
    TreeSet<String> items = items(store);
    assertThat(web.build(example("web.toml"))).isEqualTo(script);
    assertThat(items(store)).as("a second, identical system takes no space").isEqualTo(items);

    Process first = web.start(script, append(network(), "--pid-file=" + directory.resolve("pid")));
    awaitVisit(web, 1);
    if (canPublish()) {
      String port = web.inspect().getAsJsonObject("network").getAsJsonArray("published").get(0).getAsString().split(":")[1];
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).timeout(Duration.ofSeconds(PATIENCE)).build();
      assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body()).isEqualTo("visit 2, counted by app\n");
    } else {
      awaitVisit(web, 2);
    }
    String pid = Files.readString(directory.resolve("pid")).strip();
    web.awaitOutput("running as PID " + pid);
    assertThat(Files.readString(web.output())).contains("carrel exec web -- /bin/bash --login", "nsenter -a -t " + pid);
    assertThat(web.exec("cat", "/proc/1/comm")).isEqualTo("s6-svscan\n");
    assertThat(web.exec("sh", "-c", "stat -c '%U %n' /proc/[0-9]*/exe 2>/dev/null; stat -c %U $(grep -lE '^(postgres|nginx|python3)$' /proc/[0-9]*/comm) | sort -u"))
        .contains("app\npostgres\nwww-data\n");
    assertThat(web.exec("sh", "-c", "stat -c '%a %U' /etc/shadow /var/lib/database; touch /etc/new /usr/new; cat /proc/self/uid_map | wc -l"))
        .startsWith("600 root\n700 postgres\n");
    awaitLog(web, "app", 1);
    assertThat(web.carrel("logs", "web/app").says()).contains("GET / HTTP/1.0");
    assertThat(web.carrel("logs", "web/nothing").run().status()).isNotZero();
    assertThat(web.carrel("list").says()).contains("web", "running");
    assertThat(web.run(script, "--bogus").status()).isEqualTo(1);
    assertThat(web.run(script, "--help").out()).contains("--share", "--expose", "--pid-file", "--network", "--detach");

    first.destroy(); // SIGTERM to the script
    assertThat(first.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isZero();

    RunningSystem other = new RunningSystem(store, directory, "web2");
    assertThat(other.run(script, append(network(), "--detach")).out()).contains("system container web2 is running");
    Process again = web.start(script, network());
    awaitVisit(web, 3);
    awaitVisit(other, 1);
    String[] inode = {"stat", "-c", "%d:%i", "/usr/sbin/nginx", "/usr/lib/postgresql/15/bin/postgres"};
    assertThat(web.exec(inode)).as("both have the same files").isEqualTo(other.exec(inode)).contains(":");
    web.destroy("/var/lib/database");
    assertThat(again.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
    other.destroy("/var/lib/database");
  }

  private static String[] append(String[] words, String word) {
    return Stream.concat(Stream.of(words), Stream.of(word)).toArray(String[]::new);
  }

  @Test
  void a_build_agent_builds_and_takes_up_new_services_while_it_runs(TestStore store) throws Exception {
    Path queue = Files.createDirectory(directory.resolve("queue"));
    Files.setPosixFilePermissions(queue, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path declaration = directory.resolve("build-agent.toml");
    String declared = Files.readString(example("build-agent.toml")).replace("memory = \"2G\"\n", "");
    Files.writeString(declaration, declared);
    RunningSystem agent = new RunningSystem(store, directory, "build-agent");
    agent.carrel("system", "reconfigure", "--quiet", declaration.toString()).says();
    agent.run(agent.build(declaration), "--share=" + queue + "=/queue", "--detach");
    Files.writeString(queue.resolve("hello.new"), "printf 'int main(void) { return 42; }' >a.c && gcc a.c && ./a.out; echo built $?");
    Files.move(queue.resolve("hello.new"), queue.resolve("hello.job"));
    agent.await("0\n"::equals, "cat", "/queue/hello.status");
    assertThat(agent.exec("cat", "/queue/hello.log")).isEqualTo("built 42\n");

    String pid = agent.await(text -> !text.isBlank(), "sh", "-c", "s6-svstat -o pid /run/service/agent");
    Files.writeString(declaration, declared + """
        [service.flaky]
        command = ["sh", "-c", "echo tried; exit 3"]
        restart = "on-failure"
        restart-after = 0
        [service.after]
        command = ["sleep", "infinity"]
        depends-on = ["agent"]
        """);
    assertThat(agent.carrel("system", "reconfigure", "--quiet", declaration.toString()).says())
        .contains("generation 2", "starts flaky", "starts after").doesNotContain("stops");
    assertThat(agent.exec("s6-svstat", "-o", "pid", "/run/service/agent")).as("what has not changed goes on").isEqualTo(pid);
    agent.await(text -> text.lines().count() > 2, "cat", "/var/log/flaky/current");

    Files.writeString(declaration, declared.replace("sleep 0.5", "sleep 0.2") + """
        [service.after]
        command = ["sleep", "1000"]
        depends-on = ["agent"]
        [service.counts]
        command = ["awk", "BEGIN { while (1) system(\\"sleep 1\\") }"]
        """);
    assertThat(agent.carrel("system", "reconfigure", "--quiet", declaration.toString()).says())
        .contains("stops flaky", "stops after", "starts after", "starts counts").doesNotContain("stops agent");
    assertThat(agent.exec("ls", "/run/service")).isEqualTo("after\nagent\ncounts\n");
    assertThat(agent.exec("cat", "/etc/agent/agent.sh")).contains("sleep 0.2");

    Files.writeString(declaration, Files.readString(declaration).replaceFirst("packages = \\[", "packages = [\"hello\", \"gawk\", "));
    assertThat(agent.carrel("system", "reconfigure", "--quiet", declaration.toString()).says())
        .contains("build-agent: packages (gawk, hello, ", ") are those of the new generation now", "stops counts", "starts counts")
        .doesNotContain("stops agent", "stops after", "started again");
    assertThat(agent.exec("sh", "-c", "hello; dpkg-query -W -f '${Package}\n' hello; touch /usr/new 2>/dev/null || echo read-only"))
        .isEqualTo("Hello, world!\nhello\nread-only\n");
    assertThat(agent.exec("s6-svstat", "-o", "pid", "/run/service/agent")).as("what runs goes on").isEqualTo(pid);
    assertThat(agent.carrel("stop", "--time=" + PATIENCE, "build-agent").run().status()).isZero();
    assertThat(agent.inspect().get("status").getAsInt()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"s6", "runit"})
  void services_start_as_they_need_each_other_and_stop_the_other_way_round(String init, TestStore store) throws Exception {
    servicesStartAndStopInOrder(init, store);
  }

  @Test
  @Tag(User.ROOT)
  void those_of_systemd_do_so_as_well(TestStore store) throws Exception {
    assumeTrue(hasControlGroups(), "needs control groups of version 2");
    servicesStartAndStopInOrder("systemd", store);
  }

  private void servicesStartAndStopInOrder(String init, TestStore store) throws Exception {
    Path shared = Files.createDirectory(directory.resolve("shared"));
    Path declaration = Files.writeString(directory.resolve("order.toml"), """
        init = "%s"
        [service.third]
        command = ["sh", "-c", "trap 'echo third down >>/shared/order; exit' TERM; echo third up >>/shared/order; while :; do sleep 0.1; done"]
        depends-on = ["second"]
        [service.second]
        command = ["sh", "-c", "trap 'echo second down >>/shared/order; exit' TERM; sleep 0.5; echo second up | tee -a /shared/order; while :; do sleep 0.1; done"]
        depends-on = ["first"]
        ready-command = ["grep", "-q", "second up", "/shared/order"]
        [service.first]
        once = true
        command = ["sh", "-c", "echo first up >>/shared/order"]
        [service.failing]
        command = ["sh", "-c", "echo $$; exit 7"]
        restart = "on-failure"
        [service.ending]
        command = ["sh", "-c", "echo once"]
        restart = "on-failure"
        """.formatted(init));
    RunningSystem system = new RunningSystem(store, directory, "order");
    system.run(system.build(declaration), "--share=" + shared + "=/shared", "--detach");
    system.await(text -> text.endsWith("third up\n"), "cat", "/shared/order");
    assertThat(system.exec("cat", "/proc/1/comm")).isEqualTo(Map.of("s6", "s6-svscan\n", "runit", "boot\n", "systemd", "systemd\n").get(init));
    awaitLog(system, "failing", 2);
    awaitLog(system, "ending", 1);
    awaitLog(system, "second", 1);
    assertThat(system.carrel("logs", "order/second").says()).contains("second up");
    assertThat(system.exec("/etc/carrel/service", "stop", "third") + system.exec("/etc/carrel/service", "state", "third")).contains("down");
    system.exec("/etc/carrel/service", "start", "third");
    system.await(text -> text.endsWith("third down\nthird up\n"), "cat", "/shared/order");

    Files.writeString(declaration, Files.readString(declaration).replace("[service.ending]", "[service.other]")
        .replace("echo once", "echo once; exec sleep 1000").replace("exit 7", "exit 8"));
    assertThat(system.carrel("system", "reconfigure", "--quiet", declaration.toString()).says())
        .contains("stops ending", "stops failing", "starts other", "starts failing").doesNotContain("second", "third");
    awaitLog(system, "other", 1);

    assertThat(system.carrel("stop", "--time=" + PATIENCE, "order").run().status()).isZero();

    assertThat(system.inspect().get("status").getAsInt()).isZero();
    assertThat(Files.readString(shared.resolve("order")))
        .isEqualTo("first up\nsecond up\nthird up\nthird down\nthird up\nthird down\nsecond down\n");
  }

  /** Its lines arrive when whoever keeps them has got to it. */
  private static void awaitLog(RunningSystem system, String service, int lines) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    String log;
    do {
      log = system.carrel("logs", system.name() + "/" + service).run().out();
    } while (log.lines().count() < lines && System.nanoTime() < end);
    assertThat(log.lines()).hasSizeGreaterThanOrEqualTo(lines);
  }

  private static boolean hasControlGroups() throws IOException {
    return Files.readString(Path.of("/proc/self/mountinfo")).contains(" - cgroup2 ");
  }

  @Test
  @Tag(User.ROOT)
  void systemd_in_the_foreground_ends_in_order_and_changes_no_control_group_but_its_own(TestStore store) throws Exception {
    assumeTrue(hasControlGroups(), "needs control groups of version 2");
    Path declaration = Files.writeString(directory.resolve("units.toml"), """
        init = "systemd"
        [service.told]
        command = ["sh", "-c", "trap 'echo told down; exit' TERM; sleep 0.2; echo >&7; id -un; echo $MARK; while :; do sleep 0.1; done"]
        ready-descriptor = 7
        user = "www-data"
        environment = { MARK = '50% "$HOME"' }
        log = false
        """);
    RunningSystem system = new RunningSystem(store, directory, "units");
    Process process = system.start(system.build(declaration));
    system.await("active\n"::equals, "systemctl", "is-active", "carrel-told.service");
    system.awaitOutput("www-data\n50% \"$HOME\"\n");
    assertThat(system.exec("sh", "-c", "grep ' - cgroup' /proc/self/mountinfo | cut -d' ' -f4,5")).isEqualTo("/ /sys/fs/cgroup\n");
    assertThat(system.exec("sh", "-c", "systemctl is-system-running --wait; systemctl --failed --no-legend")).isEqualTo("running\n");
    String attempts = "for file in cgroup.freeze cgroup.kill cgroup.max.depth cgroup.type; do (echo 1 >/sys/fs/cgroup/$file) 2>/dev/null && echo $file; done;"
        + " mount -t cgroup -o pids none /mnt 2>/dev/null && echo mounted; mkdir /sys/fs/cgroup/own && echo own";
    assertThat(system.exec("sh", "-c", attempts)).isEqualTo("own\n");

    process.destroy(); // SIGTERM to the script
    assertThat(process.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(system.output())).endsWith("told down\n");
  }

  @Test
  @Tag(User.ORDINARY)
  void systemd_is_refused_to_who_has_no_control_groups_with_what_would_help(TestStore store) throws Exception {
    assumeTrue(!Files.isDirectory(Path.of("/run/systemd/system")), "needs a user to whom no control group is delegated");
    RunningSystem system = new RunningSystem(store, directory, "refused");
    Path script = system.build(Files.writeString(directory.resolve("refused.toml"), "init = \"systemd\"\n"));
    Carrel.Result result = system.run(script, "--detach");
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.out()).contains("control groups", "an administrator");
    assertThat(system.carrel("list", "--all", "--quiet").says()).isEmpty();
  }

  @Test
  void a_system_is_logged_in_to_by_ssh(TestStore store) throws Exception {
    assumeTrue(Host.can("ssh", "-V"), "needs ssh (Debian's package openssh-client)");
    Path key = directory.resolve("key");
    Host.says("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
    RunningSystem ssh = new RunningSystem(store, directory, "ssh");
    ssh.run(ssh.build(example("ssh.toml")), "--network=none", "--detach", "--expose=" + key + ".pub=/etc/ssh/authorized_keys/guest");
    ssh.await(text -> text.contains("listening"), "cat", "/var/log/sshd/current");
    // Through the container, so that nobody needs a port of the host.
    Path proxy = Files.writeString(directory.resolve("proxy"), "#!/bin/sh\nCARREL_STATE=" + directory.resolve("state") + " exec "
        + Checkout.underTest().script() + " exec ssh -- bash -c 'exec 3<>/dev/tcp/127.0.0.1/22; cat <&3 & cat >&3'\n");
    Files.setPosixFilePermissions(proxy, PosixFilePermissions.fromString("rwxr-xr-x"));
    String[] login = {"ssh", "-i", key.toString(), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=no",
        "-o", "UserKnownHostsFile=" + directory.resolve("known"), "-o", "ProxyCommand=" + proxy, "guest@ssh", "id -un; pwd; cat /etc/hostname"};
    assertThat(Host.says(login)).isEqualTo("guest\n/home/guest\nssh");
    ssh.destroy("/etc/ssh/keys");
  }
}
