package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.host.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that others could change is no place to run programs from. */
class OwnershipTest {
  private static final int OTHER = 12345;

  private final Account me = Samples.host().account();
  private Path above;
  private Path directory;

  @BeforeEach
  void choose(@TempDir Path temporary) {
    above = temporary.resolve("above");
    directory = above.resolve("store");
  }

  @AfterEach
  void remove() throws IOException {
    Freeze.remove(directory);
  }

  private void refuses(String... words) {
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> Samples.store(directory).realize(List.of(recipe("a")), Progress.silent()))
        .withMessageStartingWith("cannot ").withMessageContaining("CARREL_STORE").satisfies(refused -> {
          assertThat(refused.getMessage()).contains(words);
          assertThat(refused.getMessage()).doesNotContain("\n");
        });
    assertThat(Files.exists(directory.resolve("items").resolve(item("a").fileName()))).isFalse();
  }

  @Test
  void a_store_that_everybody_may_write_is_refused_and_the_remedy_works() throws Exception {
    Files.createDirectories(directory);
    Files.setAttribute(directory, "unix:mode", 0777);
    refuses("can be written by everybody", "chmod go-w " + directory);
    assertThat(directory).isEmptyDirectory();

    assertThat(new ProcessBuilder("chmod", "go-w", directory.toString()).start().waitFor()).isZero();
    Samples.store(directory).realize(List.of(recipe("a")), Progress.silent());
  }

  @Test
  void a_directory_above_that_everybody_may_write_is_refused_unless_it_is_sticky() throws IOException {
    Files.createDirectories(above);
    Files.setAttribute(above, "unix:mode", 0777);
    refuses(above + " can be written by everybody");

    Files.setAttribute(above, "unix:mode", 01777);
    Samples.store(directory).realize(List.of(recipe("a")), Progress.silent());
  }

  @Test
  void a_store_of_another_user_is_refused() throws IOException {
    assumeTrue(me.uid() == 0, "needs root, to give a directory to another user");
    Files.createDirectories(directory);
    Files.setAttribute(directory, "unix:uid", OTHER);
    refuses("belongs to the user with uid " + OTHER);
    assertThat(directory).isEmptyDirectory();
    Files.setAttribute(directory, "unix:uid", 0);

    Files.setAttribute(above, "unix:uid", OTHER);
    refuses(above + " belongs to the user with uid " + OTHER);
  }

  @Test
  void a_link_of_another_user_on_the_way_is_refused(@TempDir Path elsewhere) throws IOException {
    assumeTrue(me.uid() == 0, "needs root, to give a link to another user");
    Files.createSymbolicLink(above, elsewhere);
    Samples.store(directory).realize(List.of(recipe("a")), Progress.silent());
    Freeze.remove(elsewhere.resolve("store"));

    Files.setAttribute(above, "unix:uid", OTHER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
    refuses(above + " belongs to the user with uid " + OTHER);
  }

  @Test
  void links_planted_in_the_store_are_not_followed(@TempDir Path elsewhere) throws IOException {
    for (String name : List.of("items", "db", "environments", "roots", "staging", "locks")) {
      Files.createDirectories(directory);
      Files.createSymbolicLink(directory.resolve(name), elsewhere);
      refuses(directory.resolve(name) + " is not a directory");
      Freeze.remove(directory);
    }
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void a_link_planted_as_a_lock_is_not_followed(@TempDir Path elsewhere) throws IOException {
    Path victim = elsewhere.resolve("victim");
    Samples.store(directory).realize(List.of(recipe("b")), Progress.silent());
    for (String lock : List.of("items", "staging", "database")) {
      Path planted = directory.resolve("locks").resolve(lock);
      Files.deleteIfExists(planted);
      Files.createSymbolicLink(planted, victim);
      refuses(planted.toString());
      Files.delete(planted);
    }
    assertThat(victim).doesNotExist();
  }

  @Test
  void a_store_that_is_a_file_is_refused() throws IOException {
    Files.createDirectories(above);
    Files.createFile(directory);
    refuses(directory + " is not a directory");
  }

  @Test
  void a_store_that_cannot_be_written_is_refused() throws Exception {
    assumeTrue(me.uid() != 0 || canMount(), "needs to be an ordinary user, or root that may mount");
    Files.createDirectories(above);
    if (me.uid() != 0) {
      Files.setAttribute(above, "unix:mode", 0555);
      refuses("permission denied");
      return;
    }
    try (Tmpfs readOnly = Tmpfs.on(above, "ro,size=1m")) {
      refuses("Read-only file system");
    }
  }

  private static boolean canMount() {
    return Tmpfs.isPossible();
  }
}
