package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How trees of the host are mounted, and what can be mounted where. */
class BindOptionsIT {
  @TempDir Path directory;

  @BeforeEach
  void files() throws IOException {
    directory = directory.toRealPath();
    Files.writeString(Files.createDirectory(directory.resolve("data")).resolve("file"), "outside\n");
  }

  private Carrel inside(List<String> options, String script) {
    List<String> words = new ArrayList<>(List.of("run", "--no-cwd"));
    words.addAll(options);
    words.addAll(List.of("--", "sh", "-c", script));
    return Carrel.command(words.toArray(new String[0])).in(directory);
  }

  private String says(List<String> options, String script) {
    return inside(options, script).says();
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words).doesNotContain("internal error");
  }

  /** Something done with a file system in memory, which is shared with other mount namespaces. */
  private interface Work {
    void with(Path mounted) throws Exception;
  }

  private void onMount(String options, Work work) throws Exception {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    Host.says("mount", "-t", "tmpfs", "-o", options, "carrel-it", mounted.toString());
    try {
      Host.says("mount", "--make-shared", mounted.toString());
      work.with(mounted);
    } finally {
      Host.says("umount", "-R", "-l", mounted.toString());
    }
  }

  // --- flags

  @Test
  @Tag(User.ROOT)
  void access_times_are_kept_as_it_was_said() throws Exception {
    onMount("mode=755", mounted -> {
      for (String times : List.of("noatime", "relatime")) {
        assertThat(says(List.of("--mount=source=mounted,target=/x," + times), "grep ' /x ' /proc/self/mountinfo")).contains(times);
      }
      assertThat(says(List.of("--mount=source=mounted,target=/x,strictatime,nodiratime"), "grep ' /x ' /proc/self/mountinfo"))
          .contains("nodiratime").doesNotContain("relatime", "noatime");
      String reads = "cat /x/file; stat -c %X /x/file";
      Files.writeString(mounted.resolve("file"), "");
      Host.says("touch", "-a", "-d", "@1000000", mounted.resolve("file").toString());
      assertThat(says(List.of("--mount=source=mounted,target=/x,noatime,writable"), reads)).isEqualTo("1000000\n");
      assertThat(says(List.of("--mount=source=mounted,target=/x,strictatime,writable"), "cat /x/file; test $(stat -c %X /x/file) -gt 1000000 && echo read"))
          .isEqualTo("read\n");
    });
  }

  @Test
  void only_root_chooses_when_access_times_are_kept() {
    Carrel.Result result = User.weAreRoot()
        ? inside(List.of("--mount=source=/usr,target=/x,strictatime"), "true").in(Path.of("/"))
            .as(User.ordinary().orElseGet(() -> abort("needs an ordinary user"))).run()
        : inside(List.of("--mount=source=/usr,target=/x,strictatime"), "true").run();
    refused(result, "cannot expose /usr as /x", "chosen by root alone");
  }

  @Test
  @Tag(User.ROOT)
  void what_the_source_forbids_stays_forbidden() throws Exception {
    onMount("mode=755,noexec,nosuid,nodev,noatime,ro", mounted -> {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      User ordinary = User.ordinary().orElseGet(() -> abort("needs an ordinary user"));
      for (String access : List.of("--expose", "--share")) {
        Carrel carrel = inside(List.of(access + "=" + mounted + "=/x"), "grep ' /x ' /proc/self/mountinfo").in(Path.of("/"));
        assertThat(carrel.run().out()).contains("ro,", "nosuid", "nodev", "noexec", "noatime");
        assertThat(carrel.as(ordinary).run().out()).contains("ro,", "nosuid", "nodev", "noexec", "noatime");
      }
    });
  }

  @Test
  void an_unreadable_file_stays_unreadable() throws IOException {
    Path secret = Files.writeString(directory.resolve("data/secret"), "x");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    assertThat(inside(List.of("--expose=data=/x"), "cat /x/secret").run().err()).contains("Permission denied");
    assertThat(says(List.of("--expose=data=/x"), "test -e " + directory + " || echo absent")).isEqualTo("absent\n");
  }

  // --- propagation

  private static final String WATCH = "echo started; until [ -e /x/below/here ]; do sleep 0.05; done; echo came;"
      + " while [ -e /x/below/here ]; do sleep 0.05; done; echo went";

  private void follows(Path mounted, Optional<User> user) throws Exception {
    Path output = directory.resolve("output");
    Carrel carrel = inside(List.of("--mount=source=" + mounted + ",target=/x,propagation=slave"), WATCH).in(Path.of("/"));
    Process process = (user.isPresent() ? carrel.as(user.get()) : carrel).start(output);
    try {
      awaits(output, "started\n");
      Path below = mounted.resolve("below");
      Host.says("mount", "-t", "tmpfs", "carrel-it", below.toString());
      Files.createFile(below.resolve("here"));
      awaits(output, "started\ncame\n");
      Host.says("umount", below.toString());
      awaits(output, "started\ncame\nwent\n");
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private static void awaits(Path output, String text) {
    Await.until(text, () -> Files.readString(output).equals(text));
  }

  @Test
  @Tag(User.ROOT)
  void what_the_host_mounts_later_appears_in_a_slave_and_goes_again() throws Exception {
    onMount("mode=755", mounted -> {
      Files.createDirectory(mounted.resolve("below"));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      follows(mounted, Optional.empty());
      follows(mounted, Optional.of(User.ordinary().orElseGet(() -> abort("needs an ordinary user"))));
    });
  }

  @Test
  @Tag(User.ROOT)
  void and_nowhere_else() throws Exception {
    onMount("mode=755", mounted -> {
      Files.createDirectory(mounted.resolve("below"));
      for (String propagation : List.of("private", "shared", "unbindable")) {
        Path output = directory.resolve(propagation);
        Process process = inside(List.of("--mount=source=mounted,target=/x,propagation=" + propagation),
            "echo started; sleep 1; ls /x/below; grep -c ' /x' /proc/self/mountinfo").start(output);
        awaits(output, "started\n");
        Host.says("mount", "-t", "tmpfs", "carrel-it", mounted.resolve("below").toString());
        Files.createFile(mounted.resolve("below/here"));
        process.waitFor();
        Host.says("umount", mounted.resolve("below").toString());
        assertThat(Files.readAllLines(output)).contains("1").doesNotContain("here");
      }
    });
  }

  @Test
  void what_a_container_mounts_never_reaches_the_host_and_is_seen_in_its_own_namespaces_if_shared() throws Exception {
    Files.createDirectory(directory.resolve("data/below"));
    Files.createDirectory(directory.resolve("data/other"));
    String seen = "for m in /x/below /x/other; do grep -q \" $m \" /proc/self/mounts && echo $m; done";
    String script = "unshare -m --propagation unchanged sh -c 'mount -t tmpfs x /x/below; touch /tmp/ready; until [ -e /tmp/done ]; do sleep 0.05; done; "
        + seen + "' & until [ -e /tmp/ready ]; do sleep 0.05; done; mount -t tmpfs x /x/other; " + seen + "; touch /tmp/done; wait";
    for (String propagation : List.of("shared", "private", "unbindable")) {
      String output = says(List.of("--cap-add=SYS_ADMIN", "--mount=source=data,target=/x,writable,propagation=" + propagation), script);
      assertThat(output).isEqualTo(propagation.equals("shared") ? "/x/below\n/x/other\n/x/below\n/x/other\n" : "/x/other\n/x/below\n");
      assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(directory.toString());
    }
  }

  @Test
  void what_is_unbindable_is_not_bound_again() {
    List<String> options = List.of("--cap-add=SYS_ADMIN", "--mount=source=data,target=/x,propagation=unbindable", "--mount=source=data,target=/y");
    Carrel.Result result = inside(options, "mount --bind /y /tmp && echo bound; mount --bind /x /tmp || echo not").run();
    assertThat(result.out()).as(result.err()).isEqualTo("bound\nnot\n");
  }

  @Test
  @Tag(User.ROOT)
  void a_slave_of_a_private_mount_would_follow_nothing_and_is_refused() throws Exception {
    onMount("mode=755", mounted -> {
      Host.says("mount", "--make-private", mounted.toString());
      refused(inside(List.of("--mount=source=mounted,target=/x,propagation=slave"), "true").run(), "lies on the mount at " + mounted,
          "mount --make-shared " + mounted);
    });
  }

  @Test
  @Tag(User.ROOT)
  void nothing_mounted_in_a_slave_reaches_the_host() throws Exception {
    onMount("mode=755", mounted -> {
      Files.createDirectory(mounted.resolve("below"));
      assertThat(says(List.of("--cap-add=SYS_ADMIN", "--mount=source=mounted,target=/x,writable,propagation=slave"),
          "mount -t tmpfs inner /x/below && grep -c /x/below /proc/self/mounts; sleep 0.3")).isEqualTo("1\n");
      Path output = directory.resolve("output");
      Process process = inside(List.of("--cap-add=SYS_ADMIN", "--mount=source=mounted,target=/x,writable,propagation=slave"),
          "mount -t tmpfs inner /x/below && echo mounted; sleep 0.5").start(output);
      awaits(output, "mounted\n");
      assertThat(Host.says("cat", "/proc/self/mounts")).doesNotContain(mounted + "/below");
      process.waitFor();
    });
  }

  // --- descriptors

  private Carrel.Result after(String script, String... words) throws IOException {
    Path file = Files.writeString(directory.resolve("opened"), script + "\nexec \"$@\"\n");
    return Carrel.command(words).in(directory).under("sh", file.toString()).run();
  }

  @Test
  void what_a_descriptor_leads_to_is_mounted_whatever_it_is_called() throws IOException {
    Carrel.Result result = after("exec 5<data 6<data/file 7<data; mv data moved; mkdir data", "run", "--no-cwd", "--mount=source=/dev/fd/5,target=/x",
        "--mount=source=/dev/fd/6,target=/y", "--mount=source=/dev/fd/7,target=/z,writable", "--", "sh", "-c", "cat /x/file /y; echo z > /z/made");
    assertThat(result.out()).as(result.err()).isEqualTo("outside\noutside\n");
    assertThat(directory.resolve("moved/made")).hasContent("z");
    assertThat(directory.resolve("data")).isEmptyDirectory();
  }

  @Test
  void what_has_no_path_any_more_is_refused() throws IOException {
    refused(after("exec 5<data/file; rm data/file", "run", "--no-cwd", "--mount=source=/dev/fd/5,target=/x", "--", "true"), "/dev/fd/5", "has lost it");
    refused(after("echo again > data/file; exec 5<data/file; rm data/file; echo other > 'data/file (deleted)'", "run", "--no-cwd", "--mount=source=/dev/fd/5,target=/x",
        "--", "true"), "something else lies there now");
    refused(after("exec 5</dev/null; :", "run", "--no-cwd", "--mount=source=/dev/fd/6,target=/x", "--", "true"), "descriptor 6 is not open here");
    refused(after("exec 5<data", "run", "--no-cwd", "--mount=source=/dev/fd/5", "--", "true"), "it lacks its target");
  }

  // --- what is mounted

  @Test
  void sockets_and_fifos_can_be_used_inside() throws Exception {
    Host.says("mkfifo", directory.resolve("fifo").toString());
    String server = "import os, socket; s = socket.socket(socket.AF_UNIX); s.bind('new'); s.listen(); os.rename('new', 'socket'); c, _ = s.accept(); c.sendall(b'answer')";
    assumeTrue(Host.can("python3", "-c", ""), "needs python3");
    Process listening = new ProcessBuilder("python3", "-c", server).directory(directory.toFile()).start();
    try {
      Await.until("the socket", () -> Files.exists(directory.resolve("socket")));
      Host.says("chmod", "666", directory.resolve("socket").toString(), directory.resolve("fifo").toString());
      assertThat(says(List.of("--share=socket=/s", "--share=fifo=/f", "--share=fifo=/tmp/other"),
          "stat -c %F /s /f; echo through > /f & cat /tmp/other; python3 -c \"import socket; s = socket.socket(socket.AF_UNIX);"
              + " s.connect('/s'); print(s.recv(99).decode())\"")).isEqualTo("socket\nfifo\nthrough\nanswer\n");
    } finally {
      listening.destroyForcibly();
    }
  }

  @Test
  @Tag(User.ROOT)
  void a_device_has_no_effect_but_in_dev() throws IOException {
    Host.says("mknod", "-m", "666", directory.resolve("null").toString(), "c", "1", "3");
    Carrel.Result result = inside(List.of("--share=null=/n", "--share=/dev/null=/dev/nothing", "--expose=/dev/zero=/dev/deep/zero"),
        "head -c 1 /dev/deep/zero | wc -c; touch /dev/x; echo x > /dev/nothing && echo y > /n").run();
    assertThat(result.out()).as(result.err()).isEqualTo("1\n");
    assertThat(result.err()).contains("/n: Permission denied", "'/dev/x': Read-only file system").doesNotContain("nothing");
  }

  @Test
  @Tag(User.ROOT)
  void a_file_system_of_a_program_can_be_mounted() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/fuse")) && Host.can("sh", "-c", "command -v bindfs && command -v fusermount3"), "needs FUSE and bindfs");
    Path mounted = Files.createDirectory(directory.resolve("fuse"));
    Host.says("bindfs", "-o", "allow_other", directory.resolve("data").toString(), mounted.toString());
    try {
      assertThat(says(List.of("--expose=fuse=/x"), "cat /x/file")).isEqualTo("outside\n");
    } finally {
      Host.says("fusermount3", "-u", mounted.toString());
    }
  }

  // --- where it is mounted

  private void root(String... names) throws IOException {
    for (String name : names) {
      Files.createDirectories(directory.resolve("root/" + name));
    }
  }

  private static final List<String> SYSTEM = List.of("--no-system", "--expose=/usr", "--expose=/lib", "--expose=/lib64", "--expose=/bin");

  private List<String> withSystem(String... more) {
    List<String> options = new ArrayList<>(SYSTEM);
    options.addAll(List.of(more));
    return options;
  }

  private static final String[] PLACES = {"proc", "sys", "dev", "tmp", "run", "usr", "bin", "lib", "lib64", "etc"};

  private void wholeRoot() throws IOException {
    root(PLACES);
    root(Host.says("sh", "-c", "getent passwd $(id -u) | cut -d: -f6").substring(1));
  }

  @Test
  void a_directory_can_be_the_root() throws IOException {
    wholeRoot();
    assertThat(says(withSystem("--share=root=/"), "echo made > /here; touch /tmp/x ~/y; mkdir /dev/x 2>/dev/null || echo fixed")).isEqualTo("fixed\n");
    assertThat(directory.resolve("root/here")).hasContent("made");
    assertThat(directory.resolve("root/tmp")).isEmptyDirectory();
    assertThat(says(withSystem("--expose=root=/"), "touch /x 2>/dev/null || cat /here")).isEqualTo("made\n");
  }

  @Test
  void proc_is_not_mounted_where_a_link_leads() throws IOException {
    wholeRoot();
    Files.delete(directory.resolve("root/proc"));
    root("elsewhere");
    Files.createSymbolicLink(directory.resolve("root/proc"), Path.of("elsewhere"));
    refused(inside(withSystem("--expose=root=/"), "true").run(), "cannot mount /proc", "ELOOP");
  }

  @Test
  void memory_can_be_the_root() {
    assertThat(says(List.of("--mount=type=tmpfs,target=/,size=1m,mode=711,inodes=100"),
        "stat -c %a /; touch /made && ls /made; head -c 2000000 /dev/zero > /big 2>/dev/null; test $(stat -c %s /big) -lt 1100000 && echo bounded"))
        .isEqualTo("711\n/made\nbounded\n");
  }

  @Test
  void slashes_do_not_count_and_links_of_the_plan_are_followed() {
    assertThat(says(List.of("--symlink=/link=/not/there", "--expose=data=//a///b/", "--expose=data=/link/c"), "cat /a/b/file /not/there/c/file; readlink /link"))
        .isEqualTo("outside\noutside\n/not/there\n");
  }

  @Test
  void a_link_in_a_tree_of_the_host_is_followed_in_it_and_nowhere_is_refused() throws IOException {
    root("real");
    Files.createSymbolicLink(directory.resolve("root/link"), Path.of("/x/real"));
    Files.createSymbolicLink(directory.resolve("root/dangling"), Path.of("/x/nowhere"));
    assertThat(says(List.of("--expose=root=/x", "--expose=data=/x/link"), "cat /x/real/file")).isEqualTo("outside\n");
    refused(inside(List.of("--expose=root=/x", "--expose=data=/x/dangling"), "true").run(), "/x/dangling", "does not exist");
    assertThat(directory.resolve("root/nowhere")).doesNotExist();
  }

  @Test
  void a_source_may_lie_in_another_one_and_is_always_the_hosts() throws IOException {
    Files.createDirectories(directory.resolve("data/inner/point"));
    Files.writeString(directory.resolve("data/inner/f"), "inner\n");
    assertThat(says(List.of("--expose=data=/x", "--share=data/inner=/x/inner/point", "--mount=type=tmpfs,target=/x/inner"),
        "ls /x/inner; cat /x/inner/point/f; touch /x/inner/point/made")).isEqualTo("point\ninner\n");
    assertThat(directory.resolve("data/inner/made")).exists();
  }

  @Test
  void the_callers_umask_does_not_count() throws IOException {
    Path script = Files.writeString(directory.resolve("masked"), "umask 0777\nexec \"$@\"\n");
    Carrel.Result result = inside(List.of("--expose=data=/a/b/c", "--expose=data/file=/f", "--mount=type=file,source=data/file,target=/g",
        "--mount=type=file,source=data/file,target=/h,mode=640", "--mount=type=directory,target=/d,mode=1750", "--mount=type=tmpfs,target=/t",
        "--umask=022"), "stat -c '%a %n' / /a /a/b /g /h /d /t /tmp /run /dev /dev/pts /dev/shm; stat -c '%a' ~; test -r /etc/passwd -a -r /f && echo readable")
        .under("sh", script.toString()).run();
    assertThat(result.out()).as(result.err()).isEqualTo("755 /\n755 /a\n755 /a/b\n444 /g\n640 /h\n1750 /d\n755 /t\n1777 /tmp\n755 /run\n755 /dev\n"
        + "755 /dev/pts\n1777 /dev/shm\n700\nreadable\n");
  }
}
