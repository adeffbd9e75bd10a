package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemStoreTest {
  private static final String KEY = "0123456789abcdef".repeat(4);
  private static final Recipe NEVER = new Recipe(item("a"), Set.of(), place -> {
    throw new AssertionError("it is there already");
  });

  @TempDir Path temporary;
  private DirectoryStore system;
  private DirectoryStore store;

  @BeforeEach
  void makeStores() {
    system = Samples.store(temporary.resolve("system"));
    system.realize(List.of(recipe("a", "b"), recipe("b")), Progress.silent());
    store = store(temporary.resolve("own"));
  }

  private DirectoryStore store(Path directory) {
    return new DirectoryStore(Samples.host(), directory.toString(), Map.of(SystemStore.NAME, temporary.resolve("system").toString()));
  }

  @AfterEach
  void removeStores() throws IOException {
    Freeze.remove(temporary.resolve("system"));
    Freeze.remove(temporary.resolve("own"));
  }

  private List<String> own() throws IOException {
    Path items = store.directory().resolve("items");
    try (var all = Files.list(items)) {
      return all.map(item -> ItemName.parse(item.getFileName().toString()).name()).sorted().toList();
    }
  }

  @Test
  void what_the_system_store_has_is_used_from_there_and_not_made_again() {
    assertThat(store.isValid(item("a"))).isTrue();
    assertThat(store.locate(item("a"))).isEqualTo(system.locate(item("a")));
    assertThat(store.closure(item("a")).requisites()).extracting(StorePath::name).containsExactlyInAnyOrder("a", "b");
    store.realize(List.of(NEVER), Progress.silent());
    assertThat(temporary.resolve("own")).as("nothing had to be made").doesNotExist();
  }

  @Test
  void items_of_both_become_one_profile_in_the_own_store() throws IOException {
    store.realize(List.of(NEVER, recipe("c", "a")), Progress.silent());
    StorePath profile = store.union("profile", List.of(item("a"), item("c")), Progress.silent());

    assertThat(own()).containsExactly("c", "profile");
    assertThat(store.locate(profile).resolve("usr/bin/a")).hasContent("a");
    assertThat(store.locate(profile).resolve("usr/bin/c")).hasContent("c");
    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    assertThat(upkeep.verify(false, Progress.silent()).damages()).isEmpty();
    assertThat(store.closure(profile).requisites()).extracting(StorePath::name).containsExactlyInAnyOrder("profile", "c");
  }

  @Test
  void a_profile_of_the_system_store_is_used_as_it_is_until_it_has_to_be_kept() throws IOException {
    StorePath profile = system.union("profile", List.of(item("a"), item("b")), Progress.silent());
    assertThat(store.union("profile", List.of(item("b"), item("a")), Progress.silent())).isEqualTo(profile);
    store.remember(KEY, profile);
    assertThat(store.recall(KEY).map(StorePath::fileName)).contains(profile.fileName());
    assertThat(store.locate(profile)).isEqualTo(system.locate(profile));
    assertThat(own()).isEmpty();

    new DirectoryGenerations(store, Samples.host()).add(ProfileName.DEFAULT, 0, profile, List.of()).orElseThrow();
    assertThat(own()).containsExactly("profile");
    Freeze.remove(system.locate(profile));
    Freeze.remove(system.locate(item("a")));
    assertThat(store.locate(profile).resolve("usr/bin/a")).hasContent("a");
  }

  @Test
  void a_configured_profile_that_was_brought_home_is_mended_file_by_file() throws IOException {
    StorePath profile = system.union("profile", List.of(item("a")), new Finish("test", (tree, changes, based) -> write(changes, "etc/upper/made", "by a script")), Progress.silent());
    new DirectoryGenerations(store, Samples.host()).add(ProfileName.DEFAULT, 0, profile, List.of()).orElseThrow();
    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    assertThat(upkeep.verify(false, Progress.silent()).damages()).isEmpty();
    assertThat(upkeep.items()).singleElement().satisfies(info -> assertThat(info.hash()).startsWith(Listing.ALGORITHM));

    Path made = store.locate(profile).resolve("etc/made");
    Files.setPosixFilePermissions(made.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.delete(made);
    assertThat(upkeep.verify(true, Progress.silent()).damages()).singleElement().satisfies(damage -> assertThat(damage.repaired()).isTrue());
    assertThat(made).hasContent("by a script");
    assertThat(upkeep.verify(false, Progress.silent()).damages()).isEmpty();
  }

  @Test
  void what_is_damaged_in_roots_store_is_not_brought_home() throws IOException {
    StorePath profile = system.union("profile", List.of(item("a")), new Finish("test", (tree, changes, based) -> write(changes, "etc/upper/made", "by a script")), Progress.silent());
    Path made = system.locate(profile).resolve("etc/made");
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-r--r--"));
    Files.writeString(made, "something else");
    Freeze.file(made);

    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> new DirectoryGenerations(store, Samples.host()).add(ProfileName.DEFAULT, 0, profile, List.of()))
        .withMessageContaining("etc/made is damaged there. Ask root");
    assertThat(own()).isEmpty();
    assertThat(temporary.resolve("own/staging")).isEmptyDirectory();
  }

  @Test
  void what_root_has_collected_is_not_recalled() throws IOException {
    StorePath profile = system.union("profile", List.of(item("a")), Progress.silent());
    store.remember(KEY, profile);
    Freeze.remove(system.locate(profile));
    assertThat(store.recall(KEY)).isEmpty();
  }

  @Test
  void a_link_brings_an_item_home() throws IOException {
    store.addRoot(temporary.resolve("link"), item("b"));
    assertThat(temporary.resolve("link").toRealPath()).isEqualTo(store.directory().toRealPath().resolve("items").resolve(item("b").fileName()));
    assertThat(temporary.resolve("link/usr/bin/b")).hasContent("b");
  }

  @Test
  void where_files_cannot_be_linked_to_each_is_copied_once_and_the_cost_is_told() throws IOException {
    assumeTrue(Tmpfs.isPossible(), "needs root that may mount, to have another file system");
    Path other = Files.createDirectory(temporary.resolve("other"));
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (Tmpfs mounted = Tmpfs.on(other, "size=4m,mode=755")) {
      DirectoryStore far = store(other.resolve("own"));
      List<String> told = new ArrayList<>();
      Progress progress = (label, total, unit) -> {
        told.add(label);
        return Progress.silent().begin(label, total, unit);
      };
      StorePath first = far.union("profile", List.of(item("a")), progress);
      assertThat(told).anyMatch(label -> label.startsWith("copied 1 MB from the store"));
      told.clear();
      StorePath second = far.union("profile", List.of(item("a"), item("b")), progress);
      assertThat(Files.isSameFile(far.locate(first).resolve("usr/bin/a"), far.locate(second).resolve("usr/bin/a"))).isTrue();
      assertThat(new DirectoryUpkeep(far, new DirectoryGenerations(far, Samples.host())).verify(false, Progress.silent()).damages()).isEmpty();
      far.deactivate();
    }
  }

  @Test
  void a_system_store_that_others_could_change_is_not_used() throws IOException {
    Files.setPosixFilePermissions(temporary.resolve("system/items"), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(store.isValid(item("a"))).isFalse();
  }

  @Test
  void a_store_that_was_chosen_is_one_by_itself() {
    Path own = Path.of("/home/ada/.local/share/carrel");
    assertThat(SystemStore.beside(own, false, Map.of())).map(SystemStore::layout).contains(new Layout(Path.of("/var/lib/carrel")));
    assertThat(SystemStore.beside(own, true, Map.of())).isEmpty();
    assertThat(SystemStore.beside(own, true, Map.of(SystemStore.NAME, "/srv/carrel"))).isPresent();
    assertThat(SystemStore.beside(own, false, Map.of(SystemStore.NAME, ""))).isEmpty();
    assertThat(SystemStore.beside(Path.of("/var/lib/carrel"), false, Map.of())).isEqualTo(Optional.empty());
  }
}
