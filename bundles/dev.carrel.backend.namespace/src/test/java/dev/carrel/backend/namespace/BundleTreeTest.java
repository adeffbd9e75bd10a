package dev.carrel.backend.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BundleTreeTest {
  private static final Mount PROC = new Mount.Proc(Path.of("/proc"));
  private static final Mount DEV = new Mount.Dev(Path.of("/dev"), false);

  private static BundleTree of(Mount... mounts) {
    return BundleTree.of(new MountPlan(List.of(mounts), true));
  }

  private static Mount.Bind bind(String source, String target) {
    return new Mount.Bind(Path.of(source), Path.of(target), Access.SHARE, Mapping.Kind.DIRECTORY, false);
  }

  @Test
  void the_runtime_mounts_what_shows_namespaces_and_devices_and_finds_places_for_it() {
    Mount.Bind usr = bind("/usr", "/usr");
    BundleTree tree = of(usr, PROC, DEV);

    assertThat(tree.views()).containsExactly(PROC, DEV);
    assertThat(tree.prepared().mounts()).containsExactly(usr, new Mount.Directory(Path.of("/proc"), 0555), new Mount.Directory(Path.of("/dev"), 0755));
    assertThat(tree.prepared().writableRoot()).isTrue();
  }

  @Test
  void what_lies_among_devices_is_the_runtimes_too() {
    Mount.Bind shared = bind("/srv", "/dev/srv");
    Mount.Bind beside = bind("/srv", "/devices");
    BundleTree tree = of(DEV, shared, beside);

    assertThat(tree.inDevices()).containsExactly(shared);
    assertThat(tree.prepared().mounts()).contains(beside).doesNotContain(shared);
  }

  @Test
  void what_cannot_be_mounted_among_devices_is_refused_by_its_place() {
    assertThatThrownBy(() -> of(DEV, new Mount.Tmpfs(Path.of("/dev/x"), 0755, "1m"))).isInstanceOf(CarrelException.class).hasMessageContaining("/dev/x");
  }

  @Test
  void in_a_tree_of_the_host_no_runtime_mounts_anything() {
    assertThatThrownBy(() -> of(bind("/srv/root", "/"), PROC)).isInstanceOf(CarrelException.class).hasMessageContaining("/proc in a tree of the host");
  }
}
