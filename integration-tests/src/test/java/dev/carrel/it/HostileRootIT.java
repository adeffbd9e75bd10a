package dev.carrel.it;

import static dev.carrel.it.AttackProgram.allSucceed;
import static dev.carrel.it.AttackProgram.nothingSucceeds;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A root file system made by somebody else, whose /proc, /sys or /dev lead where Carrel did not mean to go. */
class HostileRootIT {
  @TempDir Path directory;
  private AttackProgram attacks;
  private Path root;

  @BeforeEach
  void make() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    attacks = AttackProgram.compiledIn(directory);
    root = Files.createDirectory(directory.resolve("root"));
    for (String name : List.of("proc", "sys", "dev", "tmp", "run", "etc", "usr", "var", "x", "home", "home/ada")) {
      Files.createDirectory(root.resolve(name));
    }
    Files.copy(attacks.path(), root.resolve("attacks"));
    Files.setPosixFilePermissions(root.resolve("attacks"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(root.resolve("etc/mark"), "unharmed");
  }

  private void link(String name, String target) throws IOException {
    Files.delete(root.resolve(name));
    Files.createSymbolicLink(root.resolve(name), Path.of(target));
  }

  private Carrel.Result run(List<String> options, String... words) {
    List<String> line = new ArrayList<>(List.of("run", "--no-cwd", "--ids=1", "--user=ada", "--expose=" + root + "=/"));
    line.addAll(options);
    line.addAll(List.of("--", "/attacks"));
    line.addAll(List.of(words));
    return Carrel.run(line.toArray(String[]::new));
  }

  private void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).as(result.out()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(words);
  }

  @Test
  void one_as_it_should_be_is_used() {
    List<String> words = List.of("read=/proc/self/status", "read=/sys/kernel/mm/transparent_hugepage/enabled", "read=/dev/zero", "read=/etc/mark");
    Carrel.Result result = run(List.of(), words.toArray(String[]::new));
    allSucceed(result.out(), words);
  }

  /** What is written to /proc on the way, such as maps of ids, would go there. */
  @Test
  void a_link_in_the_place_of_proc_is_refused() throws IOException {
    for (String target : List.of("x", "/x", "../../x", "sys")) {
      link("proc", target);
      refused(run(List.of(), "escape_fd"), "cannot mount /proc");
    }
    // Who only names the place is led astray.
    assertThat(Host.says("unshare", "-Urmpf", "sh", "-c", "cd " + root + " && ln -sfn x proc && mount -t proc none proc && cut -d' ' -f5 /proc/self/mountinfo | tail -n1"))
        .isEqualTo(root + "/x");
  }

  @Test
  void a_link_in_the_place_of_sys_is_refused() throws IOException {
    link("sys", "/x");
    refused(run(List.of(), "escape_fd"), "cannot mount /sys");
  }

  @Test
  void a_file_in_the_place_of_proc_is_refused() throws IOException {
    Files.delete(root.resolve("proc"));
    Files.writeString(root.resolve("proc"), "");
    refused(run(List.of(), "escape_fd"), "cannot mount /proc");
  }

  /** Links of the root are resolved below it: nothing outside is reached, and the devices are Carrel's own. */
  @Test
  void devices_are_carrels_own_wherever_dev_leads() throws IOException {
    Files.writeString(root.resolve("dev/null"), "");
    Files.createSymbolicLink(root.resolve("dev/zero"), Path.of("/proc/sysrq-trigger"));
    Files.createSymbolicLink(root.resolve("dev/pts"), Path.of("/proc/self/fd"));
    List<String> words = List.of("write=/proc/sysrq-trigger", "write=/proc/sys/kernel/core_pattern", "read=/proc/interrupts", "create=/dev", "create=/etc");
    nothingSucceeds(run(List.of(), words.toArray(String[]::new)), words);
    allSucceed(run(List.of(), "read=/dev/zero", "write=/dev/null").out(), List.of("read=/dev/zero", "write=/dev/null"));

    for (String target : List.of("/etc", "../../../../etc")) {
      Trees.delete(root.resolve("dev"));
      Files.createSymbolicLink(root.resolve("dev"), Path.of(target));
      nothingSucceeds(run(List.of(), words.toArray(String[]::new)), words);
      assertThat(root.resolve("etc/mark")).hasContent("unharmed");
      assertThat(root.resolve("etc").toFile().list()).containsExactly("mark");
      Files.delete(root.resolve("dev"));
      Files.createDirectory(root.resolve("dev"));
    }
  }

  @Test
  void nothing_can_be_put_over_the_kernels_files() throws IOException {
    Path made = Files.createDirectory(directory.resolve("made"));
    for (String target : List.of("/proc", "/proc/self/attr", "/proc/sys", "/sys/fs/cgroup", "/dev", "/dev/null", "/dev/pts")) {
      refused(Carrel.run("run", "--no-cwd", "--share=" + made + "=" + target, "--", "true"), target);
    }
    for (String target : List.of("/proc/self/attr", "/proc/sys", "/sys/fs/cgroup")) {
      refused(Carrel.run("run", "--no-cwd", "--mount=type=tmpfs,target=" + target, "--", "true"), target);
    }
  }
}
