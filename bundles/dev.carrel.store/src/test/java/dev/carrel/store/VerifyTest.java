package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Finish;
import dev.carrel.api.store.Origin;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Recipe;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.Damage;
import dev.carrel.api.store.Upkeep.Verified;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyTest {
  private Path directory;
  private DirectoryStore store;
  private StorePath profile;

  /** Makes an item from its name. */
  private static final class Source implements PackageSource {
    boolean works = true;

    static Recipe of(String name) {
      Resolved made = new Resolved(name, "1.0", "all", item(name), 1, "0".repeat(64), "a place\\with\nstrange	signs".replaceAll("\\s", "_"));
      return new Recipe(item(name), Set.of(), place -> {
        write(place, "usr/bin/" + name, "#!" + name);
        Files.setPosixFilePermissions(place.resolve("usr/bin/" + name), PosixFilePermissions.fromString("rwxr-xr-x"));
        write(place, "usr/share/" + name + "/new\nline\\n", "text of " + name);
        write(place, "usr/share/" + name + "/same", "what all have");
        Files.createSymbolicLink(place.resolve("usr/share/" + name + "/link"), Path.of("same"));
      }, Optional.of(new Origin("test", made)));
    }

    @Override
    public String name() {
      return "test";
    }

    @Override
    public String state(Store store) {
      return "";
    }

    @Override
    public Resolution resolve(List<PackageRequest> wanted, Store store, Lists lists, Progress progress) {
      throw new UnsupportedOperationException("nothing is resolved");
    }

    @Override
    public void realize(Resolution resolution, Store store, Progress progress) {
      if (!works) {
        throw CarrelException.failed("no network");
      }
      store.realize(resolution.packages().stream().map(one -> of(one.name())).toList(), progress);
    }
  }

  private final Source source = new Source();

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    directory = temporary.resolve("store");
    store = Samples.store(directory);
    store.realize(List.of(Source.of("a"), Source.of("b"), recipe("unknown")), Progress.silent());
    profile = store.union("profile", List.of(item("a"), item("b")), Progress.silent());
  }

  @AfterEach
  void removeStore() throws IOException {
    store.deactivate();
    Freeze.remove(directory);
  }

  private Verified verify(boolean repair) {
    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    upkeep.addSource(source);
    return upkeep.verify(repair, Progress.silent());
  }

  private List<String> damaged() {
    return verify(false).damages().stream().map(Damage::what).toList();
  }

  private Path file(String name) {
    return store.locate(item(name)).resolve("usr/bin/" + name);
  }

  private static void change(Path file, Change change) throws IOException {
    Path parent = file.getParent();
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
    change.make(file);
    Freeze.directory(parent);
  }

  /** What somebody does to a file. */
  private interface Change {
    void make(Path file) throws IOException;
  }

  private static void flip(Path file, long bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) (bit / 8 % bytes.length)] ^= (byte) (1 << bit % 8);
    var permissions = Files.getPosixFilePermissions(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    Files.write(file, bytes);
    Files.setPosixFilePermissions(file, permissions);
  }

  @Test
  void a_store_that_nobody_touched_is_as_it_was_made() {
    assertThat(verify(false)).isEqualTo(new Verified(4, List.of()));
    assertThat(verify(true)).isEqualTo(new Verified(4, List.of()));
  }

  @Test
  void every_flipped_bit_is_found_in_the_item_and_in_what_shares_the_file() throws IOException {
    Random random = new Random(5);
    for (int i = 0; i < 20; i++) {
      long bit = random.nextInt(1000);
      flip(file("a"), bit);
      assertThat(damaged()).contains(item("a").fileName(), profile.fileName());
      flip(file("a"), bit);
      assertThat(damaged()).isEmpty();
    }
  }

  @Test
  void what_is_missing_additional_changed_or_has_a_wrong_mode_is_told_by_its_path() throws IOException {
    change(file("a"), Files::delete);
    change(store.locate(item("b")).resolve("usr/share/b/extra"), file -> Files.writeString(file, ""));
    change(store.locate(item("b")).resolve("usr/share/b/link"), link -> {
      Files.delete(link);
      Files.createSymbolicLink(link, Path.of("/etc/shadow"));
    });
    Files.setPosixFilePermissions(store.locate(item("unknown")).resolve("usr/bin"), PosixFilePermissions.fromString("rwxrwxrwx"));
    change(store.locate(profile).resolve("etc/extra"), file -> Files.writeString(file, ""));

    List<Damage> damages = verify(false).damages();
    assertThat(damages).flatExtracting(Damage::problems).containsExactlyInAnyOrder("usr/bin/a is missing", "usr/share/b/extra is additional",
        "usr/share/b/link is changed", "usr/bin has a wrong mode, not 555", "etc/extra is additional");
    assertThat(damages).allSatisfy(damage -> assertThat(damage.remedy()).contains("--repair"));

    assertThat(verify(true).damages()).allSatisfy(damage -> assertThat(damage.repaired()).as(damage.toString()).isTrue());
    assertThat(damaged()).isEmpty();
    assertThat(file("a")).isExecutable().hasContent("#!a");
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void a_damaged_file_is_made_again_everywhere_and_not_taken_from_where_it_is_shared() throws IOException {
    flip(store.locate(item("a")).resolve("usr/share/a/same"), 3); // the same file as b's
    assertThat(damaged()).contains(item("a").fileName(), item("b").fileName(), profile.fileName());

    verify(true);
    assertThat(damaged()).isEmpty();
    for (String path : List.of("a/same", "b/same")) {
      assertThat(store.locate(profile).resolve("usr/share").resolve(path)).hasContent("what all have");
    }
    assertThat(Files.isSameFile(store.locate(profile).resolve("usr/bin/a"), file("a"))).isTrue();
  }

  private Path configured() {
    return store.locate(store.union("profile", List.of(item("a"), item("b")), new Finish("test", (tree, changes, based) -> {
      write(changes, "etc/upper/made", "by a script");
      write(changes, "usr/upper/share/index", "of all");
      Files.createSymbolicLink(changes.resolve("etc/upper/link"), Path.of("made"));
    }), Progress.silent()));
  }

  @Test
  void a_configured_profile_is_mended_with_what_its_packages_have_and_keeps_what_was_made_for_it() throws IOException {
    Path configured = configured();
    flip(file("a"), 3); // the profile's too
    change(configured.resolve("etc/link"), Files::delete);
    change(configured.resolve("usr/share/extra"), file -> Files.writeString(file, ""));

    assertThat(verify(true).damages()).isNotEmpty().allSatisfy(damage -> assertThat(damage.repaired()).as(damage.toString()).isTrue());
    assertThat(damaged()).isEmpty();
    assertThat(configured.resolve("usr/bin/a")).isExecutable().hasContent("#!a");
    assertThat(configured.resolve("etc/link")).hasContent("by a script");
    assertThat(Files.isSameFile(configured.resolve("usr/bin/a"), file("a"))).isTrue();
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void what_was_made_for_a_configured_profile_alone_is_not_invented() throws IOException {
    Path configured = configured();
    flip(configured.resolve("usr/share/index"), 3);

    assertThat(verify(true).damages()).filteredOn(damage -> !damage.repaired()).singleElement()
        .satisfies(damage -> assertThat(damage.remedy()).contains("usr/share/index is nowhere else in the store", "ask for its packages once more"));
    assertThat(configured.resolve("etc/made")).hasContent("by a script");
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void only_modes_that_are_wrong_are_set_right_and_nothing_is_made_again() throws IOException {
    Object before = Files.getAttribute(store.locate(item("a")), "unix:ino");
    Files.setPosixFilePermissions(file("a"), PosixFilePermissions.fromString("rw-rw-rw-"));
    source.works = false;

    assertThat(verify(true).damages()).isNotEmpty().allSatisfy(damage -> assertThat(damage.repaired()).isTrue());
    assertThat(file("a")).isExecutable();
    assertThat(Files.getAttribute(store.locate(item("a")), "unix:ino")).isEqualTo(before);
  }

  @Test
  void what_cannot_be_made_again_stays_as_it_is_with_the_reason() throws IOException {
    flip(file("a"), 1);
    flip(file("unknown"), 1);
    source.works = false;

    List<Damage> damages = verify(true).damages().stream().filter(damage -> !damage.repaired()).toList();
    assertThat(damages).extracting(Damage::remedy).anyMatch(text -> text.contains("no network")).anyMatch(text -> text.contains("does not know where"));
    assertThat(store.isValid(item("a"))).isTrue();
    assertThat(file("a")).exists();
    assertThat(directory.resolve("staging")).isEmptyDirectory();
  }

  @Test
  void an_item_whose_directory_is_gone_is_made_again() throws IOException {
    Freeze.remove(store.locate(item("b")));
    Freeze.remove(store.locate(profile));
    assertThat(verify(true).damages()).hasSize(2).allSatisfy(damage -> assertThat(damage.repaired()).isTrue());
    assertThat(store.isValid(profile)).isTrue();
  }

  @Test
  void notes_that_are_gone_or_damaged_are_written_again() throws IOException {
    Files.delete(directory.resolve("about").resolve(item("a").fileName()));
    Files.writeString(directory.resolve("about").resolve(item("b").fileName()), "rubbish");
    assertThat(damaged()).hasSize(2);
    verify(true);
    assertThat(damaged()).isEmpty();
  }

  @Test
  void a_database_that_is_damaged_or_gone_is_told_and_made_again_from_what_is_beside_the_items() throws IOException {
    for (String content : new String[] {"no database at all", null}) {
      store.deactivate();
      Path database = directory.resolve("db/carrel.sqlite");
      for (String end : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(directory.resolve("db/carrel.sqlite" + end));
      }
      if (content != null) {
        Files.writeString(database, content);
      }
      store = Samples.store(directory);
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> verify(false)).withMessageContaining("carrel store verify --repair");
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.realize(List.of(recipe("new")), Progress.silent()))
          .withMessageContaining("carrel store verify --repair");

      assertThat(verify(true).damages()).singleElement().satisfies(damage -> assertThat(damage.what()).isEqualTo("the database"));
      assertThat(verify(false)).isEqualTo(new Verified(4, List.of()));
      assertThat(store.closure(profile).requisites()).containsExactlyInAnyOrder(profile, item("a"), item("b"));
    }
  }

  @Test
  void equal_files_of_all_items_are_one() throws IOException {
    assertThat(Files.isSameFile(store.locate(item("a")).resolve("usr/share/a/same"), store.locate(item("b")).resolve("usr/share/b/same"))).isTrue();
    try (Stream<Path> links = Files.list(directory.resolve("links"))) {
      assertThat(links).as("same, two programs, two texts, unknown's; the empty ones in etc of a profile are several").hasSize(6);
    }
  }

  @Test
  void equal_files_that_became_several_are_made_one_again_and_the_saving_is_told() throws IOException {
    Path same = store.locate(item("b")).resolve("usr/share/b/same");
    change(same, file -> {
      byte[] content = Files.readAllBytes(file);
      Files.delete(file);
      Files.write(file, content);
      Freeze.file(file);
    });
    assertThat(damaged()).isEmpty();

    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    assertThat(upkeep.optimise(Progress.silent()).bytes()).isEqualTo("what all have".length());
    assertThat(Files.isSameFile(same, store.locate(item("a")).resolve("usr/share/a/same"))).isTrue();
    assertThat(damaged()).isEmpty();
    assertThat(upkeep.optimise(Progress.silent()).files()).isZero();
  }

  @Test
  void items_are_found_by_name_path_and_digest() {
    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    for (String word : List.of("a", "a-1.0", item("a").fileName(), item("a").digest().substring(0, 6), store.locate(item("a")).toString())) {
      assertThat(upkeep.find(word)).as(word).containsExactly(item("a"));
    }
    assertThat(upkeep.find("nothing")).isEmpty();
    assertThat(upkeep.find("../a")).isEmpty();
    assertThat(upkeep.items()).extracting(info -> info.item().name()).containsExactly("a", "b", "profile", "unknown");
    assertThat(upkeep.items().get(0).referrers()).containsExactly(profile);
    assertThat(upkeep.items().get(0).origin().orElseThrow().source()).isEqualTo("test");
  }
}
