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
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done to a profile before it is frozen; the changes are laid down as overlayfs does it. */
class FinishTest {
  /** More than the targets of the symbolic links that every profile has. */
  private static final long LINKS = 100;

  private final Progress silent = Progress.silent();
  private DirectoryStore store;
  private Path outside;

  @BeforeEach
  void makeStore(@TempDir Path temporary) throws IOException {
    store = Samples.store(temporary.resolve("store"));
    outside = Files.createDirectory(temporary.resolve("outside"));
    store.realize(List.of(recipe("a", directory -> {
      write(directory, "usr/bin/a", "a");
      write(directory, "usr/share/a/one", "1");
      write(directory, "usr/share/a/two", "2");
      write(directory, "etc/a.conf", "as it came");
    })), silent);
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(store.directory());
  }

  private Path finished(Finish.Work work) {
    return store.locate(store.union("profile", List.of(item("a")), new Finish("test", work), silent));
  }

  private Path ofItem(String path) {
    return store.locate(item("a")).resolve(path);
  }

  @Test
  void what_is_changed_is_a_file_of_its_own_and_the_item_stays_as_it_was() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      write(changes, "etc/upper/a.conf", "changed");
      write(changes, "var/upper/cache/index", "new");
    });

    assertThat(profile.resolve("etc/a.conf")).hasContent("changed");
    assertThat(profile.resolve("var/cache/index")).hasContent("new");
    assertThat(ofItem("etc/a.conf")).hasContent("as it came");
    assertThat(Files.isSameFile(profile.resolve("usr/bin/a"), ofItem("usr/bin/a"))).isTrue();
  }

  @Test
  void what_was_only_touched_stays_one_file_with_the_items() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      write(changes, "etc/upper/a.conf", "as it came");
      Files.setPosixFilePermissions(changes.resolve("etc/upper/a.conf"), PosixFilePermissions.fromString("-w-------"));
    });

    assertThat(Files.isSameFile(profile.resolve("etc/a.conf"), ofItem("etc/a.conf"))).isTrue();
    assertThat(ofItem("etc/a.conf")).isReadable();
  }

  @Test
  void programs_stay_programs_and_links_lead_where_they_led() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      write(changes, "usr/upper/bin/made", "#!/bin/sh");
      Files.setPosixFilePermissions(changes.resolve("usr/upper/bin/made"), PosixFilePermissions.fromString("rwx------"));
      Files.createSymbolicLink(changes.resolve("usr/upper/bin/b"), Path.of("/etc/alternatives/b"));
    });

    assertThat(Files.getPosixFilePermissions(profile.resolve("usr/bin/made"))).isEqualTo(PosixFilePermissions.fromString("r-xr-xr-x"));
    assertThat(Files.readSymbolicLink(profile.resolve("usr/bin/b"))).isEqualTo(Path.of("/etc/alternatives/b"));
  }

  @Test
  void all_of_it_is_frozen() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      write(changes, "var/upper/lib/a/state", "x");
      write(changes, "usr/upper/share/a/one", "changed");
      Files.setPosixFilePermissions(changes.resolve("var/upper/lib/a"), PosixFilePermissions.fromString("---------"));
    });

    try (Stream<Path> all = Files.walk(profile)) {
      assertThat(all).allSatisfy(path -> {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        assertThat(mode & (Files.isSymbolicLink(path) ? 0 : 07222)).as(path.toString()).isZero();
        assertThat(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis()).as(path.toString()).isEqualTo(1000);
      });
    }
  }

  @Test
  void the_tree_is_to_be_seen_as_it_will_be() {
    finished((tree, changes, based) -> {
      assertThat(tree.resolve("usr/share/a/one")).hasContent("1");
      assertThat(Files.getLastModifiedTime(tree.resolve("usr/share/a")).toMillis()).isEqualTo(1000);
      assertThat(changes).isEmptyDirectory();
    });
  }

  @Test
  void what_overlayfs_notes_as_gone_is_gone() throws IOException {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "needs root, to make a whiteout");
    Path profile = finished((tree, changes, based) -> {
      whiteout(changes.resolve("usr/upper/share/a/one"));
      whiteout(changes.resolve("usr/upper/bin"));
    });

    assertThat(profile.resolve("usr/share/a/one")).doesNotExist();
    assertThat(profile.resolve("usr/share/a/two")).exists();
    assertThat(profile.resolve("usr/bin")).doesNotExist();
    assertThat(ofItem("usr/share/a/one")).exists();
    assertThat(ofItem("usr/bin/a")).exists();
  }

  private static void whiteout(Path path) throws IOException {
    run(Files.createDirectories(path.getParent()), "mknod", path.toString(), "c", "0", "0");
  }

  private static void run(Path directory, String... command) throws IOException {
    try {
      assertThat(new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start().waitFor()).isZero();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void of_a_directory_that_was_made_anew_only_the_new_content_is_there() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      write(changes, "usr/upper/share/a/three", "3");
      UserDefinedFileAttributeView attributes =
          Files.getFileAttributeView(changes.resolve("usr/upper/share/a"), UserDefinedFileAttributeView.class);
      attributes.write("overlay.opaque", ByteBuffer.wrap(new byte[] {'y'}));
    });

    try (Stream<Path> there = Files.list(profile.resolve("usr/share/a"))) {
      assertThat(there.map(path -> path.getFileName().toString())).containsExactly("three");
    }
    assertThat(ofItem("usr/share/a/one")).exists();
  }

  @Test
  void a_link_in_the_place_of_a_directory_is_not_followed() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      Files.createDirectories(changes.resolve("usr/upper/share"));
      Files.createSymbolicLink(changes.resolve("usr/upper/share/a"), outside);
      Files.createDirectories(changes.resolve("var/upper"));
      Files.createSymbolicLink(changes.resolve("var/upper/run"), outside);
      Files.createDirectories(changes.resolve("etc"));
      Files.createSymbolicLink(changes.resolve("etc/upper"), outside);
    });

    assertThat(Files.readSymbolicLink(profile.resolve("usr/share/a"))).isEqualTo(outside);
    assertThat(profile.resolve("etc/a.conf")).hasContent("as it came");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void where_a_container_puts_files_of_its_own_there_are_files() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      Files.createDirectories(changes.resolve("etc/upper/hosts/of/them"));
      Files.createSymbolicLink(changes.resolve("etc/upper/localtime"), outside.resolve("zone"));
      write(changes, "etc/upper/passwd", "root:x:0:0::/root:/bin/sh\n");
    });

    assertThat(Files.isRegularFile(profile.resolve("etc/hosts"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(Files.isRegularFile(profile.resolve("etc/localtime"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(profile.resolve("etc/passwd")).hasContent("root:x:0:0::/root:/bin/sh\n");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void what_programs_change_is_never_the_same_file_as_another_of_the_profile_so_that_one_can_be_copied_over_the_other() throws IOException {
    Path profile = finished((tree, changes, based) -> {
      write(changes, "etc/upper/a.conf.old", "as it came");
      write(changes, "var/upper/lib/table", "twice");
      write(changes, "var/upper/lib/table.0", "twice");
      write(changes, "var/upper/lib/other", "once");
    });

    assertThat(Files.isSameFile(profile.resolve("etc/a.conf"), profile.resolve("etc/a.conf.old"))).isFalse();
    assertThat(Files.isSameFile(profile.resolve("var/lib/table"), profile.resolve("var/lib/table.0"))).isFalse();
    assertThat((Integer) Files.getAttribute(profile.resolve("var/lib/other"), "unix:nlink")).isEqualTo(2);
    assertThat(new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host())).optimise(silent).files()).isZero();
  }

  @Test
  void what_was_made_for_several_profiles_alike_is_one_file_and_counts_once() throws IOException {
    String made = "by a script".repeat(100);
    Path one = store.locate(store.union("one", List.of(item("a")), new Finish("test", (tree, changes, based) -> write(changes, "etc/upper/made", made)), silent));
    Path two = store.locate(store.union("two", List.of(item("a")), new Finish("test", (tree, changes, based) -> write(changes, "var/upper/lib/made", made)), silent));

    assertThat(Files.isSameFile(one.resolve("etc/made"), two.resolve("var/lib/made"))).isTrue();
    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    assertThat(upkeep.items()).filteredOn(info -> info.item().name().equals("one")).singleElement()
        .satisfies(info -> assertThat(info.narSize()).isEqualTo(made.length())).satisfies(info -> assertThat(info.size()).isBetween((long) made.length(), made.length() + LINKS));
    assertThat(upkeep.items()).filteredOn(info -> info.item().name().equals("two")).singleElement()
        .satisfies(info -> assertThat(info.size()).isLessThan(LINKS));
    assertThat(upkeep.verify(false, silent).damages()).isEmpty();
  }

  @Test
  void a_collection_tells_what_was_made_for_a_profile_as_well() throws IOException {
    String made = "by a script".repeat(100);
    store.union("profile", List.of(item("a")), new Finish("test", (tree, changes, based) -> write(changes, "etc/upper/made", made)), silent);
    store.deactivate();
    store = Samples.store(store.directory());
    DirectoryUpkeep upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));

    Upkeep.Collected planned = upkeep.collect(new Upkeep.Collection(OptionalLong.empty(), Optional.empty(), true), silent);
    assertThat(planned.bytes()).isGreaterThan(made.length());
    Upkeep.Collected collected = upkeep.collect(new Upkeep.Collection(OptionalLong.empty(), Optional.empty(), false), silent);
    assertThat(collected.bytes()).isBetween((long) made.length(), made.length() + LINKS);
  }

  @Test
  void one_that_fails_leaves_nothing() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> finished((tree, changes, based) -> {
      write(changes, "etc/upper/a.conf", "changed");
      throw CarrelException.failed("it did not work");
    })).withMessage("it did not work");

    assertThat(store.isValid(store.unionPath("profile", List.of(item("a")), "test"))).isFalse();
    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
    assertThat(ofItem("etc/a.conf")).hasContent("as it came");
  }

  @Test
  void directories_deeper_than_a_way_can_be_long_are_refused_and_removed() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> finished((tree, changes, based) -> {
      Path upper = Files.createDirectories(changes.resolve("usr/upper"));
      run(upper, "perl", "-e", "for (1 .. 300) { mkdir 'd' x 50 or die; chdir 'd' x 50 or die } open F, '>file'");
    })).withMessageContaining("File name too long");

    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
  }

  @Test
  void profiles_finished_in_another_way_are_others_and_one_that_is_there_is_not_finished_again() {
    StorePath plain = store.union("profile", List.of(item("a")), silent);
    StorePath one = store.union("profile", List.of(item("a")), new Finish("one", (tree, changes, based) -> {}), silent);

    assertThat(plain).isNotEqualTo(one);
    assertThat(store.union("profile", List.of(item("a")), new Finish("one", (tree, changes, based) -> {
      throw new AssertionError("it is there");
    }), silent)).isEqualTo(one);
    assertThat(store.closure(one).requisites()).containsExactlyInAnyOrder(one, item("a"));
  }

  private Finish.Base base(Finish.Work work) {
    return new Finish.Base(store.union("profile", List.of(item("a")), new Finish("test", work), silent), Set.of(item("a")));
  }

  @Test
  void one_that_goes_on_from_a_base_begins_with_what_was_made_of_that_and_refers_to_the_items_alone() throws IOException {
    store.realize(List.of(recipe("b", directory -> write(directory, "usr/bin/b", "b"))), silent);
    Finish.Base base = base((tree, changes, based) -> {
      write(changes, "etc/upper/a.conf", "changed");
      write(changes, "var/upper/made", "by the base");
    });
    StorePath profile = store.union("profile", List.of(item("b"), item("a")), new Finish("test", Optional.of(base), (tree, changes, based) -> {
      assertThat(based).isTrue();
      assertThat(tree.resolve("var/made")).hasContent("by the base");
      assertThat(tree.resolve("usr/bin/b")).hasContent("b");
      write(changes, "var/upper/made", "and changed");
    }), silent);

    Path made = store.locate(profile);
    assertThat(made.resolve("etc/a.conf")).hasContent("changed");
    assertThat(made.resolve("var/made")).hasContent("and changed");
    assertThat(Files.isSameFile(made.resolve("usr/share/a/one"), ofItem("usr/share/a/one"))).isTrue();
    assertThat(Files.isSameFile(made.resolve("etc/a.conf"), store.locate(base.profile()).resolve("etc/a.conf"))).isTrue();
    assertThat(store.locate(base.profile()).resolve("var/made")).hasContent("by the base");
    assertThat(store.closure(profile).requisites()).containsExactlyInAnyOrder(profile, item("a"), item("b"));
    assertThat(store.unionPath("profile", List.of(item("a"), item("b")), "test")).isEqualTo(profile);
  }

  @Test
  void where_an_item_does_not_fit_to_the_base_all_is_made_of_the_items_alone() throws IOException {
    store.realize(List.of(recipe("b", directory -> {
      write(directory, "etc/made.conf", "of b");
      write(directory, "usr/bin/b", "b");
    })), silent);
    Finish.Base base = base((tree, changes, based) -> write(changes, "etc/upper/made.conf", "by the base"));
    Path made = store.locate(store.union("profile", List.of(item("a"), item("b")), new Finish("test", Optional.of(base), (tree, changes, based) -> {
      assertThat(based).isFalse();
      assertThat(tree.resolve("etc/made.conf")).hasContent("of b");
    }), silent));

    assertThat(Files.isSameFile(made.resolve("etc/made.conf"), store.locate(item("b")).resolve("etc/made.conf"))).isTrue();
    assertThat(made.resolve("usr/bin/a")).hasContent("a");
    assertThat(store.directory().resolve("staging")).isEmptyDirectory();
  }

  @Test
  void without_its_base_none_is_made() {
    Finish.Base gone = new Finish.Base(item("gone"), Set.of(item("a")));

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.union("profile", List.of(item("a")),
        new Finish("test", Optional.of(gone), (tree, changes, based) -> {}), silent)).withMessageContaining("gone").withMessageContaining("is not in the store");
  }
}
