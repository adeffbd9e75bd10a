package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnionTest {
  private final Progress silent = Progress.silent();
  private DirectoryStore store;

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    store = Samples.store(temporary.resolve("store"));
  }

  private Path union(Recipe... recipes) {
    return named("profile", recipes);
  }

  private Path named(String name, Recipe... recipes) {
    List<StorePath> items = new ArrayList<>();
    for (Recipe recipe : recipes) {
      items.add(recipe.item());
    }
    store.realize(List.of(recipes), silent);
    return store.locate(store.union(name, items, silent));
  }

  private static Recipe linking(String name, String link, String to) {
    return recipe(name, directory -> {
      Files.createDirectories(directory.resolve(link).getParent());
      Files.createSymbolicLink(directory.resolve(link), Path.of(to));
    });
  }

  private static Recipe file(String name, String path, String content) {
    return recipe(name, directory -> write(directory, path, content));
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(store.directory());
  }

  @Test
  void a_profile_has_the_files_of_all_items_and_they_are_the_same_files() throws IOException {
    Path profile = union(recipe("a"), recipe("b"));

    for (String name : List.of("a", "b")) {
      assertThat(Files.isSameFile(profile.resolve("usr/bin").resolve(name), store.locate(item(name)).resolve("usr/bin").resolve(name)))
          .isTrue();
    }
    assertThat(profile.resolve("bin/a")).hasContent("a");
  }

  @Test
  void its_name_does_not_depend_on_the_order_and_a_second_call_makes_nothing() throws IOException {
    store.realize(List.of(recipe("a"), recipe("b")), silent);
    StorePath one = store.union("profile", List.of(item("a"), item("b")), silent);
    Object made = Files.getAttribute(store.locate(one), "unix:ino");

    assertThat(store.union("profile", List.of(item("b"), item("a")), silent)).isEqualTo(one);
    assertThat(Files.getAttribute(store.locate(one), "unix:ino")).isEqualTo(made);
    assertThat(store.unionPath("profile", List.of(item("a")))).isNotEqualTo(one);
    assertThat(store.closure(one).requisites()).containsExactlyInAnyOrder(one, item("a"), item("b"));
  }

  @Test
  void nothing_of_it_can_be_written_and_its_times_are_the_same_as_items() throws IOException {
    Path profile = union(recipe("a"), linking("b", "usr/lib/link", "target"));

    try (Stream<Path> all = Files.walk(profile)) {
      assertThat(all).allSatisfy(path -> {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        assertThat(mode & (Files.isSymbolicLink(path) ? 0 : 0222)).as(path.toString()).isZero();
        assertThat(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis()).as(path.toString()).isEqualTo(1000);
      });
    }
  }

  @Test
  void only_directories_of_a_root_file_system_are_taken() {
    Path profile = union(recipe("a", directory -> {
      write(directory, "usr/bin/x", "x");
      write(directory, "proc/x", "x");
      write(directory, "file", "x");
    }));

    assertThat(profile.resolve("usr/bin/x")).exists();
    assertThat(profile.resolve("proc")).doesNotExist();
    assertThat(profile.resolve("file")).doesNotExist();
    for (String name : List.of("usr", "etc", "var", "opt", "srv")) {
      assertThat(profile.resolve(name)).isDirectory();
    }
  }

  @Test
  void equal_files_of_two_items_are_no_conflict() {
    assertThat(union(file("a", "usr/share/same", "x"), file("b", "usr/share/same", "x")).resolve("usr/share/same")).hasContent("x");
  }

  @Test
  void different_things_at_one_path_are_refused_naming_both_and_the_path() {
    refuses("usr/share/x", file("a", "usr/share/x", "1"), file("b", "usr/share/x", "2"));
    refuses("usr/share/x", file("c", "usr/share/x", "1"), file("d", "usr/share/x/y", "2"));
    refuses("usr/share/x", file("e", "usr/share/x/y", "1"), file("f", "usr/share/x", "2"));
    refuses("usr/share/x", linking("g", "usr/share/x", "y"), linking("h", "usr/share/x", "z"));
    refuses("usr/share/x", file("i", "usr/share/x", "1"), linking("j", "usr/share/x", "z"));
    refuses("usr/share/x", file("k", "usr/share/x/y", "1"), linking("l", "usr/share/x", "/nowhere"));
  }

  private void refuses(String path, Recipe one, Recipe other) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> union(one, other))
        .withMessageContaining(one.item().toString()).withMessageContaining(other.item().toString()).withMessageContaining("/" + path);
    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
    assertThat(store.isValid(store.unionPath("profile", List.of(one.item(), other.item())))).isFalse();
  }

  @Test
  void a_link_to_a_directory_and_a_directory_in_its_place_become_one() throws IOException {
    Path profile = union(
        file("a", "usr/share/doc/old/a", "a"),
        recipe("b", directory -> {
          write(directory, "usr/share/doc/new/b", "b");
          Files.createSymbolicLink(directory.resolve("usr/share/doc/old"), Path.of("new"));
        }),
        file("c", "usr/share/doc/old/deep/c", "c"));

    assertThat(profile.resolve("usr/share/doc/old")).isSymbolicLink();
    assertThat(profile.resolve("usr/share/doc/new/a")).hasContent("a");
    assertThat(profile.resolve("usr/share/doc/old/b")).hasContent("b");
    assertThat(profile.resolve("usr/share/doc/old/deep/c")).hasContent("c");
    assertThat((Integer) Files.getAttribute(profile.resolve("usr/share/doc/new/deep"), "unix:mode") & 0777).isEqualTo(0555);
  }

  @Test
  void a_link_below_what_another_item_has_a_link_for_is_where_that_leads() throws IOException {
    List<Recipe> recipes = List.of(
        recipe("a", directory -> {
          write(directory, "usr/lib/old/deep/a", "a");
          Files.createSymbolicLink(directory.resolve("usr/lib/old/deep/link"), Path.of("a"));
        }),
        recipe("b", directory -> {
          write(directory, "usr/lib/new/b", "b");
          Files.createSymbolicLink(directory.resolve("usr/lib/old"), Path.of("new"));
        }));

    for (Path profile : List.of(union(recipes.get(0), recipes.get(1)), named("other", recipes.get(1), recipes.get(0)))) {
      assertThat(profile.resolve("usr/lib/old")).isSymbolicLink();
      assertThat(profile.resolve("usr/lib/new/deep/link")).isSymbolicLink().hasContent("a");
    }
  }

  @Test
  void links_that_lead_to_each_other_are_no_directory() {
    refuses("usr/share/x", file("a", "usr/share/x/y", "1"), linking("b", "usr/share/x", "x"));
  }

  @Test
  void an_item_of_which_nothing_is_noted_is_looked_at() throws IOException {
    store.realize(List.of(recipe("a")), silent);
    Files.delete(store.directory().resolve("about").resolve(item("a").fileName()));

    assertThat(store.locate(store.union("profile", List.of(item("a")), silent)).resolve("usr/bin/a")).hasContent("a");
  }

  @Test
  void an_item_that_lacks_a_file_is_no_part_of_a_profile() throws IOException {
    store.realize(List.of(recipe("a")), silent);
    Freeze.open(store.locate(item("a")).resolve("usr/bin"));
    Files.delete(store.locate(item("a")).resolve("usr/bin/a"));

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.union("profile", List.of(item("a")), silent))
        .withMessageContaining(item("a").toString()).withMessageContaining("usr/bin/a").withMessageContaining("carrel store verify --repair");
    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
  }

  @Test
  void a_link_that_leads_out_of_the_profile_takes_nothing_along(@TempDir Path outside) {
    refuses("usr/share/x", file("a", "usr/share/x/y", "1"), linking("b", "usr/share/x", "../../../../../../../../.." + outside));
    refuses("usr/share/x", file("c", "usr/share/x/y", "1"), linking("d", "usr/share/x", "x/y"));
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void there_is_a_shell_where_an_item_has_one() throws IOException {
    assertThat(Files.readSymbolicLink(union(file("dash", "usr/bin/dash", "")).resolve("usr/bin/sh"))).hasToString("dash");
    assertThat(union(file("none", "usr/bin/true", "")).resolve("usr/bin/sh")).doesNotExist();
  }

  @Test
  void what_containers_cover_are_files_even_where_an_item_has_links_there() throws IOException {
    Path profile = union(linking("tz", "etc/localtime", "/usr/share/zoneinfo/UTC"));

    assertThat(Files.readAttributes(profile.resolve("etc/localtime"), java.nio.file.attribute.BasicFileAttributes.class,
        LinkOption.NOFOLLOW_LINKS).isRegularFile()).isTrue();
    assertThat(profile.resolve("etc/passwd")).isRegularFile();
  }

  @Test
  void items_that_are_not_there_are_refused() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.union("profile", List.of(item("none")), silent))
        .withMessageContaining(item("none").toString()).withMessageContaining("not in the store");
  }
}
