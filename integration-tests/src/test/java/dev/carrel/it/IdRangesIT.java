package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers with more ids than one, and who they are for the host. */
class IdRangesIT {
  @TempDir Path directory;

  @BeforeEach
  void anybodyMayLook() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel.Result run(String... words) {
    return carrel(words).run();
  }

  private static void subordinate() throws IOException {
    assumeTrue(User.weAreRoot() || Files.readString(Path.of("/etc/subuid")).contains(System.getProperty("user.name") + ":"),
        "needs subordinate ids of this user in /etc/subuid");
  }

  private static String script(String... lines) {
    return String.join("; ", lines);
  }

  @Test
  void servers_can_start_as_root_and_go_on_as_somebody_else() throws IOException {
    subordinate();
    Carrel.Result result = run("run", "--no-cwd", "--ids=auto", "--uid=0", "--gid=0", "--cap-add=SETUID,SETGID,CHOWN", "--", "sh", "-c",
        script("touch /tmp/data", "chown 33:44 /tmp/data", "stat -c %u:%g /tmp/data", "setpriv --reuid=33 --regid=44 --clear-groups id -u"));
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("33:44\n33\n");
  }

  @Test
  void files_that_are_shared_stay_the_callers() throws IOException {
    subordinate();
    Carrel.Result result = run("run", "--ids=auto", "--user=ada", "--", "sh", "-c", script("touch made", "stat -c %u:%g made .", "id -u"));
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("1000:1000\n1000:1000\n1000\n");
    assertThat(Files.getAttribute(directory.resolve("made"), "unix:uid")).isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  @Test
  void without_the_capability_nobody_becomes_somebody_else() throws IOException {
    subordinate();
    Carrel.Result result = run("run", "--no-cwd", "--ids=auto", "--uid=0", "--gid=0", "--", "sh", "-c",
        "setpriv --reuid=33 id -u; touch /tmp/a; chown 33 /tmp/a");
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("setpriv: setresuid failed", "Operation not permitted");
  }

  @Test
  void mounts_stay_locked_with_every_capability_and_every_id() throws IOException {
    subordinate();
    Carrel.Result result = run("run", "--no-cwd", "--ids=auto", "--uid=0", "--gid=0", "--cap-add=ALL", "--", "sh", "-c", script(
        "touch /tmp/a", "chown 33:44 /tmp/a", "stat -c %u:%g /tmp/a", "mount -o remount,bind,rw /usr", "umount /usr", "umount /proc/acpi",
        "touch /usr/x"));
    assertThat(result.out()).isEqualTo("33:44\n");
    assertThat(result.err()).contains("mount: /usr: permission denied", "umount: /usr", "Read-only file system");
  }

  @Test
  void another_program_in_it_has_the_same_ids() throws IOException {
    subordinate();
    assertThat(run("run", "--no-cwd", "--detach", "--name=many", "--ids=auto", "--uid=0", "--gid=0", "--cap-add=CHOWN", "--", "sleep", "1000").status())
        .isZero();
    try {
      Carrel.Result result = run("exec", "many", "--", "sh", "-c", script("id -u", "id -G", "touch /tmp/b", "chown 5:6 /tmp/b", "stat -c %u:%g /tmp/b"));
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).isEqualTo("0\n0\n5:6\n");
    } finally {
      run("remove", "--force", "many");
    }
  }

  @Test
  void more_than_there_are_is_refused() {
    Carrel.Result result = run("run", "--ids=100000", "--", "true");
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("cannot give a container 100000 ids: /etc/subuid gives").contains("Give a smaller --ids");
    assertThat(result.err().lines()).hasSize(1);
  }

  @Test
  void what_is_no_number_of_ids_is_refused() {
    for (String ids : List.of("", "0", "-1", "x", "1:", ":1", "1:0", "4294967295", "4294967290:100", "99999999999999999999")) {
      Carrel.Result result = run("run", "--ids=" + ids, "--", "true");
      assertThat(result.status()).as(ids).isEqualTo(125);
      assertThat(result.err().lines()).as(ids).hasSize(1);
      assertThat(result.err()).as(ids).startsWith("carrel run: --ids=" + ids);
    }
  }

  @Test
  void without_a_user_namespace_there_is_nothing_to_choose() {
    Carrel.Result result = run("run", "--ids=10", "--namespaces=all,-user", "--", "true");
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("cannot choose the ids of a container without a user namespace");
  }

  @Test
  @Tag(User.ROOT)
  void ids_can_be_as_high_as_the_kernel_counts() {
    assumeTrue(User.weAreRoot(), "needs root");
    Carrel.Result result = run("run", "--no-cwd", "--ids=4294967000:200", "--uid=199", "--gid=199", "--", "cat", "/proc/self/uid_map");
    assertThat(result.out().lines().map(line -> line.strip().replaceAll(" +", " "))).as(result.err()).contains("0 4294967000 199", "199 4294967199 1");
    Carrel.Result beyond = run("run", "--no-cwd", "--ids=4294967000:400", "--", "true");
    assertThat(beyond.status()).isEqualTo(125);
    assertThat(beyond.err()).contains("4294967000:400");
  }

  @Test
  void the_ids_of_others_are_refused_to_all_but_root() {
    Carrel.Result result = run("run", "--no-cwd", "--ids=1000:10", "--", "true");
    if (User.weAreRoot()) {
      assertThat(result.status()).isZero();
    } else {
      assertThat(result.status()).isEqualTo(125);
      assertThat(result.err()).contains("cannot give a container the ids 1000:10: /etc/subuid gives you");
    }
  }

  @Test
  void groups_cannot_be_changed_but_where_root_or_newgidmap_has_mapped_them() throws IOException {
    subordinate();
    assertThat(run("run", "--no-cwd", "--ids=1", "--", "cat", "/proc/self/setgroups").out()).isEqualTo("deny\n");
    assertThat(run("run", "--no-cwd", "--ids=auto", "--", "cat", "/proc/self/setgroups").out()).isEqualTo("allow\n");
  }

  @Test
  void joining_with_many_ids_takes_root() throws IOException {
    subordinate();
    assertThat(run("run", "--no-cwd", "--detach", "--name=one", "--", "sleep", "1000").status()).isZero();
    try {
      Carrel.Result result = run("run", "--no-cwd", "--join=net:one", "--ids=auto", "--", "true");
      if (User.weAreRoot()) {
        assertThat(result.status()).isZero();
      } else {
        assertThat(result.status()).isEqualTo(125);
        assertThat(result.err()).contains("cannot join another container's namespaces with more than one id").contains("--ids=1");
      }
    } finally {
      run("remove", "--force", "one");
    }
  }

  @Test
  void missing_newuidmap_is_named_to_who_needs_it() throws IOException {
    subordinate();
    Path script = Files.writeString(directory.resolve("without"),
        "for i in /usr/bin/newuidmap /bin/newuidmap; do mount --bind /dev/null $i; done\nexec \"$@\"\n");
    String[] under = User.weAreRoot() ? new String[] {"unshare", "--mount", "sh", script.toString()}
        : new String[] {"unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "sh", script.toString()};
    Carrel.Result result = carrel("run", "--no-cwd", "--ids=auto", "--", "true").under(under).run();
    if (User.weAreRoot()) {
      assertThat(result.status()).isZero();
    } else {
      assertThat(result.status()).isEqualTo(125);
      assertThat(result.err()).contains("the program newuidmap is not installed").contains("apt install uidmap").contains("--ids=1");
    }
  }

  @Test
  @Tag("root")
  void where_root_starts_it_nobody_inside_is_root_for_the_host() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    Path host = Files.writeString(directory.resolve("secret"), "of root's\n");
    Files.setPosixFilePermissions(host, PosixFilePermissions.fromString("rw-------"));
    Process process = carrel("run", "--", "sh", "-c", script("id -u", "stat -c %u:%g secret /usr / ~", "cat secret", "exec sleep 1000"))
        .start(directory.resolve("out"));
    try {
      Path out = directory.resolve("out");
      Await.until("its lines", () -> Files.readString(out).lines().count() == 6);
      assertThat(Files.readString(out)).isEqualTo("0\n0:0\n0:0\n0:0\n0:0\nof root's\n");
      Await.until("its last program", () -> sleeping(process).size() == 1);
      List<ProcessHandle> inside = sleeping(process);
      assertThat((Integer) Files.getAttribute(Path.of("/proc/" + inside.get(0).pid()), "unix:uid")).isGreaterThan(65535);
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<ProcessHandle> sleeping(Process process) {
    return process.descendants().filter(handle -> handle.info().command().orElse("").endsWith("/sleep")).toList();
  }

  @Test
  @Tag("root")
  void a_pipe_with_a_name_keeps_its_owner() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    Carrel.Result result = carrel("run", "--no-cwd", "--", "echo", "through").under("sh", "-c", "mkfifo named; cat named & \"$@\" > named; wait", "sh").run();
    assertThat(result.out()).isEqualTo("through\n");
    assertThat(Files.getAttribute(directory.resolve("named"), "unix:uid")).isEqualTo(0);
  }

  @Test
  @Tag("root")
  void root_is_itself_with_one_id() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    assertThat(run("run", "--ids=1", "--", "cat", "/proc/self/uid_map").out().strip()).matches("0 +0 +1");
  }

  @Test
  @Tag("root")
  void a_file_system_that_cannot_map_ids_is_not_shared_and_named() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    Path script = Files.writeString(directory.resolve("ramfs"), "mount -t ramfs none " + directory.resolve("ram") + " && exec \"$@\"\n");
    Path ram = Files.createDirectory(directory.resolve("ram"));
    String[] under = {"unshare", "--mount", "sh", script.toString()};
    Carrel.Result refused = carrel("run", "--no-cwd", "--share=" + ram, "--", "true").under(under).run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("cannot share " + ram).contains("--ids=1");
    assertThat(carrel("run", "--no-cwd", "--ids=1", "--share=" + ram, "--", "touch", ram + "/x").under(under).run().status()).isZero();
    assertThat(carrel("run", "--no-cwd", "--expose=" + ram, "--", "ls", ram.toString()).under(under).run().status()).isZero();
  }

  @Test
  @Tag("root")
  void the_ids_of_the_name_carrel_are_roots_choice() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root");
    Path ids = Files.writeString(directory.resolve("ids"), "carrel:700000:65536\n");
    Path script = Files.writeString(directory.resolve("named"),
        "mount --bind " + ids + " /etc/subuid && mount --bind " + ids + " /etc/subgid && exec \"$@\"\n");
    assertThat(carrel("run", "--no-cwd", "--", "cat", "/proc/self/uid_map").under("unshare", "--mount", "sh", script.toString()).run().out()
        .replaceAll(" +", " ")).isEqualTo(" 0 700000 1\n 1 700001 65535\n");
  }

  @Test
  @Tag("root")
  void in_a_user_namespace_without_these_ids_root_is_itself() {
    assumeTrue(User.weAreRoot(), "needs root");
    Carrel.Result result = carrel("run", "--no-cwd", "--", "cat", "/proc/self/uid_map").under("unshare", "--user", "--map-root-user").run();
    assertThat(result.err()).isEmpty();
    assertThat(result.out().strip()).matches("0 +0 +1");
  }
}
