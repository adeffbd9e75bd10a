package dev.carrel.store.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import dev.carrel.api.store.PackageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names and paths become items, or a message that says what to do. */
class ResolveTest {
  @TempDir Path directory;
  private Place place;
  private SampleStore store;

  @BeforeEach
  void setUp() throws IOException, SQLException {
    directory = directory.toRealPath();
    place = Place.nix(directory.toString(), Map.of());
    store = SampleStore.at(place);
  }

  private NixStore nix() {
    return new NixStore(directory.toString(), Map.of("HOME", directory.resolve("home").toString(), "USER", "ada"), 2000);
  }

  private Installation resolve(String... words) {
    return resolve(nix(), words);
  }

  private static Installation resolve(DatabaseStore store, String... words) {
    return store.resolve(Stream.of(words).map(PackageRequest::parse).toList(), false, Progress.silent());
  }

  private static List<Path> closure(Installation installation) {
    return installation.closure().stream().map(Item::path).toList();
  }

  private void fails(String message, String... words) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve(words)).withMessageContaining(message);
  }

  @Test
  void a_name_is_the_item_of_that_name_with_what_it_needs() throws Exception {
    Path glibc = store.add("glibc-2.37");
    Path hello = store.add("hello-2.12.1", glibc);
    store.add("hellodoc-1");

    Installation found = resolve("hello");

    assertThat(found.store()).isEqualTo("nix");
    assertThat(found.packages()).containsExactly(hello);
    assertThat(closure(found)).containsExactlyInAnyOrder(glibc, hello);
    assertThat(found.closure()).allMatch(item -> item.source().equals(directory.resolve(item.path().toString().substring(1))));
    assertThat(found.searchPaths()).isEqualTo(Map.of("PATH", hello + "/bin"));
  }

  @Test
  void a_version_an_output_or_a_path_says_which_of_several() throws Exception {
    Path old = store.add("hello-2.10");
    Path recent = store.add("hello-2.12-pre1");
    Path headers = store.add("hello-2.10-dev");
    fails("2 items in the store are called so: " + recent + ", " + old + ". Give one of these paths, or NAME=VERSION", "hello");

    assertThat(resolve("hello=2.10").packages()).containsExactly(old);
    assertThat(resolve("hello=2.12-pre1").packages()).containsExactly(recent);
    assertThat(resolve("hello-2.10").packages()).containsExactly(old);
    assertThat(resolve("hello-dev").packages()).containsExactly(headers);
    assertThat(resolve(old.toString()).packages()).containsExactly(old);
    assertThat(resolve(recent + "/bin/hello").packages()).as("what is in an item is the item's").containsExactly(recent);
    assertThat(resolve(directory + old.toString()).packages()).as("where it is on the host").containsExactly(old);
  }

  @Test
  void recipes_and_sources_are_no_packages() throws Exception {
    Path hello = store.add("hello-2.10");
    try (var connection = store.open()) {
      for (String name : List.of("hello-2.10.drv", "hello-2.10.tar.gz", "hello-2.10.patch")) {
        Path item = store.register(connection, name, List.of());
        Files.writeString(place.onHost(item), "");
      }
    }
    assertThat(resolve("hello").packages()).containsExactly(hello);
  }

  @Test
  void what_is_installed_comes_before_what_only_lies_there() throws Exception {
    store.add("hello-2.12");
    Path installed = store.add("hello-2.10");
    Path profile = store.add("user-environment", installed);
    Files.writeString(place.onHost(profile).resolve("manifest.nix"), "[ { meta = { position = \"" + store.place().items()
        + "/x-nixpkgs/hello/default.nix:4\"; }; name = \"hello-2.10\"; out = { outPath = \"" + installed + "\"; }; outPath = \""
        + installed + "\"; type = \"derivation\"; } ]");
    Path link = Files.createDirectories(place.onHost(place.state()).resolve("profiles")).resolve("default");
    Files.createSymbolicLink(link, Path.of("default-7-link"));
    Files.createSymbolicLink(link.resolveSibling("default-7-link"), profile);
    assertThat(resolve("hello").packages()).containsExactly(installed);

    Path users = store.add("hello-2.11");
    Path own = store.add("profile", users);
    Files.writeString(place.onHost(own).resolve("manifest.json"), "{\"version\":2,\"elements\":[{\"active\":true,\"attrPath\":\"hello\","
        + "\"storePaths\":[\"" + users + "\"]}]}");
    Files.createSymbolicLink(Files.createDirectories(directory.resolve("home")).resolve(".nix-profile"), own);
    assertThat(resolve("hello").packages()).as("the user's own first").containsExactly(users);
  }

  @Test
  void a_profile_can_be_asked_for_itself() throws Exception {
    Path hello = store.add("hello-2.10");
    Path profile = store.add("user-environment", hello);
    Path link = directory.resolve("my-profile");
    Files.createSymbolicLink(link, profile);

    assertThat(nix().holds(link)).isTrue();
    assertThat(closure(resolve(link.toString()))).contains(hello, profile);
    assertThat(nix().holds(directory)).isFalse();
    assertThat(nix().holds(Path.of("/etc/passwd"))).isFalse();
    assertThat(nix().holds(Path.of("/nowhere/at/all"))).isFalse();
  }

  @Test
  void an_unknown_name_is_told_with_those_like_it() throws Exception {
    store.add("hello-2.10");
    store.add("hellinor-1");
    store.add("zsh-5.9");
    fails("there is no nix:helo: no profile of yours and no item of /nix/store has it; did you mean hello", "helo");
    fails("there is no nix:hello=3: ", "hello=3");
    fails("there is no nix:qqqqqq: no profile of yours and no item of /nix/store has it. ", "qqqqqq");
  }

  @Test
  void a_path_that_is_not_valid_is_refused_whether_something_is_there_or_not() throws Exception {
    Path there = Path.of("/nix/store/" + SampleStore.hash("x") + "-half-1.0");
    Files.createDirectories(place.onHost(there));
    fails("it is not valid in " + place.database() + ", though something is there", there.toString());
    fails("it is not valid in " + place.database() + ", and nothing is there", "/nix/store/" + SampleStore.hash("y") + "-none-1.0");
  }

  @Test
  void words_that_are_no_names_are_refused() {
    for (String word : List.of("he llo", "hello;id", "*", "a\nb", "hello=1;2", "é", "../x")) {
      assertThatExceptionOfType(CarrelException.class).as(word).isThrownBy(() -> resolve(word))
          .withMessageContaining("is no name of a package of Nix");
    }
  }

  @Test
  void a_shell_comes_from_the_packages_or_what_they_need_or_the_rest_of_the_store() throws Exception {
    Path hello = store.add("hello-2.10");
    assertThat(resolve("hello").links()).isEmpty();

    Path other = shell("bash-5.2");
    assertThat(resolve("hello").links()).isEqualTo(Map.of(Path.of("/bin/sh"), other.resolve("bin/sh")));
    assertThat(closure(resolve("hello"))).containsExactlyInAnyOrder(hello, other);

    Path needed = shell("bash-4.4");
    Path script = store.add("script-1", needed);
    assertThat(resolve("script").links()).containsValue(needed.resolve("bin/sh"));
    assertThat(closure(resolve("script"))).containsExactlyInAnyOrder(script, needed);

    Path wanted = shell("mksh-1");
    assertThat(resolve("script", "mksh").links()).containsValue(wanted.resolve("bin/sh"));
  }

  private Path shell(String name) throws IOException, SQLException {
    Path item = store.add(name);
    Files.copy(place.onHost(item).resolve("bin").resolve(ItemName.of(item).orElseThrow().name()), place.onHost(item).resolve("bin/sh"));
    return item;
  }

  @Test
  void directories_of_the_packages_become_search_paths_in_their_order() throws Exception {
    Path first = store.add("zlib-1");
    Path second = store.add("app-1");
    Path third = store.add("helper-1");
    for (String there : List.of("share/man", "share/info", "lib/pkgconfig", "share/aclocal", "nix-support")) {
      Files.createDirectories(place.onHost(second).resolve(there));
    }
    Files.writeString(place.onHost(second).resolve("nix-support/propagated-user-env-packages"), third + " ");

    assertThat(resolve("zlib", "app").searchPaths()).isEqualTo(Map.of(
        "PATH", first + "/bin:" + second + "/bin:" + third + "/bin",
        "MANPATH", second + "/share/man", "INFOPATH", second + "/share/info", "XDG_DATA_DIRS", second + "/share",
        "PKG_CONFIG_PATH", second + "/lib/pkgconfig", "ACLOCAL_PATH", second + "/share/aclocal"));
  }

  @Test
  void the_state_changes_with_what_a_name_may_mean_and_never_for_a_path() throws Exception {
    Path hello = store.add("hello-2.10");
    List<PackageRequest> name = List.of(PackageRequest.parse("hello"));
    List<PackageRequest> path = List.of(PackageRequest.parse(hello.toString()));
    String before = nix().state(name);
    String beforePath = nix().state(path);
    assertThat(nix().state(name)).isEqualTo(before);

    store.add("hello-2.12");

    assertThat(nix().state(name)).isNotEqualTo(before);
    assertThat(nix().state(path)).isEqualTo(beforePath);
  }

  @Test
  void roots_are_where_the_caller_may_write() throws Exception {
    Path auto = place.onHost(place.state()).resolve("gcroots/auto");
    assertThat(nix().roots()).contains(auto);
    Files.delete(auto);
    assertThat(nix().roots()).as("to be made, as Nix makes it with the first root").contains(auto);
    assertThat(auto).doesNotExist();
  }

  @Test
  void a_root_that_is_no_absolute_path_is_refused_when_it_is_used() {
    NixStore store = new NixStore("", Map.of("CARREL_NIX_ROOT", "relative"), 100);
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve(store, "hello"))
        .withMessageContaining("cannot use CARREL_NIX_ROOT=relative: it is not an absolute path");
  }

  @Test
  void guix_has_another_place_and_profiles_that_declare_their_variables() throws Exception {
    Path root = directory.resolve("guix");
    Place guix = Place.guix(root.toString(), Map.of());
    SampleStore other = SampleStore.at(guix);
    Path glibc = other.add("glibc-2.35");
    Path hello = other.add("hello-2.12.1", glibc);
    other.add("hello-2.12");
    Path profile = other.add("profile", hello);
    Files.writeString(guix.onHost(profile).resolve("manifest"),
        "(manifest (version 4) (packages ((\"hello\" \"2.12.1\" \"out\" \"" + hello + "\" (propagated-inputs ()) (search-paths ())))))");
    Files.createDirectories(guix.onHost(profile).resolve("etc"));
    Files.writeString(guix.onHost(profile).resolve("etc/profile"), "# Source this file\nexport PATH=\"${GUIX_PROFILE:-" + profile
        + "}/bin${PATH:+:}$PATH\"\nexport GUIX_PYTHONPATH=\"${GUIX_PROFILE:-" + profile
        + "}/lib/python3.10/site-packages${GUIX_PYTHONPATH:+:}$GUIX_PYTHONPATH\"\nexport HARM=\"`id`\"\n");
    Path home = Files.createDirectories(directory.resolve("home"));
    Files.createSymbolicLink(home.resolve(".guix-profile"), profile);
    GuixStore store = new GuixStore(root.toString(), Map.of("HOME", home.toString()), 2000);

    assertThat(hello.toString()).startsWith("/gnu/store/");
    assertThat(resolve(store, "hello").packages()).containsExactly(hello);
    assertThat(closure(resolve(store, "hello"))).containsExactlyInAnyOrder(hello, glibc);
    assertThat(resolve(store, home.resolve(".guix-profile").toString()).searchPaths())
        .isEqualTo(Map.of("PATH", profile + "/bin", "GUIX_PYTHONPATH", profile + "/lib/python3.10/site-packages"));
    assertThat(store.holds(hello)).isTrue();
    assertThat(nix().holds(hello)).isFalse();
  }

  @Test
  void a_guix_that_is_asked_to_build_prints_the_items() throws Exception {
    Path bin = Files.createDirectories(directory.resolve("bin"));
    Path guix = Files.writeString(bin.resolve("guix"), "#!/bin/sh\necho \"guix $*: nothing like that\" >&2\nexit 1\n");
    Files.setPosixFilePermissions(guix, PosixFilePermissions.fromString("rwxr-xr-x"));
    GuixStore store = new GuixStore("", Map.of("PATH", bin.toString()), 500);
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> store.resolve(List.of(PackageRequest.parse("nothing=1")), true, Progress.silent()))
        .withMessage("cannot have guix:nothing=1 built by guix: it ended with status 1 and said: guix build nothing@1: nothing like that");
  }
}
