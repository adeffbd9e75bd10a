package dev.carrel.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.MountRequest;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.RootSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedMountPlannerTest {
  private final OrderedMountPlanner planner = new OrderedMountPlanner();

  @Test
  void control_groups_lie_in_sys_where_nothing_else_may() {
    assertThat(plan(List.of(new Mount.ControlGroups())).mounts())
        .containsSubsequence(new Mount.Sys(Path.of("/sys")), new Mount.Directory(Path.of("/sys/fs"), 0755), new Mount.ControlGroups());
  }

  @Test
  void every_container_has_devices_and_its_own_kernel_objects() {
    assertThat(plan(List.of()).mounts())
        .containsExactly(new Mount.Dev(Path.of("/dev"), false), new Mount.Proc(Path.of("/proc")), new Mount.Sys(Path.of("/sys")));
  }

  @Test
  void without_namespaces_of_its_own_there_is_neither_proc_nor_sys() {
    MountRequest request = new MountRequest(new RootSpec(List.of(), List.of(), false), Set.of(Namespace.MOUNT), false);
    assertThat(planner.plan(request).mounts()).containsExactly(new Mount.Dev(Path.of("/dev"), false));
  }

  @Test
  void a_terminal_is_the_console() {
    MountRequest request = new MountRequest(new RootSpec(List.of(), List.of(), false), Namespace.standard(), true);
    assertThat(planner.plan(request).mounts()).contains(new Mount.Dev(Path.of("/dev"), true));
  }

  @Test
  void what_the_base_brings_for_proc_stays() {
    Mount bind = base("/proc", "/proc");
    assertThat(plan(List.of(bind)).mounts()).contains(bind).doesNotContain(new Mount.Proc(Path.of("/proc")));
  }

  @Test
  void and_stays_when_the_hosts_root_is_mapped() {
    Mount bind = base("/proc", "/proc");
    assertThat(plan(List.of(bind), expose("/", "/")).mounts()).contains(bind).contains(new Mount.Sys(Path.of("/sys")));
  }

  @Test
  void a_later_base_entry_replaces_an_earlier_one() {
    Mount working = share("/home/u", "/home/u");
    assertThat(plan(List.of(tmpfs("/home/u"), working)).mounts()).contains(working).doesNotContain(tmpfs("/home/u"));
  }

  @Test
  void a_mapping_replaces_what_the_base_has_at_its_target() {
    MountPlan plan = plan(List.of(tmpfs("/tmp")), expose("/a", "/tmp"));
    assertThat(plan.mounts()).contains(base("/a", "/tmp")).doesNotContain(tmpfs("/tmp"));
  }

  @Test
  void memory_without_a_mode_has_that_of_what_would_have_been_there() {
    Mount.Tmpfs wanted = new Mount.Tmpfs(Path.of("/tmp"), OptionalInt.empty(), "1m", 5);
    for (Mount before : List.of(new Mount.Tmpfs(Path.of("/tmp"), 01777, "10%"), new Mount.Directory(Path.of("/tmp"), 01777))) {
      assertThat(plan(List.of(before, wanted)).mounts()).contains(new Mount.Tmpfs(Path.of("/tmp"), OptionalInt.of(01777), "1m", 5));
    }
    assertThat(plan(List.of(wanted)).mounts()).contains(wanted);
    Mount.Tmpfs clear = new Mount.Tmpfs(Path.of("/tmp"), 0700, "1m");
    assertThat(plan(List.of(tmpfs("/tmp"), clear)).mounts()).contains(clear);
  }

  @Test
  void what_is_protected_is_named_once_and_where_it_really_is() {
    PathProtection wanted = new PathProtection(paths("/bin/sh", "/etc/x", "/etc/x", "/etc/x/y"), paths("/srv/b", "/srv", "/etc/x/z", "/a//b/"));
    RootSpec root = new RootSpec(List.of(new Mount.Symlink(Path.of("/bin"), "usr/bin")), List.of(), false, wanted);
    assertThat(planner.plan(new MountRequest(root, Namespace.standard(), false)).protection())
        .isEqualTo(new PathProtection(paths("/etc/x", "/usr/bin/sh"), paths("/a/b", "/srv")));
  }

  @Test
  void what_cannot_be_protected_is_refused() {
    for (PathProtection wrong : List.of(new PathProtection(paths("/"), List.of()), new PathProtection(List.of(), paths("/")),
        new PathProtection(paths("a"), List.of()), new PathProtection(List.of(), paths("/a/../b")))) {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> planner.plan(
          new MountRequest(new RootSpec(List.of(), List.of(), false, wrong), Namespace.standard(), false)))
          .matches(refused -> refused.kind() == CarrelException.Kind.USAGE);
    }
  }

  private static List<Path> paths(String... paths) {
    return Stream.of(paths).map(Path::of).toList();
  }

  @Test
  void missing_parents_are_made_and_come_first() {
    assertThat(plan(List.of(), expose("/a", "/x/y/z")).mounts())
        .containsSubsequence(directory("/x"), directory("/x/y"), base("/a", "/x/y/z"));
  }

  @Test
  void missing_parents_in_a_tmpfs_are_made_too() {
    assertThat(plan(List.of(tmpfs("/home/u")), expose("/a", "/home/u/p/q")).mounts())
        .containsSubsequence(directory("/home"), tmpfs("/home/u"), directory("/home/u/p"), base("/a", "/home/u/p/q"));
  }

  @Test
  void nothing_is_made_in_a_tree_of_the_host() {
    assertThat(plan(List.of(base("/usr", "/usr")), expose("/a", "/usr/share/x/y")).mounts())
        .noneMatch(mount -> mount instanceof Mount.Directory);
  }

  @Test
  void not_even_the_directories_of_the_base() {
    assertThat(plan(List.of(share("/run", "/run"), directory("/run/user"), directory("/run/user/1"))).mounts())
        .noneMatch(mount -> mount instanceof Mount.Directory);
  }

  @Test
  void the_same_mapping_twice_is_once() {
    assertThat(plan(List.of(), expose("/a", "/x"), expose("/a", "/x")).mounts()).containsOnlyOnce(base("/a", "/x"));
  }

  @Test
  void two_sources_at_one_target_are_refused_naming_both() {
    refused(List.of(), expose("/a", "/x"), expose("/b", "/x"))
        .withMessageContaining("--expose=/a=/x").withMessageContaining("--expose=/b=/x");
  }

  @Test
  void read_only_and_writable_at_one_target_are_refused() {
    refused(List.of(), expose("/a", "/a"), mapping("/a", "/a", Access.SHARE, Mapping.Kind.DIRECTORY))
        .withMessageContaining("--expose=/a").withMessageContaining("--share=/a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "/a/../b", "/a/.", "/..", "./a"})
  void unclear_targets_are_refused(String target) {
    refused(List.of(), expose("/a", target)).withMessageContaining("the target");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc", "/proc/sys/kernel", "/sys", "/sys/fs/cgroup", "/dev", "/dev/null", "/dev/pts/0", "/dev/ptmx"})
  void kernel_objects_and_standard_devices_cannot_be_covered(String target) {
    refused(List.of(), expose("/a", target)).withMessageContaining(target.startsWith("/dev/") ? target.substring(0, 9) : target);
  }

  @Test
  void other_devices_can_be_mapped_and_work() {
    assertThat(plan(List.of(), mapping("/dev/fuse", "/dev/fuse", Access.SHARE, Mapping.Kind.FILE)).mounts())
        .contains(new Mount.Bind(Path.of("/dev/fuse"), Path.of("/dev/fuse"), Access.SHARE, Mapping.Kind.FILE, true));
  }

  @Test
  void a_target_below_a_file_is_refused_naming_both() {
    refused(List.of(), file("/a", "/x"), expose("/b", "/x/y")).withMessageContaining("/a (at /x)").withMessageContaining("/b (at /x/y)");
  }

  @Test
  void a_target_below_a_generated_file_is_refused() {
    refused(List.of(new Mount.GeneratedFile(Path.of("/etc/passwd"), "", 0444)), expose("/b", "/etc/passwd/y"))
        .withMessageContaining("/etc/passwd is no directory");
  }

  @Test
  void a_target_below_a_link_of_the_plan_is_where_the_link_leads() {
    assertThat(plan(List.of(base("/usr", "/usr"), link("/bin", "usr/bin")), file("/a", "/bin/tool")).mounts())
        .contains(new Mount.Bind(Path.of("/a"), Path.of("/usr/bin/tool"), Access.EXPOSE, Mapping.Kind.FILE, false));
  }

  @Test
  void the_working_directory_below_a_link_is_where_the_link_leads() {
    assertThat(plan(List.of(link("/lib", "usr/lib"), share("/lib/w", "/lib/w"))).mounts()).contains(share("/lib/w", "/usr/lib/w"));
  }

  @Test
  void one_target_by_two_names_is_still_one_target() {
    refused(List.of(link("/bin", "usr/bin")), file("/a", "/bin/x"), file("/b", "/usr/bin/x"))
        .withMessageContaining("/bin/x").withMessageContaining("/usr/bin/x");
  }

  @Test
  void a_circle_of_links_is_refused() {
    refused(List.of(link("/a", "b"), link("/b", "a")), expose("/x", "/a/x")).withMessageContaining("circle");
  }

  @Test
  void a_link_cannot_smuggle_a_mapping_into_proc() {
    refused(List.of(link("/p", "../../proc")), expose("/x", "/p/sys")).withMessageContaining("/proc");
  }

  @Test
  void a_mapping_in_the_place_of_a_link_is_a_directory() {
    assertThat(plan(List.of(link("/bin", "usr/bin")), expose("/a", "/bin"), file("/b", "/bin/b")).mounts())
        .contains(base("/a", "/bin")).anyMatch(mount -> mount.target().equals(Path.of("/bin/b")));
  }

  @Test
  void a_mapped_root_takes_the_place_of_the_software_and_keeps_the_rest() {
    List<Mount> base = List.of(base("/p/usr", "/usr"), link("/bin", "usr/bin"), tmpfs("/tmp"), share("/w", "/w"),
        new Mount.GeneratedFile(Path.of("/etc/passwd"), "", 0444));
    assertThat(plan(base, expose("/rootfs", "/")).mounts()).containsExactly(base("/rootfs", "/"),
        new Mount.Dev(Path.of("/dev"), false), new Mount.Proc(Path.of("/proc")), new Mount.Sys(Path.of("/sys")),
        tmpfs("/tmp"), share("/w", "/w"));
  }

  @Test
  void the_root_cannot_be_a_file() {
    refused(List.of(), file("/a", "/")).withMessageContaining("root directory");
  }

  @Test
  void a_mapped_etc_is_the_users_but_tmpfs_below_a_mapping_stay() {
    MountPlan plan = plan(List.of(new Mount.GeneratedFile(Path.of("/etc/passwd"), "", 0444), tmpfs("/home/u/cache")),
        expose("/e", "/etc"), expose("/h", "/home/u"));
    assertThat(plan.mounts()).contains(base("/e", "/etc"), base("/h", "/home/u"), tmpfs("/home/u/cache"))
        .noneMatch(mount -> mount instanceof Mount.GeneratedFile);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/proc", "/dev", "/sys"})
  void a_base_cannot_make_a_link_of(String target) {
    refused(List.of(link(target, "tmp"))).withMessageContaining("real directory");
  }

  @Test
  void names_may_have_newlines_and_links_no_nul() {
    assertThat(plan(List.of(), expose("/a\nb", "/a\nb")).mounts()).contains(base("/a\nb", "/a\nb"));
    refused(List.of(link("/l", "a\0b"))).withMessageContaining("NUL");
  }

  private MountPlan plan(List<Mount> base, Mapping... mappings) {
    return planner.plan(new MountRequest(new RootSpec(base, List.of(mappings), false), Namespace.standard(), false));
  }

  private org.assertj.core.api.ThrowableAssertAlternative<CarrelException> refused(List<Mount> base, Mapping... mappings) {
    return assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> plan(base, mappings))
        .matches(e -> e.kind() == CarrelException.Kind.USAGE);
  }

  private static Mapping mapping(String source, String target, Access access, Mapping.Kind kind) {
    return new Mapping(Path.of(source), Path.of(target), access, kind);
  }

  private static Mapping expose(String source, String target) {
    return mapping(source, target, Access.EXPOSE, Mapping.Kind.DIRECTORY);
  }

  private static Mapping file(String source, String target) {
    return mapping(source, target, Access.EXPOSE, Mapping.Kind.FILE);
  }

  private static Mount base(String source, String target) {
    return new Mount.Bind(Path.of(source), Path.of(target), Access.EXPOSE, Mapping.Kind.DIRECTORY, false);
  }

  private static Mount share(String source, String target) {
    return new Mount.Bind(Path.of(source), Path.of(target), Access.SHARE, Mapping.Kind.DIRECTORY, false);
  }

  private static Mount tmpfs(String target) {
    return new Mount.Tmpfs(Path.of(target), 0755, "10%");
  }

  private static Mount directory(String target) {
    return new Mount.Directory(Path.of(target), 0755);
  }

  private static Mount link(String target, String to) {
    return new Mount.Symlink(Path.of(target), to);
  }
}
