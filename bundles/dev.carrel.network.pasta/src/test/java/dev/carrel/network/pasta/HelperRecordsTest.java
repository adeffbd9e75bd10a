package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.ProcessTimes;
import dev.carrel.linux.host.LinuxHost;
import dev.carrel.network.pasta.HelperRecords.Known;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelperRecordsTest {
  private static final long SELF = ProcessHandle.current().pid();

  @TempDir
  private Path directory;

  private HelperRecords records;

  @BeforeEach
  void there_is_a_state_directory() {
    records = HelperRecords.of("pasta", Map.of("CARREL_STATE", directory.resolve("state").toString()), new LinuxHost());
  }

  @Test
  void what_is_recorded_can_be_read_by_others_of_this_user_and_by_nobody_else() throws Exception {
    Known self = new Known(SELF, ProcessTimes.startTime(SELF));
    records.begin("a1", self);
    assertThat(records.find("a1").orElseThrow().guard()).isEmpty();
    records.started("a1", self, self);
    assertThat(records.all()).singleElement().satisfies(entry -> {
      assertThat(entry.container()).isEqualTo("a1");
      assertThat(entry.guest().lives()).isTrue();
      assertThat(entry.guard()).contains(self);
    });
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("state")))).isEqualTo("rwx------");
  }

  @Test
  void another_process_of_the_same_pid_is_not_taken_for_the_one_that_was_recorded() {
    records.begin("a1", new Known(SELF, ProcessTimes.startTime(SELF) + 1));
    assertThat(records.find("a1").orElseThrow().guest().lives()).isFalse();
  }

  @Test
  void what_was_recorded_before_the_host_was_booted_lives_no_more() throws Exception {
    records.begin("a1", new Known(SELF, ProcessTimes.startTime(SELF)));
    Path file = records.file("a1");
    Files.writeString(file, Files.readString(file).replaceFirst("boot=.*", "boot=another"));
    assertThat(records.find("a1").orElseThrow().guest().lives()).isFalse();
  }

  @Test
  void a_record_that_is_not_whole_is_none() throws Exception {
    records.begin("a1", new Known(SELF, 1));
    Files.writeString(records.file("a2"), "gue");
    Files.writeString(records.file("a3"), "guest=x\nguest.time=y\n");
    assertThat(records.all()).extracting(HelperRecords.Entry::container).containsExactly("a1");
  }

  @Test
  void nothing_of_a_container_is_left_when_it_is_forgotten() throws Exception {
    records.begin("a1", new Known(SELF, 1));
    Files.createFile(records.socket("a1"));
    records.forget("a1");
    records.forget("a1");
    assertThat(records.directory()).isEmptyDirectory();
  }

  @Test
  void a_directory_that_somebody_else_could_write_to_is_refused() throws IOException {
    Files.createDirectories(records.directory());
    Files.setPosixFilePermissions(records.directory(), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> records.begin("a1", new Known(SELF, 1)))
        .withMessageContaining("no directory of yours that nobody else can write to");
  }

  @Test
  void one_start_at_a_time_takes_ports() throws Exception {
    CompletableFuture<FileChannel> second;
    try (FileChannel first = records.lock()) {
      second = CompletableFuture.supplyAsync(records::lock);
      Thread.sleep(50);
      assertThat(second).isNotDone();
      assertThat(first.isOpen()).isTrue();
    }
    second.get(60, TimeUnit.SECONDS).close();
  }
}
