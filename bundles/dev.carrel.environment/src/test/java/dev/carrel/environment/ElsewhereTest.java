package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Life.Pin;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.environment.Fakes.FakeHost;
import dev.carrel.environment.Fakes.FakeHostStore;
import dev.carrel.environment.Fakes.FakeSource;
import dev.carrel.environment.Fakes.FakeStore;
import dev.carrel.environment.Fakes.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packages that lie in other stores of the host. */
class ElsewhereTest {
  private static final Path SHELL = Path.of("/bin/sh");

  @TempDir Path temporary;
  private FakeStore store;
  private FakeHostStore nix;
  private final FakeSource debian = new FakeSource("debian");
  private ContainerWorkplaces places;
  private Wanted wanted;

  @BeforeEach
  void setUp() throws IOException {
    temporary = temporary.toRealPath();
    store = new FakeStore(temporary.resolve("store"));
    nix = new FakeHostStore("nix", temporary.resolve("nix"));
    places = new ContainerWorkplaces(FakeHost.user(Path.of("/home/ada")));
    places.setStore(store);
    places.addSource(debian, Map.of());
    places.addHostStore(nix);
    wanted = new Wanted(temporary);
  }

  private Workplace prepare(String... packages) {
    return places.prepare(wanted.packages(packages).request(), Progress.silent());
  }

  private static List<Mount> mounts(Workplace place) {
    return place.spec().root().base();
  }

  private static Optional<Mount> at(Path target, Workplace place) {
    return mounts(place).stream().filter(mount -> mount.target().equals(target)).findFirst();
  }

  private void refused(String message, String... packages) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> prepare(packages)).withMessageContaining(message);
  }

  @Test
  void each_item_is_mounted_at_its_own_path_and_no_profile_is_made() {
    nix.shell = true;
    Workplace place = prepare("nix:hello");

    assertThat(nix.calls).containsExactly("resolve [hello]");
    assertThat(debian.calls).isEmpty();
    assertThat(place.profile()).isEmpty();
    assertThat(at(nix.item("hello"), place)).contains(
        new Mount.Bind(temporary.resolve("nix/hello"), nix.item("hello"), Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    assertThat(at(nix.item("library"), place)).contains(
        new Mount.Bind(temporary.resolve("nix/library"), nix.item("library"), Access.EXPOSE, Mapping.Kind.FILE, false));
    assertThat(at(SHELL, place)).contains(new Mount.Symlink(SHELL, nix.item("hello/bin/sh").toString()));
    assertThat(at(Path.of("/usr"), place)).isEmpty();
  }

  @Test
  void search_paths_come_before_the_usual_directories_and_the_users_variables_count_more() {
    wanted.variables.put("MANPATH", "/mine");
    wanted.preserve.add(Pattern.compile("^MANPATH$"));
    Map<String, String> variables = prepare("nix:hello").spec().process().environment();
    assertThat(variables.get("PATH")).startsWith("/nix/store/hello/bin:/usr/local/bin:");
    assertThat(variables).containsEntry("MANPATH", "/mine");
  }

  @Test
  void where_no_package_brings_a_shell_it_is_the_hosts_with_what_it_loads() throws IOException {
    assumeTrue(Files.isExecutable(SHELL), "needs a /bin/sh");
    Workplace place = prepare("nix:hello");
    assertThat(at(SHELL, place)).contains(new Mount.Bind(SHELL.toRealPath(), SHELL, Access.EXPOSE, Mapping.Kind.FILE, false));
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/ldd")), "needs ldd");
    assertThat(mounts(place)).anyMatch(mount -> mount.target().getFileName().toString().startsWith("ld-"));
  }

  @Test
  void the_same_again_asks_nobody() {
    Workplace first = prepare("nix:hello");
    nix.calls.clear();
    Workplace second = prepare("nix:hello");
    assertThat(nix.calls).isEmpty();
    assertThat(second.spec().root()).isEqualTo(first.spec().root());
    assertThat(second.spec().process().environment()).isEqualTo(first.spec().process().environment());
  }

  @Test
  void another_state_or_an_item_that_is_gone_asks_anew() throws IOException {
    prepare("nix:hello");
    nix.state = "tomorrow";
    prepare("nix:hello");
    assertThat(nix.calls).hasSize(2);
    Files.delete(temporary.resolve("nix/library"));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> prepare("nix:hello")).withMessageContaining("cannot be read any more");
    assertThat(nix.calls).hasSize(3);
  }

  @Test
  void a_listing_that_is_damaged_is_made_anew() throws IOException {
    prepare("nix:hello");
    for (var item : List.copyOf(store.valid)) {
      Files.writeString(store.locate(item).resolve(Listing.FILE), "installation 1\0nix\0" + "99\0");
    }
    prepare("nix:hello");
    assertThat(nix.calls).hasSize(2);
  }

  @Test
  void a_plan_remembers_nothing_and_builds_nothing() {
    wanted.software = new Software.Packages(List.of(PackageRequest.parse("nix:hello")), Optional.empty(), false, true);
    places.plan(wanted.request(), Progress.silent());
    assertThat(nix.calls).containsExactly("resolve [hello]");
    assertThat(store.remembered).isEmpty();
    places.prepare(wanted.request(), Progress.silent());
    assertThat(nix.calls).endsWith("resolve [hello] and build");
  }

  @Test
  void beside_them_packages_of_a_package_source_are_a_profile_as_ever() {
    nix.shell = true;
    Workplace place = prepare("nix:hello", "jq", "debian:curl");
    assertThat(place.profile()).isPresent();
    assertThat(place.resolution().orElseThrow().packages()).extracting("name").containsExactly("jq", "curl");
    assertThat(at(nix.item("hello"), place)).isPresent();
    assertThat(at(Path.of("/usr"), place)).isPresent();
    assertThat(at(SHELL, place)).as("the profile's").isEmpty();
    assertThat(prepare("jq", "curl").profile()).isEqualTo(place.profile());
    assertThat(debian.calls).as("one profile, however its packages are written").containsExactly("resolve IF_MISSING", "realize");
  }

  @Test
  void a_word_chooses_its_store_by_prefix_path_or_option() throws IOException {
    FakeHostStore guix = new FakeHostStore("guix", temporary.resolve("guix"));
    places.addHostStore(guix);
    prepare("guix:hello=2", "/nix/store/hello", "/guix/store/a=b");
    assertThat(guix.calls).containsExactly("resolve [hello=2, /guix/store/a=b]");
    assertThat(nix.calls).containsExactly("resolve [/nix/store/hello]");

    wanted.software = new Software.Packages(List.of(PackageRequest.parse("hello")), Optional.of("guix"), false);
    places.prepare(wanted.request(), Progress.silent());
    assertThat(guix.calls).endsWith("resolve [hello]");
    prepare("libc6:i386");
    assertThat(debian.calls).as("an architecture of Debian's").isNotEmpty();
  }

  @Test
  void what_makes_no_sense_is_refused() {
    refused("cannot use /etc/passwd as a package: it is no item of a store of nix", "/etc/passwd");
    refused("the package nix: lacks its name: write nix:NAME", "nix:");
    wanted.root = Optional.of(Path.of("keep"));
    refused("keep packages of nix: they are in no profile of Carrel's", "nix:hello");
    wanted.root = Optional.empty();
    wanted.software = new Software.Packages(List.of(PackageRequest.parse("jq")), Optional.empty(), false, true);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> places.prepare(wanted.request(), Progress.silent()))
        .withMessageContaining("--build is for those of a store of the host");
    places.removeHostStore(nix);
    refused("start the bundle dev.carrel.store.nix, which offers", "/nix/store/hello");
    refused("start the bundle dev.carrel.store.nix, which offers", "nix:hello");
  }

  @Test
  void what_a_recorded_container_uses_is_pinned_and_otherwise_the_user_is_told() {
    assertThat(prepare("nix:hello").notes()).anyMatch(note -> note.contains("no record of it is wanted"));
    wanted.life = Life.attached(Optional.empty());
    assertThat(prepare("nix:hello").notes()).anyMatch(note -> note.contains("you may not write where nix looks for what is in use"));
    nix.roots = Optional.of(Path.of("/roots"));

    Workplace place = prepare("nix:hello");

    assertThat(place.notes()).isEmpty();
    assertThat(place.spec().life().pins()).containsExactly(new Pin(Path.of("/roots"), nix.item("hello")));
    assertThat(prepare("jq").spec().life().pins()).isEmpty();
  }
}
