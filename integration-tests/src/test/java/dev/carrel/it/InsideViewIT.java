package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a program in a container sees. */
@ExtendWith(TestStore.Extension.class)
class InsideViewIT {
  @TempDir Path directory;

  /** What a script prints that is run in the profile, without the last line's end. */
  private static String says(Carrel command) {
    Carrel.Result result = command.run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    return result.out().stripTrailing();
  }

  private static String says(TestStore store, String script) {
    return says(store.shell("--no-cwd", "--", "sh", "-c", script));
  }

  @Test
  void programs_of_the_named_packages_run(TestStore store) {
    assertThat(says(store, "hello; python3 -c 'print(6*7)'")).isEqualTo("Hello, world!\n42");
  }

  @Test
  void all_namespaces_are_its_own(TestStore store) throws IOException {
    List<String> names = List.of("user", "mnt", "pid", "net", "ipc", "uts", "cgroup");
    List<String> inside = says(store, "cd /proc/self/ns; readlink " + String.join(" ", names)).lines().toList();

    for (int i = 0; i < names.size(); i++) {
      String host = Files.readSymbolicLink(Path.of("/proc/self/ns", names.get(i))).toString();
      assertThat(inside.get(i)).startsWith(names.get(i) + ":").isNotEqualTo(host);
    }
  }

  @Test
  void there_is_nothing_but_a_loopback_interface_and_it_is_up(TestStore store) {
    assertThat(says(store, "ip -o addr")).contains("127.0.0.1/8", "::1/128").doesNotContain("\n2:").doesNotContain("2: ");
    assertThat(says(store, "ip -o link")).contains("lo:", "UP").hasLineCount(1);
    assertThat(says(store, "ip route")).isEmpty();
  }

  @Test
  void the_hosts_network_is_there_when_asked_for(TestStore store) throws IOException {
    String inside = says(store.shell("--no-cwd", "--network=host", "--", "readlink", "/proc/self/ns/net"));

    assertThat(inside).isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  @Test
  void nothing_of_the_host_is_visible_but_what_every_system_has(TestStore store) throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), "secret");
    TreeSet<String> top = new TreeSet<>(says(store, "ls -a /").lines().toList());
    top.removeAll(List.of(".", ".."));

    assertThat(top).isSubsetOf("bin", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "opt", "proc", "root", "run", "sbin", "srv", "sys",
        "tmp", "usr", "var");
    assertThat(says(store, "cat " + secret + " 2>/dev/null || echo none")).isEqualTo("none");
    assertThat(says(store, "ls -A /tmp /run /srv /opt /mnt /media /boot 2>/dev/null | grep -v ':$' | tr -d '\\n'")).isEqualTo("user"); // XDG_RUNTIME_DIR
    assertThat(says(store, "cut -d' ' -f5 /proc/self/mountinfo | sort -u")).doesNotContain(store.directory().toString())
        .doesNotContain("/var/lib/carrel");
  }

  @Test
  void the_root_file_system_is_read_only(TestStore store) {
    for (String place : List.of("/x", "/usr/x", "/usr/bin/x", "/etc/x", "/var/x", "/dev/x", "/sys/x")) {
      assertThat(says(store, "(: > " + place + ") 2>&1 | grep -o 'Read-only file system\\|Permission denied\\|Directory nonexistent'"))
          .as(place).isIn("Read-only file system", "Permission denied");
    }
    assertThat(says(store, "test -w / || echo no")).isEqualTo("no");
  }

  @Test
  void a_writable_root_is_written_for_one_container_alone(TestStore store) throws IOException {
    assertThat(says(store.shell("--no-cwd", "--writable-root", "--", "sh", "-c", "mkdir /new && echo x > /new/x && cat /new/x"))).isEqualTo("x");
    assertThat(says(store.shell("--no-cwd", "--writable-root", "--", "sh", "-c", "ls -d /new 2>/dev/null || echo none"))).isEqualTo("none");
    try (Stream<Path> items = Files.list(store.directory().resolve("items"))) {
      assertThat(items.filter(item -> Files.exists(item.resolve("new")))).isEmpty();
    }
  }

  @Test
  void tmp_run_and_the_home_directory_are_writable_and_gone_afterwards(TestStore store) {
    String script = "for d in /tmp /run /dev/shm \"$HOME\"; do test -e $d/left && echo there; echo x > $d/left && cat $d/left; done";
    assertThat(says(store, script)).isEqualTo("x\nx\nx\nx");
    assertThat(says(store, script)).isEqualTo("x\nx\nx\nx");
  }

  @Test
  void the_working_directory_is_shared_at_its_place(TestStore store) throws IOException {
    assertThat(says(store.shell("--", "sh", "-c", "pwd; echo written > file").in(directory))).isEqualTo(directory.toRealPath().toString());
    assertThat(directory.resolve("file")).hasContent("written").isWritable();
    assertThat(Files.getOwner(directory.resolve("file")).getName()).isEqualTo(System.getProperty("user.name"));

    assertThat(says(store.shell("--no-cwd", "--", "sh", "-c", "pwd; ls -d " + directory + " 2>/dev/null || echo none").in(directory)))
        .isEqualTo(says(store, "echo $HOME") + "\nnone");
  }

  @Test
  void places_that_the_profile_does_not_have_are_made_and_what_it_has_stays(TestStore store) {
    String options = "--share=" + directory + "=/var/lib/service/data";
    assertThat(says(store.shell("--no-cwd", options, "--expose=" + directory + "=/usr/local/src/x", "--expose=" + directory + "=/etc/x",
        "--", "sh", "-c", "echo x > /var/lib/service/data/x; cat /usr/local/src/x/x /etc/x/x; ls -d /var/lib/dpkg; getent passwd 0 | cut -d: -f3; hello")))
        .isEqualTo("x\nx\n/var/lib/dpkg\n0\nHello, world!");
    assertThat(says(store.shell("--no-cwd", options, "--", "sh", "-c", "(: > /var/lib/service/x) 2>/dev/null || echo read-only")))
        .isEqualTo("read-only");
  }

  @Test
  void dev_has_the_devices_that_programs_need_and_no_others(TestStore store) {
    TreeSet<String> devices = new TreeSet<>(says(store, "ls /dev").lines().toList());

    assertThat(devices).contains("null", "zero", "full", "random", "urandom", "tty", "pts", "ptmx", "shm", "fd", "stdin", "stdout", "stderr")
        .isSubsetOf("null", "zero", "full", "random", "urandom", "tty", "pts", "ptmx", "shm", "fd", "stdin", "stdout", "stderr", "mqueue", "core");
    assertThat(says(store, "echo x > /dev/null; head -c4 /dev/zero | wc -c; head -c4 /dev/urandom | wc -c; (echo out > /dev/stdout) | cat; (echo fd > /dev/fd/1) | cat"))
        .isEqualTo("4\n4\nout\nfd");
    assertThat(says(store, "cat /etc/hosts 2>&1 > /dev/full | grep -o 'No space left'")).isEqualTo("No space left");
  }

  @Test
  void sys_cannot_be_written(TestStore store) {
    assertThat(says(store, "grep ' /sys ' /proc/self/mounts | cut -d' ' -f4 | cut -d, -f1")).isEqualTo("ro");
  }

  @Test
  void the_user_is_the_same_as_outside(TestStore store) {
    String name = System.getProperty("user.name");

    assertThat(says(store, "id -un; id -u; id -gn; id -g")).isEqualTo(
        String.join("\n", name, Host.says("id", "-u"), Host.says("id", "-gn"), Host.says("id", "-g")));
    assertThat(says(store, "getent passwd " + name + " | cut -d: -f3,6; echo $HOME $USER"))
        .isEqualTo(Host.says("id", "-u") + ":" + says(store, "echo $HOME") + "\n" + says(store, "echo $HOME") + " " + name);
  }

  @Test
  void another_name_may_be_taken_inside(TestStore store) {
    assertThat(says(store.shell("--no-cwd", "--user=ada", "--", "sh", "-c", "id -un; id -u; echo $HOME $USER; echo x > ~/x && cat ~/x")))
        .isEqualTo("ada\n1000\n/home/ada ada\nx");
  }

  @Test
  void names_are_resolved(TestStore store) {
    assertThat(says(store.shell("--no-cwd", "--hostname=desk", "--", "sh", "-c",
        "uname -n; getent hosts localhost | cut -d' ' -f1; getent hosts desk > /dev/null && echo known; getent group nogroup | cut -d: -f1")))
        .matches("desk\n(::1|127.0.0.1)\nknown\nnogroup");
  }

  @Test
  void the_environment_is_empty_but_for_what_a_login_needs(TestStore store) {
    Carrel command = store.shell("--no-cwd", "--", "env").withVariable("SECRET_TOKEN", "x").withVariable("LD_PRELOAD_NOT", "x");

    assertThat(says(command).lines().map(line -> line.substring(0, line.indexOf('='))))
        .isSubsetOf("HOME", "USER", "LOGNAME", "PATH", "SHELL", "TERM", "LANG", "PWD", "CARREL_ENVIRONMENT", "TZ", "LC_ALL", "COLORTERM",
            "TMPDIR", "TEMPDIR", "TMP", "TEMP", "XDG_RUNTIME_DIR");
  }

  @Test
  void variables_are_kept_whose_names_match(TestStore store) {
    Carrel command = store.shell("--no-cwd", "--preserve=^MY_", "-E", "TOKEN$", "--", "env")
        .withVariable("MY_ONE", "1").withVariable("A_TOKEN", "2\n3").withVariable("NOT_MY_ONE", "4");

    assertThat(says(command)).contains("MY_ONE=1", "A_TOKEN=2\n3").doesNotContain("NOT_MY_ONE");
  }

  @Test
  void the_environment_names_its_profile(TestStore store) {
    assertThat(Path.of(says(store, "echo $CARREL_ENVIRONMENT"))).isDirectory().startsWith(store.directory().resolve("items"));
  }

  @Test
  void no_descriptors_leak_in(TestStore store) {
    assertThat(says(store, "ls /proc/self/fd | tr '\\n' ' '").strip()).isEqualTo("0 1 2 3"); // 3: the directory itself
  }

  @Test
  void its_first_process_is_carrels_and_there_are_no_others(TestStore store) {
    assertThat(says(store, "echo $$; set -- /proc/[0-9]*; echo $#; tr '\\0' ' ' < /proc/1/cmdline")).matches("2\n2\ncarrel ?");
  }

  @Test
  void mounts_cannot_be_undone_nor_made_writable(TestStore store) {
    assertThat(says(store, "umount /usr 2>/dev/null || mount -o remount,rw /usr 2>/dev/null || umount -l /proc 2>/dev/null || echo locked"))
        .isEqualTo("locked");
    assertThat(says(store, "unshare -Urm sh -c 'umount /usr || mount -o remount,bind,rw /usr || mount -o remount,bind,rw /' 2>/dev/null || echo locked"))
        .isEqualTo("locked");
  }

  @Test
  void it_has_no_privileges_and_can_gain_none(TestStore store) {
    assertThat(says(store, "grep -E 'CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs' /proc/self/status | tr -s '\\t' ' '"))
        .contains("NoNewPrivs: 1").contains("CapEff: 0000000000000000").contains("CapAmb: 0000000000000000");
  }
}
