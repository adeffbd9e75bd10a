package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.Lock;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.environment.WrittenLock;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.environment.Fakes.FakeHost;
import dev.carrel.environment.Fakes.FakeHostStore;
import dev.carrel.environment.Fakes.FakeSource;
import dev.carrel.environment.Fakes.FakeStore;
import dev.carrel.environment.Fakes.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockedPackagesTest {
  @TempDir Path temporary;
  private FakeStore store;
  private final FakeSource debian = new FakeSource("debian");
  private final List<String> read = new ArrayList<>();

  @BeforeEach
  void setUp() throws IOException {
    temporary = temporary.toRealPath();
    store = new FakeStore(temporary.resolve("store"));
  }

  private Lock made(Optional<Lock> before, String... names) {
    PackageLocks locks = new PackageLocks(FakeHost.user(Path.of("/home/ada")), store);
    locks.addSource(debian, Map.of());
    return locks.make((Software.Packages) new Wanted(temporary).packages(names).software, before, name -> false, Progress.silent()).lock();
  }

  /** On another machine: with an empty store. */
  private Workplace elsewhere(Lock lock, String digest, String... names) {
    ContainerWorkplaces places = new ContainerWorkplaces(FakeHost.user(Path.of("/home/ada")));
    places.setStore(store);
    places.addSource(debian, Map.of());
    Wanted wanted = new Wanted(temporary).packages(names);
    wanted.software = new Software.Locked((Software.Packages) wanted.software, written(lock, digest), List.of());
    return places.prepare(wanted.request(), Progress.silent());
  }

  private WrittenLock written(Lock lock, String digest) {
    return new WrittenLock() {
      @Override
      public String name() {
        return "carrel.lock";
      }

      @Override
      public String digest() {
        return digest;
      }

      @Override
      public Lock read() {
        read.add(digest);
        return lock;
      }
    };
  }

  @Test
  void a_lock_says_what_was_found_and_what_it_came_to() {
    Lock lock = made(Optional.empty(), "jq", "hello");

    assertThat(lock.request().packages()).containsExactly("hello", "jq");
    assertThat(lock.packages()).extracting(one -> one.source() + " " + one.resolved().name() + " " + one.hash())
        .containsExactly("debian jq sha256:" + "0".repeat(64), "debian hello sha256:" + "0".repeat(64));
    assertThat(lock.profile()).contains(new Lock.Tree(store.unionPath("profile", List.of()), "sha256:" + "0".repeat(64)));
  }

  @Test
  void what_is_locked_is_not_looked_up_again_and_needs_no_lists() {
    Lock lock = made(Optional.empty(), "hello");
    store = new FakeStore(temporary.resolve("other"));
    debian.calls.clear();
    debian.state = ""; // lists were never fetched there

    Workplace place = elsewhere(lock, "1", "hello");
    assertThat(debian.calls).containsExactly("realize");
    assertThat(place.profile()).contains(store.locate(lock.profile().orElseThrow().item()));
    assertThat(place.notes()).isEmpty();
  }

  @Test
  void where_what_it_comes_to_is_known_the_lock_is_not_even_read() {
    Lock lock = made(Optional.empty(), "hello");
    elsewhere(lock, "1", "hello");
    read.clear();
    debian.calls.clear();
    elsewhere(lock, "1", "hello");
    assertThat(read).isEmpty();
    assertThat(debian.calls).isEmpty();

    elsewhere(lock, "2", "hello");
    assertThat(read).as("another lock").containsExactly("2");
  }

  @Test
  void a_profile_that_is_another_is_told_loudly_each_time() {
    Lock lock = made(Optional.empty(), "hello");
    store.hashes.put(lock.profile().orElseThrow().item(), "files:" + "1".repeat(64));

    for (int i = 0; i < 2; i++) {
      assertThat(elsewhere(lock, "1", "hello").notes()).singleElement().asString().startsWith("THIS IS NOT THE PROFILE OF carrel.lock")
          .contains("files:" + "1".repeat(64), "its packages are the same, and their scripts have made something else of them");
    }
    store.hashes.put(lock.packages().get(0).resolved().item(), "sha256:" + "2".repeat(64));
    assertThat(elsewhere(lock, "1", "hello").notes().get(0)).contains("the unpacked packages hello differ");
  }

  @Test
  void options_about_finding_packages_are_refused() {
    Lock lock = made(Optional.empty(), "hello");
    ContainerWorkplaces places = new ContainerWorkplaces(FakeHost.user(Path.of("/home/ada")));
    places.setStore(store);
    places.addSource(debian, Map.of());
    Wanted wanted = new Wanted(temporary);
    wanted.software = new Software.Locked(
        new Software.Packages(List.of(PackageRequest.parse("hello")), Optional.empty(), true), written(lock, "1"), List.of());

    assertThatThrownBy(() -> places.prepare(wanted.request(), Progress.silent())).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("--refresh", "carrel.lock", "carrel lock --update");
  }

  @Test
  void packages_of_stores_of_the_host_are_locked_by_their_paths() throws IOException {
    FakeHostStore nix = new FakeHostStore("nix", temporary.resolve("nix"));
    PackageLocks locks = new PackageLocks(FakeHost.user(Path.of("/home/ada")), store);
    locks.addSource(debian, Map.of());
    locks.addHostStore(nix);
    Lock lock = locks.make((Software.Packages) new Wanted(temporary).packages("nix:hello", "jq").software, Optional.empty(), name -> false,
        Progress.silent()).lock();

    assertThat(lock.elsewhere()).singleElement().satisfies(one -> {
      assertThat(one.request()).isEqualTo("hello");
      assertThat(one.store()).isEqualTo("nix");
      assertThat(one.item()).isAbsolute();
    });
    assertThat(lock.packages()).hasSize(1);
  }
}
