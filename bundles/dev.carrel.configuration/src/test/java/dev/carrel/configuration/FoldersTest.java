package dev.carrel.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path directory;
  private Folders folders;

  @BeforeEach
  void make() throws IOException {
    folders = new Folders(Files.createDirectory(directory.resolve("etc")), Path.of(""), Files.createDirectory(directory.resolve("own")));
  }

  private Path write(Path folder, String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--")); // whatever the umask
    return file;
  }

  @Test
  void of_what_is_said_twice_the_later_file_counts_key_by_key() throws IOException {
    write(folders.installation(), "z.json", "{\"pid\": {\"a\": \"installed\", \"b\": \"installed\"}, \"other\": {\"x\": 1}}");
    write(folders.own(), "b.json", "{\"pid\": {\"a\": \"b\", \"c\": \"b\"}}");
    Path last = write(folders.own(), "c.json", "{\"pid\": {\"a\": \"c\"}}");
    Configured all = folders.read();

    assertThat(all.get("pid", "a")).contains(new Configured.Value("c", last));
    assertThat(all.texts("pid").toString()).isEqualTo("{a=[c], b=[installed], c=[b]}");
    assertThat(all.get("other", "x").orElseThrow().value()).isEqualTo(1L);
    assertThat(all.get("pid", "nothing")).isEmpty();
  }

  @Test
  void only_json_that_is_not_hidden_is_read_and_folders_need_not_be_there() throws IOException {
    write(folders.own(), ".a.json", "rubbish");
    write(folders.own(), "a.txt", "rubbish");
    Files.createDirectory(folders.own().resolve("allowed"));

    assertThat(folders.read().byPid()).isEmpty();
    assertThat(new Folders(Path.of(""), directory.resolve("no"), directory.resolve("nowhere")).read().byPid()).isEmpty();
  }

  @Test
  void a_link_to_nothing_is_told() throws IOException {
    Path link = Files.createSymbolicLink(folders.own().resolve("z.json"), Path.of("nowhere"));

    assertThatExceptionOfType(CarrelException.class).isThrownBy(folders::read).withMessageContaining(link + ": it is a link to what is not there");
  }

  @Test
  void what_others_may_write_is_not_taken() throws IOException {
    Path file = write(folders.own(), "a.json", "{}");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));

    assertThatExceptionOfType(CarrelException.class).isThrownBy(folders::read).withMessageContaining("others may write to it. Run: chmod go-w " + file);
  }
}
