package dev.carrel.backend.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.LaunchPlan;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.backend.namespace.ToolBackend;
import dev.carrel.backend.namespace.ToolBackend.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArgumentsTest {
  private static final long GIGABYTE = 1L << 30;

  private static Command of(boolean writableRoot, Mount... mounts) {
    return of(Namespace.standard(), NetworkSpec.NONE, writableRoot, mounts);
  }

  private static Command of(Set<Namespace> namespaces, NetworkSpec network, boolean writableRoot, Mount... mounts) {
    ContainerSpec spec = new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.pipes()), namespaces,
        new Identity(new IdMapping(42, 1000, 1), new IdMapping(77, 1000, 1)), Optional.of("desk"),
        new RootSpec(List.of(mounts), List.of(), writableRoot), network, Optional.empty());
    return Arguments.of(new LaunchPlan("1", spec, new MountPlan(List.of(mounts), writableRoot), Optional.empty()), GIGABYTE,
        file -> file.equals(Path.of("/proc/kcore")) || file.equals(Path.of("/proc/sys")) || file.equals(Path.of("/proc/acpi")));
  }

  @Test
  void namespaces_ids_and_host_name_are_the_specifications() {
    assertThat(of(false).arguments()).containsSubsequence("--unshare-user", "--uid", "42", "--gid", "77", "--unshare-pid", "--as-pid-1", "--unshare-net",
        "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--hostname", "desk");
    assertThat(of(Namespace.standardBut(Namespace.NETWORK), NetworkSpec.HOST, false).arguments()).doesNotContain("--unshare-net");
  }

  @Test
  void what_is_exposed_is_read_only_and_what_is_shared_is_not() {
    assertThat(of(false, new Mount.Bind(Path.of("/usr"), Path.of("/usr"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
        new Mount.Bind(Path.of("/srv/a b"), Path.of("/work"), Access.SHARE, Mapping.Kind.DIRECTORY, false)).arguments())
        .containsSubsequence("--ro-bind", "/usr", "/usr", "--bind", "/srv/a b", "/work", "--remount-ro", "/");
  }

  @Test
  void the_root_directory_is_read_only_unless_it_is_to_be_written() {
    assertThat(of(false).arguments()).endsWith("--remount-ro", "/");
    assertThat(of(true).arguments()).doesNotContain("--remount-ro");
  }

  @Test
  void sizes_in_memory_are_bytes() {
    assertThat(of(false, new Mount.Tmpfs(Path.of("/a"), 01777, "10%"), new Mount.Tmpfs(Path.of("/b"), 0700, "64m"),
        new Mount.Tmpfs(Path.of("/c"), 0755, "4096")).arguments())
        .containsSubsequence("--perms", "1777", "--size", Long.toString(GIGABYTE / 100 * 10), "--tmpfs", "/a",
            "--perms", "0700", "--size", "67108864", "--tmpfs", "/b", "--size", "4096", "--tmpfs", "/c");
  }

  @Test
  void the_content_of_a_file_comes_by_a_descriptor() {
    Command command = of(false, new Mount.GeneratedFile(Path.of("/etc/a"), "one", 0444), new Mount.GeneratedFile(Path.of("/etc/b"), "two", 0400));

    assertThat(command.arguments()).containsSubsequence("--perms", "0444", "--ro-bind-data", "" + ToolBackend.descriptor(0), "/etc/a",
        "--perms", "0400", "--ro-bind-data", "" + ToolBackend.descriptor(1), "/etc/b");
    assertThat(command.data()).containsExactly("one".getBytes(), "two".getBytes());
  }

  @Test
  void what_proc_tells_of_the_kernel_is_covered_where_the_host_has_it() {
    assertThat(of(false, new Mount.Proc(Path.of("/proc"))).arguments()).containsSubsequence("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys",
        "--dev-bind", "/dev/null", "/proc/kcore", "--tmpfs", "/proc/acpi", "--remount-ro", "/proc/acpi").doesNotContain("/proc/timer_list");
  }

  @Test
  void a_program_named_like_an_option_is_none_of_its_arguments() {
    assertThat(of(false).arguments()).doesNotContain("true", "--");
  }

  @Test
  void nothing_is_made_in_a_tree_of_the_host_and_no_link_there_is_followed(@TempDir Path tree) throws IOException {
    Files.createDirectory(tree.resolve("there"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("/etc"));
    Mount around = new Mount.Bind(tree, Path.of("/work"), Access.SHARE, Mapping.Kind.DIRECTORY, false);
    HostTrees trees = new HostTrees();
    trees.check(around);

    trees.check(new Mount.Tmpfs(Path.of("/work/there"), 0700, "1m"));
    trees.check(new Mount.Directory(Path.of("/work/there/new"), 0700));
    assertThatThrownBy(() -> trees.check(new Mount.Tmpfs(Path.of("/work/missing"), 0700, "1m")))
        .isInstanceOf(CarrelException.class).hasMessageContaining("/work/missing").hasMessageContaining("Make " + tree.resolve("missing"));
    assertThatThrownBy(() -> trees.check(new Mount.Tmpfs(Path.of("/work/link/passwd"), 0700, "1m")))
        .isInstanceOf(CarrelException.class).hasMessageContaining("is a symbolic link");
  }
}
