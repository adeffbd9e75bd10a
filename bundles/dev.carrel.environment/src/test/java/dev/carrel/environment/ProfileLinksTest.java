package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.environment.SearchPaths;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest.ProfileLinks;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.environment.Fakes.FakeHost;
import dev.carrel.environment.Fakes.FakeHostStore;
import dev.carrel.environment.Fakes.FakeSource;
import dev.carrel.environment.Fakes.FakeStore;
import dev.carrel.environment.Fakes.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a place has of its profile beside the profile: links inside, what building needs, and the host's way to it. */
class ProfileLinksTest {
  private static final Path HOME = Path.of("/home/ada");
  private static final Path LINK = HOME.resolve(".carrel-profile");

  @TempDir Path temporary;
  private FakeStore store;
  private final FakeSource debian = new FakeSource("debian");
  private ContainerWorkplaces places;
  private Wanted wanted;
  private Path profile;

  @BeforeEach
  void setUp() throws IOException {
    temporary = temporary.toRealPath();
    store = new FakeStore(Files.createDirectory(temporary.resolve("store")));
    places = new ContainerWorkplaces(FakeHost.user(HOME));
    places.setStore(store);
    places.addSource(debian, Map.of());
    wanted = new Wanted(temporary);
    profile = Fakes.profile(temporary.resolve("profile"));
    Files.createFile(profile.resolve("usr/bin/hello"));
    Files.createSymbolicLink(profile.resolve("usr/bin/awk"), Path.of("/etc/alternatives/awk"));
    Files.createDirectory(profile.resolve("etc/alternatives"));
    Files.createSymbolicLink(profile.resolve("etc/alternatives/awk"), Path.of("/usr/bin/hello"));
    Files.createSymbolicLink(profile.resolve("usr/bin/lost"), Path.of("/etc/hostname"));
    wanted.software = new Software.ExistingProfile(profile);
  }

  private Workplace prepare() {
    return places.prepare(wanted.request(), Progress.silent());
  }

  private void refused(String... words) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(this::prepare).satisfies(e -> {
      assertThat(e.kind()).isEqualTo(CarrelException.Kind.USAGE);
      assertThat(e.getMessage()).contains(words);
    });
  }

  private static ProfileLinks links(String link, String target) {
    return new ProfileLinks(false, Map.of(Path.of(link), Path.of(target)));
  }

  @ParameterizedTest
  @CsvSource({"usr/bin/hello,/usr/bin/hello", "bin/hello,/usr/bin/hello", "./bin/../bin/hello,/usr/bin/hello", "bin/awk,/usr/bin/awk", "etc,/etc"})
  void a_link_to_something_of_the_profile_leads_to_where_it_is_inside(String target, String to) {
    wanted.links = links("/opt/x/tool", target);
    assertThat(prepare().spec().root().base()).contains(new Mount.Symlink(Path.of("/opt/x/tool"), to));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bin/missing", "usr/bin/lost", "../x", "usr/../../x", "dev/null"})
  void a_link_to_what_the_profile_has_not_is_refused(String target) {
    wanted.links = links("/opt/x", target);
    refused("cannot make the symbolic link /opt/x to " + target);
  }

  @Test
  void a_link_has_an_absolute_path_and_a_place_of_its_own() {
    wanted.links = links("x", "bin/hello");
    refused("the symbolic link x", "relative");
    wanted.links = links("/bin", "usr/bin");
    assertThat(prepare().spec().root().base()).containsOnlyOnce(new Mount.Symlink(Path.of("/bin"), "usr/bin"));
    wanted.links = links("/bin", "usr/lib");
    refused("cannot make the symbolic link /bin to /usr/lib", "leads to usr/bin already");
    wanted.links = links("/opt/x", "bin/hello");
    wanted.share(temporary, "/opt/x");
    refused("cannot put two things at /opt/x");
  }

  @Test
  void the_profile_is_linked_in_the_home_directory_and_the_environment_is_called_so() {
    wanted.links = new ProfileLinks(true, Map.of());
    Workplace place = prepare();
    assertThat(place.spec().root().base()).contains(new Mount.Symlink(LINK, profile.toString()),
        new Mount.Bind(profile, profile, Access.EXPOSE, Mapping.Kind.DIRECTORY, false));
    assertThat(place.spec().process().environment()).containsEntry("CARREL_ENVIRONMENT", LINK.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/home", "/home/ada", "/home/ada/.carrel-profile", "/home/ada/.carrel-profile/x"})
  void it_is_not_linked_where_something_else_is(String target) {
    wanted.links = new ProfileLinks(true, Map.of());
    wanted.share(temporary, target);
    refused("cannot link the profile at " + LINK, "--link-profile");
  }

  @Test
  void without_a_profile_there_is_nothing_to_link() {
    wanted.links = new ProfileLinks(true, Map.of());
    wanted.software = new Software.HostSystem();
    refused("cannot link a profile");
  }

  @Test
  void what_building_needs_is_another_profile_than_the_package() {
    debian.offersInputs = true;
    places.prepare(wanted.packages("hello").request(), Progress.silent());
    places.prepare(wanted.inputs("hello").request(), Progress.silent());
    places.prepare(wanted.inputs("jq", "debian:hello").request(), Progress.silent());
    debian.calls.clear();
    places.prepare(wanted.inputs("hello").request(), Progress.silent());
    assertThat(debian.calls).isEmpty();
    assertThat(store.remembered).hasSize(3);
  }

  @Test
  void who_knows_packages_alone_is_told_by_name() throws IOException {
    wanted.inputs("hello");
    refused("what building hello needs cannot be had from debian");
    debian.offersInputs = true;
    places.addHostStore(new FakeHostStore("nix", temporary.resolve("nix")));
    wanted.inputs("jq", "nix:hello");
    refused("what building hello needs cannot be had from nix");
    assertThat(debian.calls).isEmpty();
  }

  @Test
  void programs_of_the_host_find_the_directories_that_the_profile_has() throws IOException {
    Files.createDirectories(profile.resolve("usr/games"));
    Files.createDirectories(profile.resolve("usr/share/man"));
    SearchPaths paths = places.searchPaths(wanted.request(), Progress.silent());
    assertThat(paths.profile()).contains(profile);
    assertThat(paths.variables()).containsOnly(Map.entry("PATH", profile + "/usr/bin:" + profile + "/usr/games"),
        Map.entry("MANPATH", profile + "/usr/share/man"), Map.entry("XDG_DATA_DIRS", profile + "/usr/share"));
  }

  @Test
  void packages_that_are_not_at_their_own_paths_are_refused_without_a_container() throws IOException {
    places.addHostStore(new FakeHostStore("nix", temporary.resolve("nix")));
    wanted.packages("nix:hello");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> places.searchPaths(wanted.request(), Progress.silent()))
        .withMessageContaining("cannot use /nix/store/hello without a container: it lies in " + temporary.resolve("nix/hello"));
  }

  @Test
  void a_profile_whose_path_no_list_of_directories_can_have_is_refused() throws IOException {
    wanted.software = new Software.ExistingProfile(Fakes.profile(temporary.resolve("a:b")));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> places.searchPaths(wanted.request(), Progress.silent()))
        .withMessageContaining("no directory with a ':'");
  }
}
