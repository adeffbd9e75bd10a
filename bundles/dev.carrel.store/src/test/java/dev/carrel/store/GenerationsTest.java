package dev.carrel.store;

import static dev.carrel.store.Samples.item;
import static dev.carrel.store.Samples.recipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationsTest {
  private static final ProfileName NAME = ProfileName.DEFAULT;

  private Path directory;
  private DirectoryStore store;
  private DirectoryGenerations generations;

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    directory = temporary.resolve("store");
    store = Samples.store(directory);
    generations = new DirectoryGenerations(store, Samples.host());
    store.realize(List.of(recipe("a"), recipe("b"), recipe("c")), Progress.silent());
  }

  @AfterEach
  void removeStore() throws IOException {
    Freeze.remove(directory);
  }

  private static List<Chosen> asked(String... names) {
    return Stream.of(names).map(name -> new Chosen(PackageRequest.parse(name), "debian", "1")).toList();
  }

  private Generation add(int expected, String name) {
    return generations.add(NAME, expected, item(name), asked(name)).orElseThrow();
  }

  private List<Integer> numbers() {
    return generations.all(NAME).stream().map(Generation::number).toList();
  }

  @Test
  void each_change_is_a_new_generation_that_knows_what_was_asked_for() {
    add(0, "a");
    Generation second = generations.add(NAME, 1, item("b"), asked("x=1.2", "y")).orElseThrow();

    assertThat(second.number()).isEqualTo(2);
    assertThat(generations.current(NAME)).contains(second);
    assertThat(second.packages()).isEqualTo(asked("x=1.2", "y"));
    assertThat(numbers()).containsExactly(1, 2);
    assertThat(generations.profiles()).containsExactly(NAME);
    assertThat(generations.link(NAME).resolve("usr/bin/b")).exists();
  }

  @Test
  void a_new_generation_after_a_rollback_never_overwrites_a_later_one() {
    add(0, "a");
    add(1, "b");
    assertThat(generations.rollBack(NAME).number()).isEqualTo(1);
    assertThat(add(1, "c").number()).isEqualTo(3);

    assertThat(numbers()).containsExactly(1, 2, 3);
    assertThat(generations.switchTo(NAME, 2).item().fileName()).isEqualTo(item("b").fileName());
    assertThat(generations.link(NAME).resolve("usr/bin/b")).exists();
  }

  @Test
  void a_number_is_never_used_again_even_if_its_generation_was_deleted() {
    add(0, "a");
    add(1, "b");
    generations.rollBack(NAME);
    generations.delete(NAME, List.of(2));

    assertThat(add(1, "c").number()).isEqualTo(3);
  }

  @Test
  void a_change_of_what_is_not_there_any_more_changes_nothing() {
    add(0, "a");

    assertThat(generations.add(NAME, 0, item("b"), asked("b"))).isEmpty();
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void unknown_and_present_generations_are_refused_and_nothing_is_deleted_then() {
    add(0, "a");
    add(1, "b");

    refuses(() -> generations.switchTo(NAME, 7), "no generation 7", "1, 2");
    refuses(() -> generations.delete(NAME, List.of(1, 7)), "no generation 7");
    refuses(() -> generations.delete(NAME, List.of(1, 2)), "generation 2", "is at it");
    generations.rollBack(NAME);
    refuses(() -> generations.rollBack(NAME), "no generation before 1");
    refuses(() -> generations.rollBack(new ProfileName("other")), "no profile other");
    assertThat(numbers()).containsExactly(1, 2);
    assertThat(directory.resolve("profiles/.other")).doesNotExist();
  }

  private static void refuses(Runnable deed, String... words) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(deed::run).satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void an_item_that_is_not_there_makes_no_generation() {
    refuses(() -> generations.add(NAME, 0, item("none"), List.of()), "not in the store");
    assertThat(generations.current(NAME)).isEmpty();
  }

  @Test
  void names_that_are_no_names_are_refused() {
    for (String name : List.of("", "../x", "a/b", ".hidden", "-p", "a-7-link", "a\nb", "x".repeat(65), "..")) {
      assertThatIllegalArgumentException().as(name).isThrownBy(() -> new ProfileName(name));
    }
    assertThat(new ProfileName("a-link").name()).isEqualTo("a-link");
  }

  @Test
  void profiles_whose_names_begin_alike_are_kept_apart() {
    add(0, "a");
    ProfileName longer = new ProfileName("default-2");
    generations.add(longer, 0, item("b"), asked("b"));

    assertThat(numbers()).containsExactly(1);
    assertThat(generations.profiles()).containsExactly(NAME, longer);
    assertThat(generations.current(longer).orElseThrow().item().fileName()).isEqualTo(item("b").fileName());
  }

  @Test
  void a_damaged_generation_is_told_and_can_be_left() throws IOException {
    add(0, "a");
    add(1, "b");
    Files.delete(directory.resolve("profiles/.default/2"));
    refuses(() -> generations.current(NAME), "generation 2", "is gone", "switch");

    assertThat(generations.switchTo(NAME, 1).number()).isEqualTo(1);
    generations.delete(NAME, List.of(2));
    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void of_many_who_change_a_profile_at_once_none_is_lost() throws Exception {
    int each = 10;
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      DirectoryGenerations one = new DirectoryGenerations(i % 2 == 0 ? store : Samples.store(directory), Samples.host());
      all.add(CompletableFuture.runAsync(() -> Switcher.change(one, each), task -> new Thread(task).start()));
    }
    Process process = Switcher.start(directory, each);
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();

    assertThat(numbers()).containsExactlyElementsOf(IntStream.rangeClosed(1, 5 * each).boxed().toList());
  }

  @Test
  void whenever_a_process_is_killed_the_profile_is_at_its_old_or_its_new_generation() throws Exception {
    Random random = new Random(3);
    int highest = 0;
    for (int round = 0; round < 15; round++) {
      Process process = Switcher.start(directory, 100_000);
      awaitChanges(process, highest + 2);
      process.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();

      List<Integer> numbers = numbers();
      if (!numbers.isEmpty()) {
        int current = generations.current(NAME).orElseThrow().number();
        assertThat(current).isGreaterThanOrEqualTo(highest).isIn(numbers.get(numbers.size() - 1), numbers.get(numbers.size() - 1) - 1);
        assertThat(generations.link(NAME).resolve("usr/bin")).isDirectory();
        highest = current;
      }
    }
    assertThat(highest).as("changes before the kills").isGreaterThan(15);
    assertThat(add(highest, "c").number()).isGreaterThan(highest);
  }

  /** Until the process has begun to work, however slow this machine is. */
  private void awaitChanges(Process process, int number) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (numbers().stream().noneMatch(one -> one >= number)) {
      assertThat(process.isAlive() && System.nanoTime() < end).as("that it changes the profile").isTrue();
      Thread.sleep(5);
    }
  }
}
