package dev.carrel.linux.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.host.IdRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubordinateIdFilesTest {
  @TempDir Path directory;

  private List<IdRange> read(String content) throws IOException {
    Path file = Files.writeString(directory.resolve("subuid"), content);
    return SubordinateIdFiles.read(file, "ada", "1234");
  }

  @Test
  void lines_name_the_user_or_its_uid() throws IOException {
    assertThat(read("bob:1:2\nada:100000:65536\n1234:300000:10\nadam:5:5\n"))
        .containsExactly(new IdRange(100000, 65536), new IdRange(300000, 10));
  }

  @Test
  void lines_that_make_no_sense_are_ignored() throws IOException {
    assertThat(read("ada\nada:\nada:x:1\nada:-5:10\nada:5:0\nada:1:2:3\n\nada:99999999999999999999:1\n")).isEmpty();
  }

  @Test
  void a_range_ends_with_the_ids() throws IOException {
    assertThat(read("ada:4294967290:1000\n")).containsExactly(new IdRange(4294967290L, 5));
  }

  @Test
  void without_the_file_there_are_none() {
    assertThat(SubordinateIdFiles.read(directory.resolve("none"), "ada", "1234")).isEmpty();
  }
}
