package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HierarchiesTest {
  private static final String UNIFIED = "25 20 0:22 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
  private static final String FIRST = "25 20 0:22 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro,mode=755\n"
      + "26 25 0:23 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 cgroup2 rw\n"
      + "27 25 0:24 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
      + "28 25 0:25 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct\n"
      + "29 25 0:26 /docker/abc /sys/fs/cgroup/me\\040mory rw shared:11 - cgroup cgroup rw,memory\n";

  @Test
  void version_2_is_one_place() {
    assertThat(Hierarchies.of(UNIFIED)).isEqualTo(new Hierarchies(Map.of(), Optional.of(Path.of("/sys/fs/cgroup"))));
  }

  @Test
  void of_version_1_every_controller_is_found_wherever_it_is_and_version_2_may_be_beside_it() {
    assertThat(Hierarchies.of(FIRST)).isEqualTo(new Hierarchies(Map.of(
        Controller.CPU, Path.of("/sys/fs/cgroup/cpu,cpuacct"), Controller.CPUACCT, Path.of("/sys/fs/cgroup/cpu,cpuacct"),
        Controller.MEMORY, Path.of("/sys/fs/cgroup/me mory")), Optional.of(Path.of("/sys/fs/cgroup/unified"))));
  }

  @Test
  void where_nothing_is_mounted_nothing_is_found() {
    assertThat(Hierarchies.of("1 1 0:1 / / rw - ext4 /dev/vda rw\nnonsense\n\n")).isEqualTo(new Hierarchies(Map.of(), Optional.empty()));
  }

  @Test
  void the_name_of_a_group_is_read_as_it_was_written() {
    GroupName name = new GroupName(Map.of(Controller.MEMORY, Path.of("/a=b/memory/carrel/x-1"), Controller.IO, Path.of("/c/carrel/x-1")),
        Optional.of(Path.of("/d/carrel/x-1")));
    assertThat(GroupName.parse(name.toString())).isEqualTo(name);
    assertThat(name.leaf()).isEqualTo("x-1");
    assertThat(GroupName.parse("")).isEqualTo(new GroupName(Map.of(), Optional.empty()));
  }
}
