package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code plan} shows, and that it does nothing. */
@ExtendWith(TestStore.Extension.class)
class PlanIT {
  private static String[] withWords(List<String> packages, String... words) {
    List<String> line = new ArrayList<>(List.of("plan", "shell"));
    line.addAll(packages);
    line.addAll(List.of(words));
    return line.toArray(String[]::new);
  }

  @Test
  void it_lists_the_command_the_closure_the_mounts_and_every_system_call(TestStore store) {
    Carrel.Result result = store.command(withWords(TestStore.PACKAGES, "--expose=/etc/debian_version=/x", "--", "hello", "two words")).run();

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("'two words'", "closure", "hello", "libc6", "/x", "mount", "execve(", "clone", "posix_spawn", "pivot_root(");
  }

  @Test
  void as_json_it_has_the_same_for_programs(TestStore store) {
    JsonObject plan = JsonParser.parseString(store.command(withWords(TestStore.PACKAGES, "--json", "--", "hello")).run().out()).getAsJsonObject();
    assertThat(JsonParser.parseString(store.command("plan", "--json", "shell", "hello", "--", "hello").run().out()).isJsonObject()).isTrue();

    assertThat(plan.keySet()).contains("mounts", "steps", "closure");
    assertThat(names(plan.getAsJsonArray("closure"))).anyMatch(text -> text.contains("libc6"));
    assertThat(names(plan.getAsJsonArray("steps"))).anyMatch(text -> text.contains("execve"));
  }

  private static List<String> names(JsonArray array) {
    List<String> names = new ArrayList<>();
    for (JsonElement element : array) {
      names.add(element.toString());
    }
    return names;
  }

  @Test
  void it_makes_no_namespace_no_mount_and_starts_no_program(TestStore store) {
    assumeTrue(Host.can("strace", "-V"), "needs strace");
    Carrel.Result result = store.command(withWords(TestStore.PACKAGES, "--", "hello")).under("strace", "-f", "-qq", "-o", "/dev/stderr", "-z",
        "-e", "signal=none", "-e", "trace=mount,umount2,unshare,setns,pivot_root,move_mount,open_tree,execve,mkdir,symlink,rename,unlink").run();

    assertThat(result.out()).contains("execve(");
    assertThat(result.err().lines().filter(line -> !line.contains("/java\"") && !line.contains("/carrel\"") && !line.contains("/hsperf")
        && !line.contains("exited with"))).isEmpty();
  }

  @Test
  void it_makes_no_store(@TempDir Path directory) {
    Path store = directory.resolve("store");
    assertThat(Carrel.command("plan", "shell", "hello").withVariable("CARREL_STORE", store.toString()).run().status()).isEqualTo(125);
    assertThat(store).doesNotExist();
    assertThat(Carrel.command("plan", "run", "--", "true").withVariable("CARREL_STORE", store.toString()).run().status()).isZero();
    assertThat(store).doesNotExist();
  }

  @Test
  void it_takes_every_option_that_the_commands_take(TestStore store, @TempDir Path directory) {
    for (String option : List.of("--no-cwd", "--writable-root", "--user=ada", "--hostname=desk", "--preserve=X", "--network=host", "-N",
        "--backend=namespace", "--quiet", "--expose=/usr=/x", "--share=" + directory + "=/y")) {
      assertThat(store.command("plan", "run", option, "--", "true").run().status()).as(option).isZero();
    }
  }

  @Test
  void the_system_calls_are_those_that_are_made() {
    assumeTrue(Host.can("strace", "-V") && "amd64".equals(System.getProperty("os.arch")), "needs strace on x86-64");
    Carrel.Result plan = Carrel.run("plan", "--json", "run", "--no-cwd", "--", "/bin/true");
    Carrel.Result run = Carrel.command("run", "--no-cwd", "--", "/bin/true").under("strace", "-f", "-qq", "-o", "/dev/stderr", "-e", "signal=none",
        "-e", "trace=open_tree,move_mount,mount_setattr,pivot_root,setns,unshare,sethostname,umount2,capset,mkdirat,symlinkat").run();

    List<String> made = new ArrayList<>();
    boolean begun = false;
    for (String line : run.err().lines().toList()) {
      String call = line.replaceFirst("^\\d+ +", "").replaceFirst("\\(.*", "");
      begun |= call.equals("unshare"); // what the JVM does before is none of the container's
      if (begun) {
        made.add(call);
      }
    }
    List<String> planned = new ArrayList<>();
    String before = "";
    for (JsonElement step : JsonParser.parseString(plan.out()).getAsJsonObject().getAsJsonArray("steps")) {
      String whole = step.getAsJsonObject().get("call").getAsString();
      String call = whole.replaceFirst("^[a-z_]* = ", "").replaceFirst("\\(.*", "");
      boolean otherwise = before.contains("MOUNT_ATTR_IDMAP") && !whole.contains("MOUNT_ATTR_IDMAP"); // done where that fails
      before = call.equals("mount_setattr") ? whole : before;
      if (made.contains(call) && !(call.equals("mount_setattr") && otherwise)) {
        planned.add(call);
      }
    }
    assertThat(planned).isNotEmpty();
    assertThat(made.stream().filter(planned::contains)).containsExactlyInAnyOrderElementsOf(planned);
  }
}
