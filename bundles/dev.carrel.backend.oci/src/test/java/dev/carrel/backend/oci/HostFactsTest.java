package dev.carrel.backend.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.backend.oci.HostFacts.OpenFiles;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostFactsTest {
  private static final String SYS = "25 30 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw";

  private static boolean whole(String... more) {
    List<String> lines = new ArrayList<>(List.of("30 1 254:0 / / rw - ext4 /dev/vda rw", SYS));
    lines.addAll(List.of(more));
    return HostFacts.wholeSys(lines);
  }

  @Test
  void the_mask_of_new_files_is_octal() {
    assertThat(HostFacts.umask(List.of("Name:\tjava", "Umask:\t0027"))).isEqualTo(027);
    assertThat(HostFacts.umask(List.of())).isEqualTo(022); // before Linux 4.7
  }

  @Test
  void the_limit_of_open_files_is_soft_and_hard() {
    assertThat(HostFacts.openFiles(List.of("Limit                     Soft Limit           Hard Limit           Units     ",
        "Max open files            1024                 1048576              files     "))).contains(new OpenFiles(1024, 1048576));
    assertThat(HostFacts.openFiles(List.of("Max open files            unlimited            unlimited            files     "))).isEmpty();
  }

  @Test
  void a_sys_of_which_nothing_is_covered_is_whole() {
    assertThat(whole()).isTrue();
    assertThat(whole("31 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "32 25 0:6 / /sys/kernel/security rw - securityfs securityfs rw")).isTrue();
  }

  @Test
  void in_another_container_it_is_not() {
    assertThat(whole("31 25 0:40 / /sys/firmware ro - tmpfs tmpfs ro")).isFalse();
    assertThat(HostFacts.wholeSys(List.of("25 30 0:22 /class /sys rw - sysfs sysfs rw"))).isFalse();
    assertThat(HostFacts.wholeSys(List.of("25 30 0:22 / /sys rw - tmpfs tmpfs rw"))).isFalse();
    assertThat(HostFacts.wholeSys(List.of())).isFalse();
  }

  @Test
  void this_host_has_all_of_it() {
    assertThat(HostFacts.now().umask()).isBetween(0, 0777);
    assertThat(HostFacts.now().openFiles()).isPresent();
  }
}
