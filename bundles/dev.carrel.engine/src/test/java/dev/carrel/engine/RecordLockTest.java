package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecordLockTest {
  @TempDir Path directory;

  @Test
  void who_looks_before_a_change_sees_what_all_others_have_changed() throws Exception {
    Path number = directory.resolve("number");
    Files.writeString(number, "0");
    Callable<Integer> counter = () -> {
      for (int i = 0; i < 20; i++) {
        RecordLock.hold(directory, () -> Files.writeString(number, Integer.toString(Integer.parseInt(Files.readString(number)) + 1)));
      }
      return 0;
    };
    ExecutorService threads = Executors.newFixedThreadPool(5);
    try {
      for (Future<Integer> future : threads.invokeAll(Collections.nCopies(5, counter))) {
        future.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(number).hasContent("100");
  }

  @Test
  void a_change_that_fails_lets_others_go_on() throws IOException {
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> RecordLock.hold(directory, () -> {
      throw new IllegalStateException("no");
    }));
    boolean[] made = new boolean[1];
    RecordLock.hold(directory, () -> made[0] = true);
    assertThat(made[0]).isTrue();
  }

  @Test
  void what_has_been_forgotten_is_not_there_to_be_changed() {
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> RecordLock.hold(directory.resolve("gone"), () -> assertThat(true).isFalse()));
    assertThat(directory.resolve("gone")).doesNotExist();
  }
}
