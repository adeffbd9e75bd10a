package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of {@link PackageSource}: extend it, and give it yours and the name of a package that it has. Nothing else of Carrel is needed:
 * the tests have a store that can do what a source asks of one.
 */
public abstract class PackageSourceConformance {
  private static final int THREADS = 4;
  private static final String FALSE_HASH = "0123456789abcdef".repeat(4);
  private static final List<String> HOSTILE = List.of("../../etc/passwd", "a b", "x;true", "$(true)", "x\ny", "*");

  /** Where the lists of packages are fetched to, once for all tests of a class. */
  @TempDir static Path shared;

  private static Resolution found;

  @TempDir Path directory;

  @BeforeAll
  static void nothing_is_found_yet() {
    found = null;
  }

  /** What is tested. */
  protected abstract PackageSource source();

  /** The name of a package that it has: a small one, which is fetched several times. */
  protected abstract String known();

  /** A store in a directory, which does not exist or was given before. */
  protected Store store(Path place) {
    return new PlainStore(place);
  }

  private Store lists() {
    return store(shared.resolve("store"));
  }

  private Store fresh(String name) {
    return store(directory.resolve(name));
  }

  private static List<PackageRequest> wanted(String name) {
    return List.of(new PackageRequest(name, Optional.empty()));
  }

  private Resolution resolve(List<PackageRequest> wanted) {
    return source().resolve(wanted, lists(), PackageSource.Lists.IF_MISSING, Progress.silent());
  }

  /** What the first test has found. */
  private Resolution found() {
    if (found == null) {
      found = resolve(wanted(known()));
    }
    return found;
  }

  /** The known package, without what it depends on. */
  private Resolution one() {
    return new Resolution(source().name(), found().packages().stream().filter(each -> each.name().equals(known())).toList());
  }

  private static StorePath item(Resolution one) {
    return one.packages().get(0).item();
  }

  @Test
  void its_name_is_told() {
    assertThat(source().name()).matches("[a-z][a-z0-9-]*");
  }

  @Test
  void a_package_that_it_has_is_found_exactly() {
    Resolution found = found();

    assertThat(found.source()).isEqualTo(source().name());
    assertThat(found.packages()).extracting(Resolved::name).contains(known()).isSortedAccordingTo(Comparator.naturalOrder());
    assertThat(found.packages()).allSatisfy(each -> {
      assertThat(each.version()).isNotBlank();
      assertThat(each.size()).isPositive();
      assertThat(each.location()).isNotBlank();
    });
    assertThat(found.items()).doesNotHaveDuplicates();
  }

  @Test
  void the_same_question_has_the_same_answer_as_long_as_its_state_is_the_same() {
    Resolution first = found();
    String state = source().state(lists());

    assertThat(state).isNotBlank();
    assertThat(resolve(wanted(known()))).isEqualTo(first);
    assertThat(source().resolve(wanted(known()), lists(), PackageSource.Lists.AS_THEY_ARE, Progress.silent())).isEqualTo(first);
    assertThat(source().state(lists())).isEqualTo(state);
  }

  @Test
  void to_ask_twice_for_one_package_is_to_ask_once() {
    assertThat(resolve(List.of(wanted(known()).get(0), wanted(known()).get(0))).items()).isEqualTo(found().items());
  }

  @Test
  void a_version_can_be_asked_for_and_one_that_it_does_not_have_is_refused() {
    Resolved found = one().packages().get(0);

    assertThat(resolve(List.of(new PackageRequest(known(), Optional.of(found.version())))).items()).contains(found.item());
    assertThatThrownBy(() -> resolve(List.of(new PackageRequest(known(), Optional.of("0.0.0none"))))).isInstanceOf(CarrelException.class)
        .hasMessageContaining(known()).hasMessageContaining("0.0.0none");
  }

  @Test
  void a_package_that_is_not_there_is_refused_with_the_nearest_names() {
    String misspelt = known() + "x";

    assertThatThrownBy(() -> resolve(wanted(misspelt))).isInstanceOf(CarrelException.class).hasMessageContaining(misspelt)
        .satisfies(e -> assertThat(e.getMessage().replace(misspelt, "")).contains(known()));
  }

  @Test
  void a_hostile_name_is_a_package_that_is_not_there() {
    for (String name : HOSTILE) {
      assertThatThrownBy(() -> resolve(wanted(name))).as(name).isInstanceOf(CarrelException.class);
    }
  }

  @Test
  void where_lists_may_not_be_fetched_it_says_that_there_are_none_or_needs_none() {
    try {
      assertThat(source().resolve(wanted(known()), fresh("new"), PackageSource.Lists.AS_THEY_ARE, Progress.silent()).items()).contains(item(one()));
    } catch (CarrelException e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(source().state(fresh("new"))).isEmpty();
    }
  }

  @Test
  void what_was_found_comes_into_the_store_and_a_second_time_nothing_happens() throws IOException {
    Resolution one = one();
    Store store = lists();
    source().realize(one, store, Progress.silent());
    assertThat(store.isValid(item(one))).isTrue();
    List<String> tree = Tree.of(store.locate(item(one)));
    assertThat(tree).isNotEmpty();
    Counted counted = new Counted();
    source().realize(one, store, counted);

    assertThat(counted.begun()).as("work that was begun for what is there").isZero();
    assertThat(Tree.of(store.locate(item(one)))).isEqualTo(tree);
  }

  @Test
  void fetched_twice_it_is_the_same_to_the_byte() throws IOException {
    Resolution one = one();
    for (String name : List.of("first", "second")) {
      source().restore(one, List.of(), fresh(name), Progress.silent());
      assertThat(fresh(name).isValid(item(one))).isTrue();
    }

    assertThat(Tree.of(fresh("first").locate(item(one)))).isEqualTo(Tree.of(fresh("second").locate(item(one))));
  }

  @Test
  void an_archive_with_another_hash_than_was_told_is_refused() {
    Resolved real = one().packages().get(0);
    Resolution forged = changed(real, FALSE_HASH, real.location());

    assertThatThrownBy(() -> source().realize(forged, fresh("realized"), Progress.silent())).isInstanceOf(CarrelException.class)
        .hasMessageContaining(real.name());
    assertThat(fresh("realized").isValid(real.item())).isFalse();
    assertThatThrownBy(() -> source().restore(forged, List.of(), fresh("restored"), Progress.silent())).isInstanceOf(CarrelException.class);
    assertThat(fresh("restored").isValid(real.item())).isFalse();
  }

  @Test
  void an_archive_that_is_not_where_it_was_is_an_error_and_nothing_is_there() {
    Resolved real = one().packages().get(0);
    Resolution gone = changed(real, real.sha256(), "file:" + directory.resolve("gone/pool/none.deb"));

    assertThatThrownBy(() -> source().restore(gone, List.of(), fresh("restored"), Progress.silent())).isInstanceOf(CarrelException.class);
    assertThat(fresh("restored").isValid(real.item())).isFalse();
  }

  private Resolution changed(Resolved real, String sha256, String location) {
    return new Resolution(source().name(), List.of(new Resolved(real.name(), real.version(), real.architecture(), real.item(), real.size(), sha256, location)));
  }

  @Test
  void many_at_once_find_the_same_and_make_it_once() throws Exception {
    Resolution one = one();
    Store store = lists();
    Callable<Resolution> work = () -> {
      Resolution found = resolve(wanted(known()));
      source().realize(one, store, Progress.silent());
      return found;
    };
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<Resolution>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(threads.submit(work));
      }
      Resolution first = all.get(0).get();
      for (Future<Resolution> each : all) {
        assertThat(each.get()).isEqualTo(first);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(store.isValid(item(one))).isTrue();
  }

  @Test
  void one_who_is_interrupted_may_be_told_so_and_another_time_it_works() {
    Resolution one = one();
    Thread.currentThread().interrupt();
    try {
      source().restore(one, List.of(), fresh("interrupted"), Progress.silent());
    } catch (CarrelException e) {
      assertThat(fresh("interrupted").isValid(item(one))).isFalse();
    } finally {
      Thread.interrupted();
    }
    source().restore(one, List.of(), fresh("interrupted"), Progress.silent());

    assertThat(fresh("interrupted").isValid(item(one))).isTrue();
  }

  @Test
  void each_piece_of_work_that_it_tells_of_has_an_end() {
    Counted counted = new Counted();
    source().resolve(wanted(known()), lists(), PackageSource.Lists.IF_MISSING, counted);
    source().restore(one(), List.of(), fresh("told"), counted);

    assertThat(counted.open()).isZero();
    assertThat(counted.beyond()).as("work that was told to be more than all of it").isFalse();
  }

  @Test
  void it_is_found_by_its_name_or_the_source_says_that_it_cannot_search() {
    try {
      assertThat(source().search(List.of(known()), lists(), Progress.silent())).extracting(PackageInfo::name).contains(known());
    } catch (CarrelException e) {
      assertThat(e.getMessage()).startsWith("cannot search").contains(source().name());
    }
  }

  @Test
  void it_is_described_and_one_that_is_not_there_is_left_out_or_the_source_says_that_it_cannot_tell() {
    try {
      assertThat(source().describe(List.of(known(), known() + "x"), lists(), Progress.silent())).extracting(PackageInfo::name).containsExactly(known());
    } catch (CarrelException e) {
      assertThat(e.getMessage()).startsWith("cannot describe").contains(source().name());
    }
  }
}
