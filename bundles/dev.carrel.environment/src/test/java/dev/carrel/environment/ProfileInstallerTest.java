package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.store.Generation;
import dev.carrel.api.store.Generation.Chosen;
import dev.carrel.api.store.Generations;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.StorePath;
import dev.carrel.environment.Fakes.FakeSource;
import dev.carrel.environment.Fakes.FakeStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileInstallerTest {
  private static final ProfileName NAME = ProfileName.DEFAULT;

  private final FakeSource debian = new FakeSource("debian");
  private final FakeGenerations generations = new FakeGenerations();
  private ProfileInstaller installer;

  /** In memory; somebody else may be quicker a few times. */
  private static final class FakeGenerations implements Generations {
    final List<Generation> all = new ArrayList<>();
    int quicker;

    @Override
    public List<ProfileName> profiles() {
      return all.isEmpty() ? List.of() : List.of(NAME);
    }

    @Override
    public Path link(ProfileName profile) {
      return Path.of("/store/profiles", profile.name());
    }

    @Override
    public Optional<Generation> current(ProfileName profile) {
      return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    @Override
    public List<Generation> all(ProfileName profile) {
      return all;
    }

    @Override
    public Optional<Generation> add(ProfileName profile, int expected, StorePath item, List<Chosen> packages, Progress progress) {
      if (quicker > 0) {
        quicker--;
        List<Chosen> others = new ArrayList<>(all.isEmpty() ? List.of() : all.get(all.size() - 1).packages());
        others.add(new Chosen(PackageRequest.parse("other" + all.size()), "debian", "1"));
        all.add(new Generation(profile, all.size() + 1, item, Instant.now(), others));
      }
      if (all.size() != expected) {
        return Optional.empty();
      }
      all.add(new Generation(profile, all.size() + 1, item, Instant.now(), packages));
      return current(profile);
    }

    @Override
    public Generation switchTo(ProfileName profile, int number) {
      throw new UnsupportedOperationException("it only installs");
    }

    @Override
    public Generation rollBack(ProfileName profile) {
      throw new UnsupportedOperationException("it only installs");
    }

    @Override
    public void delete(ProfileName profile, Collection<Integer> numbers) {
      throw new UnsupportedOperationException("it only installs");
    }
  }

  @BeforeEach
  void makeStore(@TempDir Path temporary) {
    installer = new ProfileInstaller(Fakes.FakeHost.user(java.nio.file.Path.of("/home/ada")), new FakeStore(temporary), generations);
    installer.addSource(debian, Map.of());
  }

  private Generation install(String... names) {
    return installer.install(NAME, Stream.of(names).map(PackageRequest::parse).toList(), Optional.empty(), false, Scripts.standard(), Progress.silent()).generation();
  }

  private static List<String> requests(Generation generation) {
    return generation.packages().stream().map(one -> one.request().toString()).toList();
  }

  @Test
  void packages_are_added_to_what_was_asked_for_before() {
    assertThat(requests(install("a", "b"))).containsExactly("a", "b");
    assertThat(requests(install("c", "a=2"))).containsExactly("b", "c", "a=2");
    assertThat(generations.all.get(1).packages().get(0)).isEqualTo(new Chosen(PackageRequest.parse("b"), "debian", "1"));
  }

  @Test
  void a_package_whose_source_is_said_though_it_is_the_usual_one_is_the_same_package() {
    assertThat(requests(install("a", "debian:a"))).containsExactly("a");
    assertThat(requests(install("debian:a=2", "b"))).containsExactly("a=2", "b");
    assertThat(requests(installer.remove(NAME, List.of("debian:a"), Scripts.standard(), Progress.silent()).generation())).containsExactly("b");
  }

  @Test
  void what_changes_nothing_makes_no_generation() {
    install("a");
    assertThat(install("a").number()).isEqualTo(1);
    assertThat(generations.all).hasSize(1);
  }

  @Test
  void packages_are_removed_by_their_names_and_one_that_was_not_asked_for_is_refused() {
    install("a", "b=1");
    assertThat(requests(installer.remove(NAME, List.of("b"), Scripts.standard(), Progress.silent()).generation())).containsExactly("a");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> installer.remove(NAME, List.of("a", "x"), Scripts.standard(), Progress.silent()))
        .withMessageContaining("x").withMessageContaining("not asked for");
    assertThat(generations.all).hasSize(2);
    assertThat(requests(installer.remove(NAME, List.of("a"), Scripts.standard(), Progress.silent()).generation())).isEmpty();
  }

  @Test
  void an_upgrade_fetches_the_lists_and_resolves_all_that_was_asked_for_anew() {
    install("a");
    debian.calls.clear();
    installer.upgrade(NAME, Scripts.standard(), Progress.silent());
    assertThat(debian.calls).containsExactly("resolve REFRESH", "realize");
  }

  @Test
  void where_others_change_the_profile_meanwhile_both_changes_stay() {
    generations.quicker = 2;
    assertThat(requests(install("a"))).containsExactly("other0", "other1", "a");
    assertThat(generations.all).hasSize(3);
  }

  @Test
  void it_does_not_try_for_ever() {
    generations.quicker = 1000;
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> install("a")).withMessageContaining("change it all the time");
  }

  @Test
  void a_profile_that_is_not_there_can_neither_be_upgraded_nor_have_packages_removed() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> installer.upgrade(NAME, Scripts.standard(), Progress.silent())).withMessageContaining("no profile");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> installer.remove(NAME, List.of("a"), Scripts.standard(), Progress.silent()))
        .withMessageContaining("no profile");
  }
}
