package dev.carrel.it;

import static dev.carrel.it.Containers.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profiles that have the kernel ask somebody about system calls (SCMP_ACT_NOTIFY): here a program that lets mkdir succeed without doing it. */
class CallListenerIT {
  @TempDir Path directory;
  private Containers containers;
  private Process listener;
  private BufferedReader told;

  @BeforeEach
  void listen() throws Exception {
    assumeTrue(Host.can("python3", "--version"), "needs python3, which is who is asked");
    containers = new Containers(directory);
    Path script = directory.resolve("listener.py");
    try (var source = CallListenerIT.class.getResourceAsStream("/listener.py")) {
      Files.copy(source, script);
    }
    listener = new ProcessBuilder("python3", script.toString(), socket().toString()).redirectErrorStream(true).start();
    told = listener.inputReader();
    assertThat(told.readLine()).isEqualTo("ready");
  }

  @AfterEach
  void end() throws Exception {
    listener.destroyForcibly().waitFor(Await.SECONDS, TimeUnit.SECONDS);
    containers.endAll();
  }

  private Path socket() {
    return directory.resolve("socket");
  }

  private Path profile(String calls, String more) throws Exception {
    Path profile = directory.resolve("profile.json");
    Files.writeString(profile, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"" + more + ",\"syscalls\":[{\"names\":[" + calls
        + "],\"action\":\"SCMP_ACT_NOTIFY\"}]}");
    return profile;
  }

  private Path profile() throws Exception {
    return profile("\"mkdir\",\"mkdirat\"", ",\"listenerPath\":\"" + socket() + "\",\"listenerMetadata\":\"for the test\"");
  }

  @Test
  void who_listens_decides_and_is_told_of_the_container() throws Exception {
    Carrel.Result result = containers.run("run", "--no-cwd", "--seccomp=" + profile(), "--", "sh", "-c", "mkdir /nowhere/x && echo made; test -e /nowhere || echo not");
    assertThat(result).isEqualTo(new Carrel.Result(0, "made\nnot\n", ""));
    JsonObject state = JsonParser.parseString(told.readLine()).getAsJsonObject();
    assertThat(state.get("metadata").getAsString()).isEqualTo("for the test");
    assertThat(state.getAsJsonArray("fds").get(0).getAsString()).isEqualTo("seccompFd");
    assertThat(state.getAsJsonObject("state").get("id").getAsString()).matches("[0-9a-f]{8}");
    assertThat(told.readLine()).startsWith("call ");
  }

  @Test
  void it_is_told_also_with_a_terminal_and_further_descriptors_and_of_programs_that_enter() throws Exception {
    containers.detach("plain", "sleep 4321", "--seccomp=" + profile());
    assertThat(JsonParser.parseString(told.readLine()).getAsJsonObject().has("pid")).isTrue();
    assertThat(containers.run("exec", "plain", "mkdir", "/nowhere/x").status()).isZero();
    assertThat(told.readLine()).isNotNull();
    Typing.Seen seen = new Typing(containers.carrel("run", "--no-cwd", "--seccomp=" + profile(), "--", "sh", "-c", "tty; mkdir /nowhere/x && echo made")).run();
    assertThat(seen.screen()).contains("/dev/pts/0", "made");
    String[] opening = {"sh", "-c", "exec 3</dev/null; exec \"$@\"", "sh"};
    assertThat(containers.carrel("run", "--no-cwd", "--preserve-fds=1", "--seccomp=" + profile(), "--", "sh", "-c", "ls /proc/self/fd/3 && mkdir /nowhere/x && echo made")
        .under(opening).run().out()).endsWith("made\n");
  }

  @Test
  void if_nobody_listens_the_container_is_not_started() throws Exception {
    listener.destroyForcibly().waitFor();
    refused(containers.run("run", "--no-cwd", "--seccomp=" + profile(), "--", "true"), "listenerPath", "Start the program that listens there first");
    refused(containers.run("run", "--no-cwd", "--seccomp=" + profile("\"mkdir\"", ""), "--", "true"), "lacks listenerPath");
    refused(containers.run("run", "--no-cwd", "--seccomp=" + profile("\"sendmsg\"", ",\"listenerPath\":\"/x\""), "--", "true"), "sendmsg");
    refused(containers.run("create", "--no-cwd", "--seccomp=" + profile(), "--", "true"), "SCMP_ACT_NOTIFY", "Start it at once");
  }
}
