package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeighingTest {
  @TempDir Path directory;
  private Path group;
  private Path disks;

  @BeforeEach
  void makeGroup() throws Exception {
    group = Files.createDirectories(directory.resolve("groups/carrel/one"));
    disks = Files.createDirectories(directory.resolve("block"));
    schedule("vda", "[none] mq-deadline bfq");
  }

  private void schedule(String disk, String schedulers) throws Exception {
    Files.writeString(Files.createDirectories(disks.resolve(disk + "/queue")).resolve("scheduler"), schedulers + "\n");
  }

  private void cost(String line) throws Exception {
    Files.writeString(group.resolve("io.weight"), "default 100\n");
    Files.writeString(directory.resolve("groups/io.cost.qos"), line);
  }

  private Weighing weighing() {
    return new Weighing(group, disks);
  }

  @Test
  void files_that_nobody_heeds_do_not_count() throws Exception {
    assertThat(weighing().files()).isEmpty();
    cost("254:0 enable=0 ctrl=auto\n");
    Files.writeString(group.resolve("io.bfq.weight"), "default 100\n");
    assertThat(weighing().files()).isEmpty();
  }

  @Test
  void a_disk_that_is_scheduled_by_bfq_is_told_by_its_file_and_the_kernels_own_by_another() throws Exception {
    Files.writeString(group.resolve("io.bfq.weight"), "default 100\n");
    schedule("vdb", "none mq-deadline [bfq]");
    assertThat(weighing().files()).containsExactly("io.bfq.weight");
    cost("254:0 enable=1 ctrl=auto\n");
    assertThat(weighing().files()).containsExactly("io.weight", "io.bfq.weight");
  }

  @Test
  void in_version_1_it_is_the_same_with_other_files_and_a_weight_is_kept_to_what_each_takes() throws Exception {
    Files.writeString(group.resolve("blkio.bfq.weight"), "100\n");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> weighing().settings(5)).withMessageContaining("no disk of this host");
    schedule("vda", "[bfq]");
    Files.writeString(group.resolve("blkio.weight"), "500\n");
    assertThat(weighing().settings(5)).extracting(Setting::value).containsExactly("10", "5");
    assertThat(weighing().settings(9000)).extracting(Setting::value).containsExactly("1000", "1000");
  }

  @Test
  void what_this_process_cannot_see_is_left_to_the_kernel() throws Exception {
    Files.writeString(group.resolve("io.weight"), "default 100\n");
    assertThat(weighing().files()).containsExactly("io.weight");
  }
}
