package dev.carrel.addon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
  @TempDir Path directory;

  private Sources sources() {
    return new Sources(new MavenRepository(directory, List.of("false")));
  }

  @Test
  void a_directory_stands_for_the_jars_in_it_and_a_file_for_itself() throws IOException {
    Path jar = Files.createFile(directory.resolve("a.jar"));
    Files.createFile(directory.resolve("notes.txt"));

    assertThat(sources().find(List.of(directory.toString()))).isEqualTo(Map.of(jar, jar.toString()));
    assertThat(sources().find(List.of(jar.toString()))).isEqualTo(Map.of(jar, jar.toString()));
  }

  @Test
  void an_empty_word_is_not_the_directory_that_somebody_happens_to_be_in() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> sources().find(List.of(""))).withMessageContaining("cannot install '': it names nothing");
  }

  @Test
  void what_is_neither_there_nor_an_artifact_is_refused() {
    for (String word : List.of("nosuch.jar", "a:b", "a:b:../../etc", "/dev/null", "a\0b")) {
      assertThatExceptionOfType(CarrelException.class).as(word).isThrownBy(() -> sources().find(List.of(word))).withMessageStartingWith("cannot install ");
    }
  }
}
