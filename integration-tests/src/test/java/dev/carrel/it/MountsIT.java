package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What else can be put into a container with {@code --mount} and {@code --symlink}. */
class MountsIT {
  @TempDir Path directory;

  @BeforeEach
  void two_directories_with_awkward_names() throws IOException {
    Path upper = Files.createDirectory(directory.resolve("a"));
    Path lower = Files.createDirectory(directory.resolve("b:x,\\y"));
    Files.writeString(upper.resolve("both"), "a\n");
    Files.writeString(upper.resolve("only"), "a only\n");
    Files.writeString(lower.resolve("both"), "b\n");
    Files.writeString(lower.resolve("below"), "b only\n");
  }

  private Carrel.Result run(String... words) {
    return Carrel.command(words).in(directory).run();
  }

  private Carrel.Result inside(List<String> options, String script) {
    List<String> words = new java.util.ArrayList<>(List.of("run", "--no-cwd"));
    words.addAll(options);
    words.addAll(List.of("--", "sh", "-c", script));
    return run(words.toArray(new String[0]));
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words).doesNotContain("internal error");
  }

  @Test
  void memory_has_the_size_and_mode_that_were_asked_for() {
    Carrel.Result result = inside(List.of("--mount=type=tmpfs,target=/scratch/deep,size=64k,mode=1777"),
        "stat -c %a /scratch /scratch/deep; head -c 100000 /dev/zero > /scratch/deep/x; stat -c %s /scratch/deep/x");
    assertThat(result.out()).isEqualTo("755\n1777\n65536\n");
    assertThat(result.err()).contains("No space left on device");
    for (String size : List.of("", "0", "-1", "x", "1t", "999999999999g", "101%", "99999999999999999999")) {
      refused(run("run", "--mount=type=tmpfs,target=/s,size=" + size, "--", "true"), "size=" + size, "is no number of bytes from 1 on");
    }
  }

  @Test
  void memory_over_a_directory_has_its_mode_unless_another_was_said() throws IOException {
    Files.setPosixFilePermissions(directory.resolve("a"), PosixFilePermissions.fromString("rwx--x---"));
    Carrel.Result result = inside(List.of("--share=.=/x", "--mount=type=tmpfs,target=/x/a", "--mount=type=tmpfs,target=/tmp,size=1m",
        "--mount=type=tmpfs,target=/run,mode=711", "--mount=type=tmpfs,target=/new"),
        "stat -c %a /x/a /tmp /run /new; touch /x/a/made /new/made; stat -c %u /x/a/made | grep -qx $(id -u) && echo mine");
    assertThat(result.out()).as(result.err()).isEqualTo("710\n1777\n711\n755\nmine\n");
    assertThat(directory.resolve("a/made")).doesNotExist();
  }

  @Test
  void memory_holds_only_so_many_files() {
    assertThat(inside(List.of("--mount=type=tmpfs,target=/few,inodes=4"), "cd /few; touch 1 2 3 4 5 6 2>/dev/null; ls").out()).isEqualTo("1\n2\n3\n");
    Carrel.Result result = inside(List.of(), "for d in / /tmp /run ~ /dev/shm /dev; do stat -f -c '%c' $d; done | sort -n | uniq");
    assertThat(result.out().lines().mapToLong(Long::parseLong)).as(result.out()).allMatch(inodes -> inodes > 0 && inodes <= 409600);
    for (String inodes : List.of("0", "-1", "1k", "99999999999")) {
      refused(run("run", "--mount=type=tmpfs,target=/s,inodes=" + inodes, "--", "true"), "inodes=" + inodes);
    }
  }

  @Test
  void a_file_is_a_copy_with_its_mode_and_cannot_be_changed() throws IOException {
    Files.write(directory.resolve("data"), new byte[] {'x', 0, (byte) 0xff, '\n'});
    Carrel.Result result = inside(List.of("--mount=type=file,source=data,target=/etc/data,mode=0600"),
        "od -An -tx1 /etc/data; stat -c %a /etc/data; echo more >> /etc/data");
    assertThat(result.out()).isEqualTo(" 78 00 ff 0a\n600\n");
    assertThat(result.err()).contains("Read-only file system");
    assertThat(Files.size(directory.resolve("data"))).isEqualTo(4);
  }

  @Test
  void a_file_comes_from_a_descriptor() throws IOException {
    Path script = Files.writeString(directory.resolve("opened"), "exec 5<a/both\nexec \"$@\"\n");
    Carrel.Result result = Carrel.command("run", "--no-cwd", "--mount=type=file,source=/dev/fd/5,target=/data", "--", "cat", "/data").in(directory)
        .under("sh", script.toString()).run();
    assertThat(result.out()).isEqualTo("a\n");
    refused(run("run", "--mount=type=file,source=/dev/fd/5,target=/data", "--", "true"), "descriptor 5 is not open here");
    refused(run("run", "--mount=type=file,source=none,target=/data", "--", "true"), "cannot read", "none");
  }

  @Test
  void a_link_that_is_there_can_be_asked_for_again_and_no_other() throws IOException {
    assertThat(inside(List.of("--symlink=/here/link=/usr/bin/env", "--symlink=/bin=usr/bin"), "readlink /here/link /bin").out())
        .isEqualTo("/usr/bin/env\nusr/bin\n");
    refused(run("run", "--symlink=/bin=elsewhere", "--", "true"), "/bin to elsewhere", "leads to usr/bin already");
    refused(run("run", "--symlink=relative=x", "--", "true"), "is relative");
    refused(run("run", "--symlink=" + directory + "/made=x", "--", "true"), "what is around it is the host's");
    assertThat(directory.resolve("made")).doesNotExist();
  }

  @Test
  void what_is_bound_can_be_restricted_further() throws IOException {
    Files.copy(Path.of("/bin/true"), directory.resolve("a/true"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Files.createSymbolicLink(directory.resolve("a/link"), Path.of("both"));
    Carrel.Result result = inside(List.of("--mount=source=a,target=/m,writable,noexec,nosymfollow", "--mount=source=none,target=/n,optional"),
        "touch /m/made; cat /m/both; /m/true; cat /m/link; ls /n");
    assertThat(result.out()).isEqualTo("a\n");
    assertThat(result.err()).contains("/m/true: Permission denied", "/m/link: Too many levels of symbolic links", "cannot access '/n'");
    assertThat(directory.resolve("a/made")).exists();
    assertThat(inside(List.of("--mount=type=bind,src=a,dst=/m"), "touch /m/x").err()).contains("Read-only file system");
  }

  @Test
  void an_overlay_is_written_without_changing_what_is_below() throws IOException {
    Carrel.Result result = inside(List.of("--mount=type=overlay,lower=a,lower=b:x\\,\\\\y,target=/o"),
        "cat /o/both /o/only /o/below; echo new > /o/both; rm /o/only; mkdir /o/made; cat /o/both; ls /o; stat -c %u /o /o/both | sort -u");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith("a\na only\nb only\nnew\nbelow\nboth\nmade\n").hasLineCount(8);
    assertThat(Files.readString(directory.resolve("a/both"))).isEqualTo("a\n");
    assertThat(directory.resolve("a/only")).exists();
  }

  @Test
  void changes_of_an_overlay_are_kept_where_it_was_said() throws IOException {
    Files.createDirectory(directory.resolve("kept"));
    List<String> options = List.of("--mount=type=overlay,lower=a,changes=kept,target=/o");
    assertThat(inside(options, "echo 1 > /o/new; rm /o/only; echo changed > /o/both").err()).isEmpty();
    assertThat(inside(options, "cat /o/new /o/both; ls /o").out()).isEqualTo("1\nchanged\nboth\nnew\n");
    assertThat(Files.readString(directory.resolve("kept/upper/new"))).isEqualTo("1\n");
    assertThat(Files.readString(directory.resolve("a/both"))).isEqualTo("a\n");
  }

  @Test
  void a_link_in_the_place_of_kept_changes_leads_nowhere() throws IOException {
    Path kept = Files.createDirectory(directory.resolve("kept"));
    Path victim = Files.createDirectory(directory.resolve("victim"));
    Files.createSymbolicLink(kept.resolve("upper"), victim);
    refused(run("run", "--no-cwd", "--mount=type=overlay,lower=a,changes=kept,target=/o", "--", "touch", "/o/x"), "ELOOP", "kept/upper");
    assertThat(victim).isEmptyDirectory();
  }

  @Test
  void an_overlay_that_is_read_only_merges_two() {
    Carrel.Result result = inside(List.of("--mount=type=overlay,lower=a,lower=b:x\\,\\\\y,target=/o,readonly"), "ls /o; touch /o/x");
    assertThat(result.out()).isEqualTo("below\nboth\nonly\n");
    assertThat(result.err()).contains("Read-only file system");
    refused(run("run", "--mount=type=overlay,lower=a,target=/o,readonly", "--", "true"), "it needs two directories or more");
    refused(run("run", "--mount=type=overlay,target=/o", "--", "true"), "needs 1 to 100 directories");
    refused(run("run", "--mount=type=overlay,lower=none,target=/o", "--", "true"), "none: no such file or directory");
    refused(run("run", "--mount=type=overlay,lower=a/both,target=/o", "--", "true"), "it is no directory");
  }

  @Test
  void a_program_can_change_the_system_it_sees() {
    Carrel.Result result = inside(List.of("--mount=type=overlay,lower=/usr,target=/usr"), "touch /usr/new && ls /usr/new");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).isEqualTo("/usr/new\n");
    assertThat(Path.of("/usr/new")).doesNotExist();
  }

  @Test
  void what_makes_no_sense_is_refused_in_one_line() {
    Map<String, String> wrong = Map.ofEntries(
        Map.entry("type=frob,target=/x", "type=frob is not known"),
        Map.entry("type=tmpfs,target=/x,frob", "'frob' is not known of a mount of type tmpfs"),
        Map.entry("type=tmpfs", "it lacks its target"),
        Map.entry("type=tmpfs,target=/x,target=/y", "it has more than one target"),
        Map.entry("type=tmpfs,target=x", "the tmpfs at x: the target x is relative"),
        Map.entry("type=tmpfs,target=/a/../b", "has '..' in it"),
        Map.entry("type=tmpfs,target=/proc/x", "nothing can be put below /proc"),
        Map.entry("type=directory,target=/sys/x", "nothing can be put below /sys"),
        Map.entry("type=tmpfs,target=/x,mode=9", "no octal number"),
        Map.entry("type=symlink,target=/x", "it lacks its to"),
        Map.entry("source=a,target=/x,ro,rw", "read-only and writable"),
        Map.entry("source=a,target=/x,noexec=no", "'noexec' takes no value"),
        Map.entry("source=none,target=/x", "no such file or directory"));
    wrong.forEach((option, why) -> refused(run("run", "--mount=" + option, "--", "true"), why));
    refused(run("run", "--share=a=/x", "--mount=type=tmpfs,target=/x", "--", "true"), "two things at /x");
    refused(run("run", "--namespaces=all,-mnt", "--mount=type=tmpfs,target=/x", "--", "true"), "without a mount namespace");
  }
}
