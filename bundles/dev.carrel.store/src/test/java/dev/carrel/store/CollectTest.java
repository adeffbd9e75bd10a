package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static dev.carrel.store.Samples.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Upkeep.Collected;
import dev.carrel.api.store.Upkeep.Collection;
import dev.carrel.api.store.Upkeep.Root;
import dev.carrel.api.store.Upkeep.Root.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectTest {
  private static final String KEY = "0123456789abcdef".repeat(4);
  private static final Collection ALL = new Collection(OptionalLong.empty(), Optional.empty(), false);

  private Path directory;
  private DirectoryStore store;
  private DirectoryGenerations generations;

  @BeforeEach
  void makeStore(@TempDir Path temporary) throws IOException {
    directory = temporary.resolve("store");
    open();
    store.realize(List.of(recipe("a", "b"), recipe("b", "c"), recipe("c", "a"), recipe("d", "e"), recipe("e"), recipe("f")), Progress.silent());
    letGo();
  }

  private void open() {
    store = Samples.store(directory);
    generations = new DirectoryGenerations(store, Samples.host());
  }

  /** As if the process had ended. */
  private void letGo() {
    store.deactivate();
    open();
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(directory);
  }

  private Collected collect(Collection what) {
    return new DirectoryUpkeep(store, generations).collect(what, Progress.silent());
  }

  /** What is left after a collection, by name. */
  private Set<String> left() throws IOException {
    Collected collected = collect(ALL);
    Set<String> left = there();
    assertThat(names(collected.items())).doesNotContainAnyElementsOf(left.isEmpty() ? Set.of("none") : left);
    assertThat(directory.resolve("staging")).isEmptyDirectory();
    for (String name : left) {
      assertThat(store.isValid(item(name))).as(name).isEqualTo(!name.equals("profile"));
    }
    return left;
  }

  private static List<String> names(List<StorePath> items) {
    return items.stream().map(StorePath::name).toList();
  }

  private Set<String> there() throws IOException {
    try (Stream<Path> items = Files.list(directory.resolve("items"))) {
      return items.map(item -> ItemName.parse(item.getFileName().toString()).name()).collect(Collectors.toSet());
    }
  }

  @Test
  void what_nothing_reaches_is_deleted() throws IOException {
    assertThat(left()).isEmpty();
    assertThat(new Reach(rows()).rows()).isEmpty();
  }

  private java.util.Map<String, Database.Row> rows() throws IOException {
    return store.upkeep(tools -> tools.database().rows());
  }

  @Test
  void a_generation_keeps_what_its_item_needs_until_it_is_deleted() throws IOException {
    generations.add(ProfileName.DEFAULT, 0, item("a"), List.of());
    generations.add(ProfileName.DEFAULT, 1, item("d"), List.of());
    letGo();
    assertThat(left()).containsExactlyInAnyOrder("a", "b", "c", "d", "e");

    generations.delete(ProfileName.DEFAULT, List.of(1));
    assertThat(left()).containsExactlyInAnyOrder("d", "e");
  }

  @Test
  void a_link_keeps_its_item_as_long_as_it_is_there(@TempDir Path home) throws IOException {
    store.addRoot(home.resolve("link"), item("e"));
    letGo();
    assertThat(left()).containsExactly("e");

    Files.delete(home.resolve("link"));
    Files.createSymbolicLink(home.resolve("link"), Path.of("/elsewhere"));
    assertThat(left()).isEmpty();
    assertThat(directory.resolve("roots/auto")).isEmptyDirectory();
  }

  @Test
  void what_a_process_uses_is_kept_until_it_has_ended() throws IOException {
    store.hold(List.of(item("f"), item("not-there-yet")));
    DirectoryStore other = Samples.store(directory);
    DirectoryUpkeep upkeep = new DirectoryUpkeep(other, new DirectoryGenerations(other, Samples.host()));
    upkeep.collect(ALL, Progress.silent());
    assertThat(there()).containsExactly("f");
    assertThat(upkeep.roots()).extracting(Root::kind).containsOnly(Kind.PROCESS);

    letGo();
    assertThat(left()).isEmpty();
  }

  @Test
  void what_was_remembered_is_kept_while_it_is_asked_for() throws IOException {
    StorePath profile = store.union("profile", List.of(item("e")), Progress.silent());
    store.remember(KEY, profile);
    letGo();
    assertThat(left()).containsExactlyInAnyOrder("profile", "e");

    usedAgo(Duration.ofDays(8));
    assertThat(store.recall(KEY)).isPresent();
    collect(new Collection(OptionalLong.empty(), Optional.of(Duration.ofDays(9)), false));
    assertThat(there()).containsExactlyInAnyOrder("profile", "e");
    usedAgo(Duration.ofDays(8));
    assertThat(collect(ALL).environments()).isEqualTo(1);
    assertThat(there()).isEmpty();
    assertThat(store.recall(KEY)).isEmpty();
  }

  private void usedAgo(Duration time) throws IOException {
    FileTime then = FileTime.from(Instant.now().minus(time));
    Files.getFileAttributeView(directory.resolve("environments").resolve(KEY), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(then, then, null);
  }

  @Test
  void old_generations_go_first_but_never_the_present_one() throws IOException {
    generations.add(ProfileName.DEFAULT, 0, item("f"), List.of());
    generations.add(ProfileName.DEFAULT, 1, item("e"), List.of());
    generations.rollBack(ProfileName.DEFAULT);
    letGo();
    Collection old = new Collection(OptionalLong.empty(), Optional.of(Duration.ZERO), false);

    Collected planned = collect(new Collection(OptionalLong.empty(), Optional.of(Duration.ZERO), true));
    assertThat(names(planned.items())).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    assertThat(generations.all(ProfileName.DEFAULT)).hasSize(2);
    Collected collected = collect(old);
    assertThat(collected.items()).containsExactlyInAnyOrderElementsOf(planned.items());
    assertThat(collected.generations()).extracting(one -> one.number()).containsExactly(2);
    assertThat(there()).containsExactly("f");
  }

  @Test
  void a_plan_deletes_nothing() throws IOException {
    assertThat(collect(new Collection(OptionalLong.empty(), Optional.empty(), true)).items()).hasSize(6);
    assertThat(there()).hasSize(6);
  }

  @Test
  void no_more_is_deleted_than_has_to_be_and_no_item_is_left_without_what_it_needs() throws IOException {
    Collected collected = collect(new Collection(OptionalLong.of(1), Optional.empty(), false));
    assertThat(names(collected.items())).as("one, or one circle, or one with what refers to it").hasSizeLessThan(4).isNotEmpty();
    for (String name : there()) {
      assertThat(store.closure(item(name)).requisites()).allSatisfy(needed -> assertThat(there()).contains(needed.name()));
    }
  }

  @Test
  void a_mounted_item_is_kept_whoever_mounted_it(@TempDir Path proc) throws IOException {
    Files.createDirectories(proc.resolve("17/ns"));
    Files.createSymbolicLink(proc.resolve("17/ns/mnt"), Path.of("mnt:[1]"));
    Files.writeString(proc.resolve("17/mountinfo"), "31 1 8:1 /data" + store.locate(item("e")) + "/usr /usr ro - ext4 /dev/sda1 rw\n"
        + "32 1 0:5 / /opt rw - overlay overlay rw,lowerdir=" + store.locate(item("f")) + "/opt\n");
    Files.createDirectories(proc.resolve("18"));

    List<Root> roots = new Roots(new Layout(directory), new RunningContainers(proc)).find(Set.of(), Instant.EPOCH);
    assertThat(roots).extracting(Root::kind).containsOnly(Kind.CONTAINER);
    assertThat(roots).extracting(root -> root.item().name()).containsExactlyInAnyOrder("e", "f");
    assertThat(roots).extracting(Root::where).containsOnly("17");
  }

  @Test
  void what_a_killed_process_left_in_the_place_of_an_item_is_removed() throws IOException {
    Files.createDirectories(directory.resolve("items/" + item("left").fileName() + "/usr"));
    Files.createDirectories(directory.resolve("staging/1-2-3/x"));
    assertThat(left()).isEmpty();
  }

  private List<Path> links() throws IOException {
    try (Stream<Path> links = Files.list(directory.resolve("links"))) {
      return links.toList();
    }
  }

  @Test
  void links_to_files_of_items_that_never_came_into_being_are_removed() throws IOException {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> store.realize(List.of(recipe("lacking", "none")), Progress.silent()));
    Files.writeString(directory.resolve("links/" + Digest.of("left by a killed process")), "left by a killed process");
    generations.add(ProfileName.DEFAULT, 0, item("d"), List.of());
    letGo();
    assertThat(links()).hasSize(8);

    Collected collected = collect(ALL);
    assertThat(names(collected.items())).containsExactlyInAnyOrder("a", "b", "c", "f");
    assertThat(links()).extracting(link -> Files.readString(link)).containsExactlyInAnyOrder("d", "e");
    collect(ALL);
    assertThat(links()).hasSize(2);
  }

  @Test
  void equal_files_are_made_and_collected_at_the_same_time_and_each_item_has_its_own() throws Exception {
    java.util.concurrent.atomic.AtomicBoolean ended = new java.util.concurrent.atomic.AtomicBoolean();
    DirectoryStore other = Samples.store(directory);
    DirectoryUpkeep upkeep = new DirectoryUpkeep(other, new DirectoryGenerations(other, Samples.host()));
    Thread collector = new Thread(() -> {
      while (!ended.get()) {
        upkeep.collect(ALL, Progress.silent());
      }
    });
    collector.start();
    for (int round = 0; round < 60; round++) {
      String name = "same" + round;
      store.realize(List.of(recipe(name, place -> write(place, "usr/share/x", "equal"))), Progress.silent());
      assertThat(store.locate(item(name)).resolve("usr/share/x")).hasContent("equal");
      if (round % 7 == 0) {
        letGo();
      }
    }
    ended.set(true);
    collector.join();
    assertThat(upkeep.verify(false, Progress.silent()).damages()).isEmpty();
    letGo();
    assertThat(left()).isEmpty();
    assertThat(links()).isEmpty();
  }

  @Test
  void an_empty_or_missing_store_has_nothing_to_collect_and_none_is_made(@TempDir Path other) {
    DirectoryStore none = Samples.store(other.resolve("none"));
    DirectoryUpkeep upkeep = new DirectoryUpkeep(none, new DirectoryGenerations(none, Samples.host()));
    assertThat(upkeep.collect(ALL, Progress.silent()).items()).isEmpty();
    assertThat(upkeep.roots()).isEmpty();
    assertThat(other.resolve("none")).doesNotExist();
  }

  @Test
  void items_are_made_and_collected_at_the_same_time_and_none_is_lost() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(Builder.start(directory, List.of("x" + i, "x" + (i + 1), "x" + (i + 2))));
    }
    while (processes.stream().anyMatch(Process::isAlive)) {
      collect(ALL);
    }
    for (Process process : processes) {
      assertThat(process.exitValue()).isZero();
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void whenever_a_collection_is_killed_the_store_is_valid_and_the_next_one_finishes_it() throws Exception {
    Random random = new Random(4);
    for (int round = 0; round < 12; round++) {
      for (int i = 0; i < 40; i++) {
        int number = i;
        store.realize(List.of(recipe("r" + round + "i" + i, place -> write(place, "usr/share/x", "x" + number), i == 0 ? "keep" + round : "r" + round + "i" + (i - 1)),
            recipe("keep" + round)), Progress.silent());
      }
      letGo();
      Process process = CollectingProcess.start(directory);
      process.waitFor(250 + random.nextInt(300), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      for (Database.Row row : rows().values()) {
        assertThat(store.isValid(row.item())).as(row.item().toString()).isTrue();
        assertThat(store.closure(row.item()).requisites()).allSatisfy(item -> assertThat(store.isValid(item)).isTrue());
      }
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void a_store_that_cannot_be_written_is_told(@TempDir Path other) throws IOException {
    Path file = Files.createFile(other.resolve("staging"));
    Path broken = other.resolve("store");
    Files.createDirectories(broken.resolve("items"));
    Files.move(file, broken.resolve("staging"));
    DirectoryStore one = Samples.store(broken);
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> new DirectoryUpkeep(one, new DirectoryGenerations(one, Samples.host())).collect(ALL, Progress.silent()))
        .withMessageContaining("staging");
  }
}
