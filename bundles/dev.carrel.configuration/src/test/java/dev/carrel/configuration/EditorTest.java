package dev.carrel.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditorTest {
  @TempDir Path directory;
  private Path folder;
  private Editor editor;

  @BeforeEach
  void make() {
    folder = directory.resolve("new/carrel");
    editor = new Editor(folder, false);
  }

  private Configured read() {
    return new Folders(Path.of(""), Path.of(""), folder).read();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void a_value_is_written_where_nobody_else_may_write_and_taken_out_again() throws IOException {
    assertThat(editor.change("pid", "a", Optional.of("x<y"))).isTrue();
    assertThat(editor.change("pid", "many", Optional.of(List.of("1", "2")))).isTrue();
    assertThat(editor.change("pid", "truth", Optional.of(true))).isTrue();
    assertThat(read().texts("pid").toString()).isEqualTo("{a=[x<y], many=[1, 2], truth=[true]}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("config.json")))).isEqualTo("rw-------");

    assertThat(editor.change("pid", "a", Optional.empty())).isTrue();
    assertThat(editor.change("pid", "a", Optional.empty())).isFalse();
    editor.change("pid", "many", Optional.empty());
    editor.change("pid", "truth", Optional.empty());
    assertThat(folder.resolve("config.json")).hasContent("{}");
    assertThat(files()).containsExactly(".lock", "config.json");
  }

  @Test
  void to_take_out_what_is_not_there_makes_nothing() {
    assertThat(editor.change("pid", "a", Optional.empty())).isFalse();
    assertThat(folder).doesNotExist();
  }

  @Test
  void a_value_is_changed_in_the_file_that_counts_and_all_else_stays() throws IOException {
    Files.createDirectories(folder);
    Path first = Files.writeString(folder.resolve("a.json"), "{\"pid\": {\"a\": 1}}");
    Path second = Files.writeString(folder.resolve("b.json"), "{\":configurator:version\": \"1\", \"pid\": {\"a\": 2, \"b\": 3}, \"other\": {\"x\": [true]}}");
    editor.change("pid", "a", Optional.of(5L));

    assertThat(first).hasContent("{\"pid\": {\"a\": 1}}");
    assertThat(SettingFile.read(second).content().toString())
        .isEqualTo("{\":configurator:version\":\"1\",\"pid\":{\"a\":5,\"b\":3},\"other\":{\"x\":[true]}}");
    assertThat(editor.change("pid", "a", Optional.empty())).isTrue();
    assertThat(read().get("pid", "a")).isEmpty();
  }

  @Test
  void a_value_with_a_type_is_changed_and_taken_out_as_any_other() throws IOException {
    Files.createDirectories(folder);
    Path file = Files.writeString(folder.resolve("a.json"), "{\"pid\": {\"a:Integer\": 1, \"b:String[]\": [\"x\"]}}");
    editor.change("pid", "a", Optional.of(5L));

    assertThat(SettingFile.read(file).values().get("pid")).containsEntry("a", 5L).hasSize(2);
    assertThat(editor.change("pid", "b", Optional.empty())).isTrue();
    assertThat(SettingFile.read(file).content().toString()).isEqualTo("{\"pid\":{\"a\":5}}");
  }

  @Test
  void a_file_with_comments_is_not_changed_as_they_would_be_lost() throws IOException {
    Files.createDirectories(folder);
    Path first = Files.writeString(folder.resolve("a.json"), "{\"pid\": {\"a\": 1}}");
    Path second = Files.writeString(folder.resolve("b.json"), "{\"pid\": {\"a\": 2}} // why");

    for (Optional<Object> value : List.of(Optional.<Object>of(3L), Optional.empty())) {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> editor.change("pid", "a", value))
          .withMessageContaining("cannot change " + second + ": it has comments").withMessageContaining("editor");
    }
    assertThat(first).hasContent("{\"pid\": {\"a\": 1}}");
    assertThat(second).hasContent("{\"pid\": {\"a\": 2}} // why");
    editor.change("pid", "other", Optional.of(3L));
    assertThat(read().get("pid", "other")).isPresent();
  }

  @Test
  void a_link_stays_a_link() throws IOException {
    Files.createDirectories(folder);
    Path real = Files.writeString(directory.resolve("dotfiles.json"), "{}");
    Files.createSymbolicLink(folder.resolve("config.json"), real);
    editor.change("pid", "a", Optional.of("x"));

    assertThat(folder.resolve("config.json")).isSymbolicLink();
    assertThat(real).content().contains("\"x\"");
  }

  @Test
  void a_file_that_makes_no_sense_is_not_touched() throws IOException {
    Files.createDirectories(folder);
    Path file = Files.writeString(folder.resolve("config.json"), "{\"pid\": 7}");

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> editor.change("pid", "a", Optional.of("x"))).withMessageContaining(file.toString());
    assertThat(file).hasContent("{\"pid\": 7}");
    assertThat(files()).containsExactly(".lock", "config.json");
  }

  @Test
  void of_many_changes_at_once_none_is_lost() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int number = i;
      Thread thread = new Thread(() -> {
        for (int j = 0; j < 20; j++) {
          new Editor(folder, false).change("pid", "key" + number + "-" + j, Optional.of((long) j));
        }
      });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(read().texts("pid")).hasSize(80);
  }
}
