package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.Progress;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A union on a profile that was begun before anybody wanted it. */
class BegunUnionTest {
  private final Progress silent = Progress.silent();
  private DirectoryStore store;
  private DirectoryStore other;

  @BeforeEach
  void makeStores(@TempDir Path temporary) throws IOException {
    store = filled(temporary.resolve("store"));
    other = filled(temporary.resolve("other"));
  }

  private DirectoryStore filled(Path directory) throws IOException {
    DirectoryStore made = Samples.store(directory);
    made.realize(List.of(recipe("a", tree -> {
      write(tree, "usr/bin/a", "a");
      write(tree, "usr/share/a/one", "1");
      Files.createSymbolicLink(tree.resolve("usr/share/a/two"), Path.of("one"));
      write(tree, "etc/a.conf", "as it came");
    }), recipe("b", tree -> {
      write(tree, "usr/bin/b", "b");
      write(tree, "usr/share/a/three", "3");
    }), recipe("elsewhere", tree -> {
      write(tree, "usr/lib/a/four", "4");
      Files.createDirectories(tree.resolve("usr/share"));
      Files.createSymbolicLink(tree.resolve("usr/share/a"), Path.of("../lib/a"));
    })), silent);
    return made;
  }

  @AfterEach
  void removeStores() throws IOException {
    awaitBackground();
    Freeze.remove(store.directory());
    Freeze.remove(other.directory());
  }

  private Finish.Base base(DirectoryStore in) {
    Finish finish = new Finish("test", (tree, changes, based) -> write(changes, "etc/upper/a.conf", "changed"));
    return new Finish.Base(in.union("profile", List.of(item("a")), finish, silent), Set.of(item("a")));
  }

  private StorePath on(DirectoryStore in, Finish.Base base, String more) {
    Finish finish = new Finish("test", Optional.of(base), (tree, changes, based) -> {
      assertThat(based).isTrue();
      write(changes, "var/upper/made", "of " + more);
    });
    return in.union("profile", List.of(item("a"), item(more)), finish, silent);
  }

  private Path staging() {
    return store.directory().resolve("staging");
  }

  /** It is made and removed in the background, by a thread that may begin another one between being listed and being looked at: hence twice. */
  private static void awaitBackground() {
    for (long end = System.nanoTime() + 60_000_000_000L; isWorking() || isWorking();) {
      assertThat(System.nanoTime()).as("it is over within a minute").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static boolean isWorking() {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals(BegunUnion.BACKGROUND_NAME));
  }

  private void requireSound() {
    assertThat(new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host())).verify(false, silent).damages()).isEmpty();
  }

  @Test
  void is_the_same_as_one_that_was_not_begun() throws IOException {
    Finish.Base base = base(store);
    StorePath profile;
    try (Store.Begun begun = store.begin(base.profile())) {
      profile = on(store, base, "b");
    }

    assertThat(profile).isEqualTo(on(other, base(other), "b"));
    assertThat(store.hash(profile)).isEqualTo(other.hash(profile));
    assertThat(store.locate(profile).resolve("etc/a.conf")).hasContent("changed");
    assertThat(store.locate(profile).resolve("usr/share/a/three")).hasContent("3");
    assertThat(Files.isSameFile(store.locate(profile).resolve("usr/bin/a"), store.locate(item("a")).resolve("usr/bin/a"))).isTrue();
    assertThat(staging()).isEmptyDirectory();
    requireSound();
  }

  @Test
  void is_of_no_use_where_another_item_leads_its_directories_elsewhere() throws IOException {
    Finish.Base base = base(store);
    StorePath profile;
    try (Store.Begun begun = store.begin(base.profile())) {
      profile = on(store, base, "elsewhere");
    }

    assertThat(store.hash(profile)).isEqualTo(other.hash(on(other, base(other), "elsewhere")));
    assertThat(store.locate(profile).resolve("usr/lib/a/one")).hasContent("1");
    requireSound();
    awaitBackground();
    assertThat(staging()).isEmptyDirectory();
  }

  @Test
  void leaves_nothing_if_nobody_wants_it() throws IOException {
    try (Store.Begun begun = store.begin(base(store).profile()); Store.Begun again = store.begin(base(store).profile())) {
      assertThat(begun).isNotSameAs(again);
    }

    awaitBackground();
    assertThat(staging()).isEmptyDirectory();
    requireSound();
  }

  @Test
  void is_not_begun_on_what_is_not_there() throws IOException {
    try (Store.Begun begun = store.begin(item("gone"))) {
      assertThat(staging()).isEmptyDirectory();
    }
  }
}
