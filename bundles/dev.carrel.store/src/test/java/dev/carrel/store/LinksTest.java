package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered, and roots. */
class LinksTest {
  private static final String KEY = "0123456789abcdef".repeat(4);

  private Path directory;
  private Path link;
  private DirectoryStore store;

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    directory = temporary.resolve("store");
    link = temporary.resolve("my root");
    store = Samples.store(directory);
    store.realize(List.of(recipe("a"), recipe("b")), Progress.silent());
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(directory);
  }

  @Test
  void what_was_remembered_last_is_recalled_by_everybody() {
    store.remember(KEY, item("a"));
    store.remember(KEY, item("b"));

    assertThat(store.recall(KEY)).map(Object::toString).contains(item("b").toString());
    assertThat(Samples.store(directory).recall(KEY)).isPresent();
    assertThat(store.recall("f".repeat(64))).isEmpty();
  }

  @Test
  void recalling_opens_no_database() throws IOException {
    store.remember(KEY, item("a"));
    Files.writeString(directory.resolve("db/carrel.sqlite"), "no database at all");

    assertThat(Samples.store(directory).recall(KEY)).isPresent();
  }

  @Test
  void an_item_that_is_gone_or_a_link_that_is_none_of_ours_is_not_recalled() throws IOException {
    store.remember(KEY, item("a"));
    Freeze.remove(store.locate(item("a")));
    assertThat(store.recall(KEY)).isEmpty();

    Path remembered = directory.resolve("environments").resolve(KEY);
    for (String to : List.of("/", "..", "/etc/passwd", "../items/" + item("b").fileName().substring(1), "../items/..", "x".repeat(200))) {
      Files.delete(remembered);
      Files.createSymbolicLink(remembered, Path.of(to));
      assertThat(store.recall(KEY)).as(to).isEmpty();
    }
    Files.delete(remembered);
    Files.writeString(remembered, item("b").fileName());
    assertThat(store.recall(KEY)).isEmpty();
  }

  @Test
  void only_valid_items_are_remembered_or_become_roots() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.remember(KEY, item("none"))).withMessageContaining("none");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.addRoot(link, item("none"))).withMessageContaining("none");
    assertThat(link).doesNotExist();
  }

  @Test
  void hostile_keys_are_refused() {
    for (String key : List.of("", "../items", KEY.toUpperCase(java.util.Locale.ROOT), KEY + "0", "/" + KEY.substring(1))) {
      assertThatIllegalArgumentException().as(key).isThrownBy(() -> store.recall(key));
      assertThatIllegalArgumentException().as(key).isThrownBy(() -> store.remember(key, item("a")));
    }
  }

  @Test
  void a_root_is_a_link_to_the_item_and_the_store_knows_where_it_is() throws IOException {
    store.addRoot(link, item("a"));
    store.addRoot(link, item("a"));
    store.addRoot(link, item("b"));

    assertThat(Files.readSymbolicLink(link)).isEqualTo(store.locate(item("b")));
    try (Stream<Path> roots = Files.list(directory.resolve("roots/auto"))) {
      assertThat(roots).hasSize(1).allSatisfy(root -> assertThat(Files.readSymbolicLink(root)).isEqualTo(link));
    }
    assertThat(siblings()).isEqualTo(2); // the store and the link: no temporary names
  }

  private long siblings() throws IOException {
    try (Stream<Path> siblings = Files.list(link.getParent())) {
      return siblings.count();
    }
  }

  @Test
  void nothing_that_the_user_has_is_replaced_by_a_root(@TempDir Path other) throws IOException {
    Path file = Files.writeString(other.resolve("file"), "mine");
    Path foreign = Files.createSymbolicLink(other.resolve("foreign"), file);
    Path dangling = Files.createSymbolicLink(other.resolve("dangling"), other.resolve("nowhere"));
    Path full = Files.createDirectory(other.resolve("directory"));
    for (Path taken : List.of(file, foreign, dangling, full)) {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.addRoot(taken, item("a")))
          .withMessageContaining(taken.toString()).withMessageContaining("something else is there")
          .satisfies(refused -> assertThat(refused.kind()).isEqualTo(Kind.USAGE));
    }
    assertThat(file).hasContent("mine");
    assertThat(Files.readSymbolicLink(foreign)).isEqualTo(file);
    assertThat(Files.isSymbolicLink(dangling)).isTrue();
    assertThat(full).isEmptyDirectory();
  }

  @Test
  void a_root_in_a_directory_that_is_not_there_is_refused_and_leaves_no_root_that_keeps_anything() throws IOException {
    Path nowhere = link.resolveSibling("nowhere").resolve("root");

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.addRoot(nowhere, item("a")))
        .withMessageContaining("cannot make the link " + nowhere).withMessageContaining("there is no directory " + nowhere.getParent());
    try (Stream<Path> roots = Files.list(directory.resolve("roots/auto"))) {
      assertThat(roots).allSatisfy(root -> assertThat(Files.exists(Files.readSymbolicLink(root), LinkOption.NOFOLLOW_LINKS)).isFalse());
    }
  }
}
