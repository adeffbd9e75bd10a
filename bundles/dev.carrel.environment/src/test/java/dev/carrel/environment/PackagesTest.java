package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest.Scripts;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.store.Configuration;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Store;
import dev.carrel.environment.Fakes.FakeHost;
import dev.carrel.environment.Fakes.FakeSource;
import dev.carrel.environment.Fakes.FakeStore;
import dev.carrel.environment.Fakes.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagesTest {
  @TempDir Path temporary;
  private FakeStore store;
  private final FakeSource debian = new FakeSource("debian");
  private ContainerWorkplaces places;
  private Wanted wanted;

  @BeforeEach
  void setUp() throws IOException {
    temporary = temporary.toRealPath();
    store = new FakeStore(temporary.resolve("store"));
    places = new ContainerWorkplaces(FakeHost.user(Path.of("/home/ada")));
    places.setStore(store);
    places.addSource(debian, Map.of());
    wanted = new Wanted(temporary);
  }

  @Test
  void packages_become_a_profile_in_a_store() {
    Workplace place = prepare(wanted.packages("hello", "jq"));
    assertThat(debian.calls).containsExactly("resolve IF_MISSING", "realize");
    assertThat(store.calls).containsExactly("recall", "union", "remember");
    assertThat(place.profile()).contains(store.locate(store.unionPath("profile", List.of())));
    assertThat(place.closure()).hasSize(3);
    assertThat(place.resolution()).isPresent();
    assertThat(place.missing()).isEmpty();
  }

  @Test
  void the_same_packages_again_need_neither_the_source_nor_the_database() {
    prepare(wanted.packages("hello", "jq"));
    debian.calls.clear();
    store.calls.clear();
    Workplace place = prepare(wanted.packages("jq", "hello", "jq"));
    assertThat(debian.calls).isEmpty();
    assertThat(store.calls).containsExactly("recall");
    assertThat(place.profile()).isPresent();
  }

  @Test
  void other_packages_other_lists_and_other_sources_are_not_the_same() {
    prepare(wanted.packages("hello"));
    prepare(wanted.packages("hello=2"));
    debian.state = "lists of tomorrow";
    prepare(wanted.packages("hello"));
    places.addSource(new FakeSource("nix"), Map.of("service.ranking", 1));
    prepare(wanted.packages("hello"));
    assertThat(store.remembered).hasSize(4);
  }

  @Test
  void lists_that_are_fetched_on_first_use_belong_to_the_key() {
    debian.state = "";
    prepare(wanted.packages("hello"));
    debian.calls.clear();
    prepare(wanted.packages("hello"));
    assertThat(debian.calls).isEmpty();
  }

  @Test
  void without_a_state_nothing_is_remembered_or_recalled() {
    debian.state = "";
    debian.neverFetches = true;
    prepare(wanted.packages("hello"));
    assertThat(store.calls).containsExactly("union");
  }

  @Test
  void configured_packages_are_another_profile_than_those_that_are_not_or_only_in_part() {
    debian.configuration = Optional.of(new NamedConfiguration("steps-7"));
    Set<Path> profiles = new HashSet<>();
    for (Scripts.Use use : Scripts.Use.values()) {
      wanted.software = new Software.Packages(
          List.of(PackageRequest.parse("hello")), Optional.empty(), false, false, new Scripts(use, Duration.ofSeconds(1)));
      Path made = prepare(wanted).profile().orElseThrow();
      profiles.add(made);

      assertThat(places.plan(wanted.request(), Progress.silent()).profile()).contains(made);
      assertThat(made.getFileName().toString()).matches(name -> name.contains("steps-7") == (use != Scripts.Use.NONE));
    }
    assertThat(profiles).hasSize(3);
    assertThat(store.remembered).hasSize(3);
  }

  @Test
  void users_and_groups_that_packages_made_are_there_beside_ones_own() throws IOException {
    Path profile = Fakes.profile(store.locate(store.unionPath("profile", List.of())));
    Files.writeString(profile.resolve("etc/passwd"), "root:*:0:0:x:/:/bin/x\nada:x:7:7::/:/bin/x\npostgres:x:100:102:P,,,:/var/lib/postgresql:/bin/sh\n"
        + "www:x:1234:33::/var/www:/bin/sh\nbroken\n:x:1:1:::\n");
    Files.writeString(profile.resolve("etc/group"), "staff:x:51:\nssl-cert:x:101:postgres\nbroken:x\n");
    prepare(wanted.packages("hello"));

    Workplace place = prepare(wanted.packages("hello"));

    assertThat(generated(place, "/etc/passwd").lines()).containsExactly("root:x:0:0:root:/root:/bin/sh", "ada:x:1234:5678:Ada L.:/home/ada:/bin/sh",
        "nobody:x:65534:65534:not mapped:/nonexistent:/usr/sbin/nologin", "postgres:x:100:102:P,,,:/var/lib/postgresql:/bin/sh",
        "www:x:1234:33::/var/www:/bin/sh");
    assertThat(generated(place, "/etc/group").lines()).contains("staff:x:50:", "ssl-cert:x:101:postgres").doesNotContain("staff:x:51:", "broken:x");
  }

  @Test
  void packages_that_another_carrel_would_configure_differently_are_made_anew() {
    debian.configuration = Optional.of(new NamedConfiguration("steps-7"));
    prepare(wanted.packages("hello"));
    debian.configuration = Optional.of(new NamedConfiguration("steps-8"));
    assertThat(prepare(wanted.packages("hello")).profile().orElseThrow().toString()).contains("steps-8");
    assertThat(store.remembered).hasSize(2);
  }

  @Test
  void a_profile_of_which_one_sources_packages_are_configured_tells_which() {
    debian.configuration = Optional.of(new NamedConfiguration("steps-7"));
    places.addSource(new FakeSource("store"), Map.of("service.ranking", -1));
    Set<Path> profiles = new HashSet<>();
    for (List<String> packages : List.of(List.of("hello"), List.of("hello", "store:tool"), List.of("tool", "store:hello"))) {
      profiles.add(prepare(wanted.packages(packages.toArray(String[]::new))).profile().orElseThrow());
    }
    assertThat(profiles).hasSize(3);
  }

  private static String generated(Workplace place, String path) {
    return place.spec().root().base().stream().filter(mount -> mount.target().equals(Path.of(path)))
        .map(mount -> ((Mount.GeneratedFile) mount).content().toString()).findFirst().orElseThrow();
  }

  /** Never asked what to do, as the store of these tests makes nothing. */
  private static class NamedConfiguration implements Configuration {
    private final String format;

    NamedConfiguration(String format) {
      this.format = format;
    }

    @Override
    public String format() {
      return format;
    }

    @Override
    public Optional<Program> prepare(Resolution resolution, Optional<Resolution> configured, Store store, Path material, Path inside,
        Set<String> skipped) {
      throw new UnsupportedOperationException("nothing is configured here");
    }

    @Override
    public String lastOutput(String output) {
      return output;
    }

    @Override
    public Optional<Report> report(String line) {
      return Optional.empty();
    }
  }

  @Test
  void what_many_profiles_have_in_common_is_configured_first_and_remembered_unless_a_script_may_fail() {
    debian.configuration = Optional.of(new NamedConfiguration("steps-7") {
      @Override
      public Optional<Resolution> base(Resolution resolution, Store in) {
        return resolution.packages().isEmpty() ? Optional.empty() : Optional.of(new Resolution(resolution.source(), List.of()));
      }
    });
    prepare(wanted.packages("hello"));

    assertThat(store.remembered).hasSize(2).containsValue(store.unionPath("profile", List.of(), "steps-7"));
    store.remembered.clear();
    wanted.software = new Software.Packages(List.of(PackageRequest.parse("hello")), Optional.empty(), false, false,
        new Scripts(Scripts.Use.SKIP_FAILED, Duration.ofSeconds(1)));
    prepare(wanted);
    assertThat(store.remembered).hasSize(1);
  }

  @Test
  void refresh_fetches_the_lists_anew() {
    prepare(wanted.packages("hello"));
    debian.calls.clear();
    wanted.software = new Software.Packages(List.of(PackageRequest.parse("hello")), Optional.empty(), true);
    prepare(wanted);
    assertThat(debian.calls).containsExactly("resolve REFRESH", "realize");
  }

  @Test
  void planning_makes_nothing_and_says_what_is_missing() {
    Workplace place = places.plan(wanted.packages("hello").request(), Progress.silent());
    assertThat(debian.calls).containsExactly("resolve AS_THEY_ARE");
    assertThat(store.calls).containsExactly("recall");
    assertThat(place.missing()).hasSize(2);
    assertThat(place.profile()).isPresent();
    assertThat(place.spec().root().base()).anyMatch(mount -> mount.target().equals(Path.of("/usr")));
  }

  @Test
  void a_plan_of_what_is_there_shows_its_closure() {
    prepare(wanted.packages("hello"));
    wanted.root = Optional.of(Path.of("keep"));
    Workplace place = places.plan(wanted.request(), Progress.silent());
    assertThat(store.calls).contains("closure");
    assertThat(place.missing()).isEmpty();
    assertThat(store.roots).isEmpty();
  }

  @Test
  void a_root_keeps_the_profile_on_the_first_start_and_on_later_ones() {
    wanted.root = Optional.of(Path.of("keep"));
    prepare(wanted.packages("hello"));
    assertThat(store.roots).containsOnlyKeys(temporary.resolve("keep"));
    wanted.root = Optional.of(temporary.resolve("again"));
    prepare(wanted.packages("hello"));
    assertThat(store.roots).containsKey(temporary.resolve("again"));
  }

  @Test
  void without_a_store_the_error_names_the_bundle_that_offers_one() {
    ContainerWorkplaces bare = new ContainerWorkplaces(FakeHost.user(Path.of("/home/ada")));
    bare.addSource(debian, Map.of());
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> bare.prepare(wanted.packages("hello").request(), Progress.silent()))
        .withMessage("no store available: start the bundle dev.carrel.store, which offers one");
    wanted.software = new Software.HostSystem();
    assertThat(bare.prepare(wanted.request(), Progress.silent()).profile()).isEmpty();
  }

  @Test
  void without_a_source_the_error_names_the_bundle_that_offers_one() {
    places.removeSource(debian);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> prepare(wanted.packages("hello")))
        .withMessageContaining("no package source available").withMessageContaining("dev.carrel.store.debian");
  }

  @Test
  void an_unknown_source_is_refused_naming_those_there_are() {
    wanted.software = new Software.Packages(List.of(PackageRequest.parse("hello")), Optional.of("pacman"), false);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> prepare(wanted))
        .withMessageContaining("'pacman'").withMessageContaining("debian");
  }

  @Test
  void what_the_user_got_wrong_is_told_before_anything_is_fetched() {
    wanted.packages("hello").expose(Path.of("missing"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> prepare(wanted));
    assertThat(debian.calls).isEmpty();
  }

  @Test
  void a_profile_is_mounted_read_only_with_the_links_every_system_has() throws IOException {
    Path profile = Fakes.profile(temporary.resolve("p"));
    List<Mount> base = existing(profile).spec().root().base();
    for (String name : new String[] {"usr", "etc", "var", "opt", "srv"}) {
      assertThat(base).contains(new Mount.Bind(profile.resolve(name), Path.of("/" + name), Access.EXPOSE,
          Mapping.Kind.DIRECTORY, false));
    }
    for (String name : new String[] {"bin", "sbin", "lib", "lib64"}) {
      assertThat(base).contains(new Mount.Symlink(Path.of("/" + name), "usr/" + name));
    }
    assertThat(base).noneMatch(mount -> mount.target().equals(Path.of("/lib32")));
  }

  @Test
  void a_place_that_the_profile_does_not_have_is_made_among_what_it_has() throws IOException {
    Path profile = Fakes.profile(temporary.resolve("p"));
    Files.createFile(profile.resolve("var/file"));
    Files.createSymbolicLink(profile.resolve("var/run"), Path.of("/run"));
    wanted.share(temporary, "/var/www/site").share(temporary, "/srv/project");
    List<Mount> base = existing(profile).spec().root().base();

    assertThat(base).contains(new Mount.Directory(Path.of("/var"), 0755), new Mount.Directory(Path.of("/srv"), 0755),
        new Mount.Bind(profile.resolve("var/lib"), Path.of("/var/lib"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false),
        new Mount.Bind(profile.resolve("var/file"), Path.of("/var/file"), Access.EXPOSE, Mapping.Kind.FILE, false),
        new Mount.Symlink(Path.of("/var/run"), "/run"),
        new Mount.Bind(profile.resolve("opt"), Path.of("/opt"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
  }

  @Test
  void a_place_that_the_profile_has_needs_no_other_and_one_behind_a_link_is_seen_when_it_is_mounted() throws IOException {
    Path profile = Fakes.profile(temporary.resolve("p"));
    Files.createSymbolicLink(profile.resolve("var/tmp"), Path.of("/tmp"));
    wanted.share(temporary, "/var/lib").share(temporary, "/var/tmp/x");
    List<Mount> base = existing(profile).spec().root().base();

    assertThat(base).contains(new Mount.Bind(profile.resolve("var"), Path.of("/var"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
  }

  @Test
  void a_link_to_a_profile_is_that_profile() throws IOException {
    Path profile = Fakes.profile(temporary.resolve("p"));
    Files.createSymbolicLink(temporary.resolve("link"), profile);
    Workplace place = existing(Path.of("link"));
    assertThat(place.profile()).contains(profile);
    assertThat(place.spec().process().environment()).containsEntry("CARREL_ENVIRONMENT", profile.toString());
  }

  @Test
  void what_is_no_profile_is_refused() throws IOException {
    Files.createSymbolicLink(temporary.resolve("gone"), temporary.resolve("nowhere"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> existing(Path.of("none")))
        .withMessageContaining("no such directory");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> existing(Path.of("gone")))
        .withMessageContaining("a profile that is gone");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> existing(temporary))
        .withMessageContaining("it has no directory usr");
  }

  @Test
  void an_interactive_shell_is_bash_if_the_profile_has_it() throws IOException {
    Path profile = Fakes.profile(temporary.resolve("p"));
    wanted.command = List.of();
    Workplace plain = existing(profile);
    assertThat(plain.spec().process().command()).containsExactly("/bin/sh");
    assertThat(plain.spec().process().environment()).containsEntry("SHELL", "/bin/sh").containsEntry("PS1", "[env] $ ");
    Files.createFile(profile.resolve("usr/bin/bash"));
    Workplace bash = existing(profile);
    assertThat(bash.spec().process().command()).containsExactly("/bin/bash", "--norc");
    assertThat(bash.spec().process().environment().get("PS1")).contains("[env]");
  }

  @Test
  void a_profile_with_generations_is_used_by_its_name() throws IOException {
    Path item = Fakes.profile(temporary.resolve("item"));
    Files.createDirectories(store.directory().resolve("profiles"));
    Files.createSymbolicLink(store.directory().resolve("profiles/work"), item);
    wanted.software = new Software.NamedProfile(new ProfileName("work"));
    assertThat(prepare(wanted).profile()).contains(item);
    assertThat(store.calls).isEmpty();

    wanted.software = new Software.NamedProfile(new ProfileName("other"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> prepare(wanted)).withMessageContaining("carrel profile install");
  }

  @Test
  void a_package_may_come_from_another_source_than_the_others() {
    FakeSource own = new FakeSource("store");
    places.addSource(own, Map.of("service.ranking", -100));
    Workplace place = prepare(wanted.packages("hello", "store:tool=2", "jq"));
    assertThat(place.resolution().orElseThrow().packages()).extracting(one -> one.name()).containsExactly("hello", "jq", "tool");
    assertThat(place.resolution().orElseThrow().source()).isEqualTo("debian+store");
    assertThat(own.calls).containsExactly("resolve IF_MISSING", "realize");

    debian.calls.clear();
    prepare(wanted.packages("store:tool"));
    assertThat(debian.calls).isEmpty();
  }

  private Workplace existing(Path profile) {
    wanted.software = new Software.ExistingProfile(profile);
    return prepare(wanted);
  }

  private Workplace prepare(Wanted what) {
    return places.prepare(what.request(), Progress.silent());
  }
}
