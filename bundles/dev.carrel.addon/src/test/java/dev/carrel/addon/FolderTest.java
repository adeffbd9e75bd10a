package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
  @TempDir Path directory;

  private Folder folder() {
    return new Folder(directory.resolve("addons"));
  }

  private static Path keep(Folder folder, Path jar, String name) {
    return folder.alone(() -> {
      try {
        return folder.keep(folder.stage(jar), name);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }

  @Test
  void a_folder_that_is_not_there_has_nothing() {
    assertThat(folder().jars()).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void what_is_kept_takes_the_place_of_every_file_of_that_bundle() throws Exception {
    Folder folder = folder();
    Files.createDirectories(folder.directory());
    Jars.bundle(folder.directory().resolve("dropped.jar"), "a", "1.0");
    Path other = Jars.bundle(folder.directory().resolve("other.jar"), "b", "1.0");
    Path kept = keep(folder, Jars.bundle(directory.resolve("new.jar"), "a", "2.0"), "a");

    assertThat(folder.jars()).containsExactly(kept, other);
    assertThat(BundleJar.glance(kept).version()).hasToString("2.0.0");
  }

  @Test
  void the_same_again_leaves_the_file_alone_for_who_runs_it() throws Exception {
    Path jar = Jars.bundle(directory.resolve("a.jar"), "a", "1.0");
    Object first = Files.getAttribute(keep(folder(), jar, "a"), "unix:ino");
    assertThat(Files.getAttribute(keep(folder(), jar, "a"), "unix:ino")).isEqualTo(first);
  }

  @Test
  void what_a_killed_install_has_left_is_removed_by_the_next_one() throws Exception {
    Folder folder = folder();
    Files.createDirectories(folder.directory());
    Path left = Files.writeString(folder.directory().resolve(".staging-1"), "half");
    assertThat(folder.jars()).isEmpty();
    folder.alone(() -> "");
    assertThat(left).doesNotExist();
  }

  @Test
  void one_at_a_time_changes_it() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Folder folder = folder();
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<String>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(pool.submit(() -> folder.alone(() -> {
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        inside.decrementAndGet();
        return "";
      })));
    }
    for (Future<String> each : all) {
      each.get();
    }
    pool.shutdown();
    assertThat(most).hasValue(1);
  }

  @Test
  void where_no_folder_can_be_made_the_reason_and_the_remedy_are_told() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> new Folder(file.resolve("addons")).alone(() -> "")).isInstanceOf(CarrelException.class)
        .hasMessageContaining(file.toString()).hasMessageContaining("CARREL_ADDONS");
  }
}
