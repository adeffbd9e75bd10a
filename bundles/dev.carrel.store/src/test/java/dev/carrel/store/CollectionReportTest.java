package dev.carrel.store;

import static dev.carrel.store.Samples.recipe;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.Progress;
import dev.carrel.api.event.StoreEvent;
import dev.carrel.api.store.Upkeep.Collected;
import dev.carrel.api.store.Upkeep.Collection;
import dev.carrel.api.store.Upkeep.CollectionEnd;
import dev.carrel.api.store.Upkeep.LastCollection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CollectionReportTest {
  private static final Collection ALL = new Collection(OptionalLong.empty(), Optional.empty(), false);
  private static final Instant THEN = Instant.parse("2026-05-01T12:00:00Z");

  private final List<StoreEvent> heard = new ArrayList<>();
  private Path directory;
  private DirectoryUpkeep upkeep;

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    directory = temporary.resolve("store");
    open();
  }

  private DirectoryStore open() {
    DirectoryStore store = Samples.store(directory);
    upkeep = new DirectoryUpkeep(store, new DirectoryGenerations(store, Samples.host()));
    upkeep.addListener(heard::add);
    return store;
  }

  private void fill() {
    DirectoryStore store = Samples.store(directory);
    store.realize(List.of(recipe("a", "b"), recipe("b")), Progress.silent());
    store.deactivate();
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(directory);
  }

  private CollectionNote note() {
    return new CollectionNote(new Layout(directory).collection());
  }

  @Test
  void begin_and_end_of_a_collection_are_told_with_its_figures_and_others_can_see_them() {
    fill();
    Collected collected = upkeep.collect(ALL, Progress.silent());

    assertThat(heard).hasSize(2);
    assertThat(heard.get(0)).isInstanceOf(StoreEvent.CollectionBegan.class);
    assertThat(heard.get(1)).isInstanceOfSatisfying(StoreEvent.CollectionEnded.class, event -> {
      assertThat(event.store()).isEqualTo(directory);
      assertThat(event.items()).isEqualTo(2);
      assertThat(event.bytes()).isEqualTo(collected.bytes());
    });
    LastCollection seen = upkeep.lastCollection().orElseThrow();
    assertThat(seen.began()).isEqualTo(heard.get(0).time());
    assertThat(seen.end()).contains(new CollectionEnd(heard.get(1).time(), true, 2, collected.bytes()));
  }

  @Test
  void what_is_only_planned_or_has_no_store_is_told_nobody() {
    upkeep.collect(ALL, Progress.silent());
    assertThat(directory).doesNotExist();
    fill();
    open();
    upkeep.collect(new Collection(OptionalLong.empty(), Optional.empty(), true), Progress.silent());

    assertThat(heard).isEmpty();
    assertThat(upkeep.lastCollection()).isEmpty();
  }

  @Test
  void a_listener_that_fails_changes_nothing_for_the_collection_and_the_others() {
    fill();
    List<StoreEvent> second = new ArrayList<>();
    upkeep.addListener(event -> {
      throw new IllegalStateException("cannot listen");
    });
    upkeep.addListener(second::add);

    assertThat(upkeep.collect(ALL, Progress.silent()).items()).hasSize(2);
    assertThat(second).hasSize(2);
  }

  @Test
  void a_collection_under_way_has_no_end() {
    fill();
    note().write(new LastCollection(THEN, Optional.empty()));

    assertThat(upkeep.lastCollection()).contains(new LastCollection(THEN, Optional.empty()));
  }

  @Test
  void where_nothing_can_be_noted_nothing_is_left_and_nothing_fails() throws IOException {
    fill();
    Files.createDirectory(new Layout(directory).collection());
    Files.createFile(new Layout(directory).collection().resolve("in-the-way"));
    note().write(new LastCollection(THEN, Optional.empty()));

    assertThat(note().read()).isEmpty();
    try (var files = Files.list(directory.resolve("db"))) {
      assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith(".collection"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "carrel-collection 1\n", "carrel-collection 1\nyesterday\n", "carrel-collection 1\n2026-05-01T12:00:00Z\n2026-05-01T12:00:01Z\n",
    "carrel-collection 1\n2026-05-01T12:00:00Z\n2026-05-01T12:00:01Z\ncomplete\nmany\n1\n"})
  void a_note_that_makes_no_sense_is_none(String text) throws IOException {
    fill();
    Files.writeString(new Layout(directory).collection(), text);

    assertThat(upkeep.lastCollection()).isEmpty();
  }
}
