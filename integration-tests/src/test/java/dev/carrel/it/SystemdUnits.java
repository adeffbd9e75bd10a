package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The units of {@code carrel serve} that Debian's package has, under a systemd that is this host's. They change the host, as the package is installed:
 * for a virtual machine to throw away, by {@code integration-tests/limits}; not part of other builds.
 */
class SystemdUnits {
  /** Who has a user manager of systemd's there. */
  private static final String USER = "alice";
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  @TempDir Path directory;

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition, String what) throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  @BeforeAll
  static void install() {
    assumeTrue(User.weAreRoot() && Files.isDirectory(Path.of("/run/systemd/system")), "needs root, and systemd as this host's init");
    assumeTrue(!Files.exists(Path.of("/usr/lib/carrel")), "needs a host where Carrel is not installed");
    Path made = Checkout.underTest().directory().resolve("distribution/target/carrel.deb");
    assumeTrue(Files.exists(made), "needs the distribution, which integration-tests/limits prepare makes");
    shell("dpkg --install " + made + " >/dev/null && systemctl daemon-reload");
  }

  @AfterAll
  static void remove() {
    if (Files.exists(Path.of("/usr/lib/carrel"))) {
      shell("dpkg --purge carrel && systemctl daemon-reload");
      assertThat(Path.of("/usr/lib/carrel")).doesNotExist();
      assertThat(shell("systemctl list-units --all --no-legend --plain 'carrel*'")).isEmpty();
    }
  }

  private static String shell(String script) {
    return Host.says("sh", "-c", script);
  }

  /** A session of a user, as one has it who logs in; its variables are the user's own. */
  private record Session(String user, Path home, Path socket) {
    static Session of(String user) {
      long uid = User.named(user).orElseGet(() -> abort("needs a user " + user)).uid();
      return new Session(user, Path.of(uid == 0 ? "/root" : "/home/" + user), Path.of(uid == 0 ? "/run/carrel/socket" : "/run/user/" + uid + "/carrel/socket"));
    }

    private ProcessBuilder builder(String script) {
      List<String> line = new ArrayList<>(user.equals("root") ? List.of() : List.of("runuser", "-u", user, "--"));
      line.addAll(List.of("sh", "-c", "ulimit -S -n 1024; cd; " + script)); // as sessions have it
      ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
      builder.environment().keySet().removeIf(name -> name.startsWith("CARREL_") || name.startsWith("XDG_") || name.startsWith("DBUS_"));
      builder.environment().put("HOME", home.toString());
      builder.environment().put("XDG_RUNTIME_DIR", "/run/user/" + User.named(user).orElseThrow().uid());
      builder.environment().put("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/" + User.named(user).orElseThrow().uid() + "/bus");
      return builder;
    }

    String says(String script) throws Exception {
      Process process = builder(script).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes()).strip();
      assertThat(process.waitFor()).as(said).isZero();
      return said;
    }

    Process start(String script, Path output) throws IOException {
      return builder(script).redirectOutput(output.toFile()).start();
    }
  }

  /** What the script has become that a process of ours has started: the client, or a JVM. */
  private static boolean isServed(Process process) {
    return process.descendants().map(found -> found.info().command().orElse("")).anyMatch(program -> program.endsWith("/client/connect"))
        || process.info().command().orElse("").endsWith("/client/connect");
  }

  private void unitServes(Session session, String systemctl) throws Exception {
    assertThat(session.says(systemctl + " is-enabled carrel || true")).as("it is off").isEqualTo("disabled");
    session.says(systemctl + " enable --now --quiet carrel 2>&1");
    await(() -> Files.exists(session.socket()), "the resident runtime listens");
    session.says("carrel run --no-cwd --detach --pids=20 --name=outlives -- sleep 4321");
    Path output = directory.resolve(session.user());
    Process process = session.start("exec carrel run --no-cwd -- sh -c 'echo runs; id -u; exec sleep 4321'", output);
    await(() -> Files.readString(output).lines().count() == 2, "the container runs: " + Files.readString(output));
    assertThat(Files.readString(output)).isEqualTo("runs\n" + User.named(session.user()).orElseThrow().uid() + "\n");
    assertThat(isServed(process)).as("no JVM was started").isTrue();

    session.says(systemctl + " disable --now --quiet carrel 2>&1");

    assertThat(process.waitFor()).isEqualTo(125);
    assertThat(Files.readString(output)).contains("the resident runtime ended");
    assertThat(session.says(systemctl + " is-active carrel || true")).isEqualTo("inactive");
    assertThat(session.socket()).doesNotExist();
    assertThat(session.says("carrel list --quiet | wc -l")).as("the detached one goes on").isEqualTo("1");
    session.says("carrel remove --force outlives");
    assertThat(session.says("carrel list --all --quiet")).isEmpty();
  }

  @Test
  void roots_unit_serves_roots_sessions_and_detached_containers_outlive_it() throws Exception {
    unitServes(Session.of("root"), "systemctl");
    Session.of("root").says("carrel clean");
    for (String group : List.of("/sys/fs/cgroup/system.slice/carrel.service", "/sys/fs/cgroup/carrel")) {
      await(() -> !Files.exists(Path.of(group)), group + " is gone");
    }
  }

  @Test
  void a_users_unit_serves_the_users_sessions_and_detached_containers_outlive_it() throws Exception {
    unitServes(Session.of(USER), "systemctl --user");
  }
}
