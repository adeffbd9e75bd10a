package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageRequest.Part;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What building a package from source needs: real apt, an archive made by the test, no network. */
class BuildInputsTest {
  @TempDir Path temp;
  LocalArchive archive;
  DirectoryStore store;

  @BeforeEach
  void an_archive_with_a_source_package() throws IOException {
    assumeTrue(AptPaths.host().program("apt-get").isPresent(), "needs apt");
    archive = new LocalArchive(temp.resolve("a"));
    store = new DirectoryStore(temp.resolve("the store"));
    archive.add("build-essential", "12", "Depends: compiler\n");
    archive.add("compiler", "1", "");
    archive.add("helper", "13", "Depends: helper-lib\n");
    archive.add("helper-lib", "1", "");
    archive.add("jq", "1", "");
    archive.add("jq", "2", "");
    archive.addSource("tool", "2.0-1", "Build-Depends: helper (>= 13), elsewhere [no-such-arch], checker <!nocheck> | jq\nBuild-Depends-Indep: docs\n");
    archive.add("docs", "1", "");
  }

  /** A word with a minus in front is a package itself. */
  private Resolution resolve(Lists lists, String... words) {
    List<PackageRequest> wanted = new ArrayList<>();
    for (String word : words) {
      wanted.add(word.startsWith("-") ? PackageRequest.parse(word.substring(1)) : PackageRequest.parse(word).of(Part.INPUTS));
    }
    return archive.source().resolve(wanted, store, lists, Progress.silent());
  }

  private List<String> inputs(String... words) {
    return resolve(Lists.IF_MISSING, words).packages().stream().map(one -> one.name() + "=" + one.version()).toList();
  }

  private void fails(String word, String... told) {
    assertThatThrownBy(() -> inputs(word)).isInstanceOf(CarrelException.class).hasMessageContainingAll(told);
  }

  @Test
  void the_inputs_are_what_the_source_package_says_for_this_machine_with_what_every_build_needs_and_the_essential_packages() {
    assertThat(inputs("tool"))
        .containsExactly("base=1.0", "build-essential=12", "compiler=1", "docs=1", "helper=13", "helper-lib=1", "jq=2");
  }

  @Test
  void packages_themselves_may_stand_beside_them_also_of_a_version_that_apt_would_not_choose() throws IOException {
    archive.add("editor", "1", "Depends: jq\n");
    assertThat(inputs("tool", "-editor", "-jq=1")).contains("helper=13", "editor=1", "jq=1").doesNotContain("jq=2");
    assertThat(inputs("tool=2.0-1", "-jq")).contains("jq=2");
  }

  @Test
  void essential_packages_get_the_merged_usr_that_they_have_and_not_the_tool_that_makes_one() throws IOException {
    archive.add("init", "1", "Essential: yes\nDepends: usrmerge | usr-is-merged\n");
    archive.add("usrmerge", "1", "Conflicts: usr-is-merged\n");
    archive.add("usr-is-merged", "1", "");
    assertThat(inputs("tool")).contains("init=1", "usr-is-merged=1").doesNotContain("usrmerge=1");
  }

  @Test
  void several_are_resolved_together() throws IOException {
    archive.addSource("other", "1", "Build-Depends: ruler\nBuild-Conflicts: paper\n");
    archive.add("ruler", "1", "");
    archive.add("paper", "1", "");

    assertThat(inputs("tool", "other")).contains("helper=13", "ruler=1");
    assertThatThrownBy(() -> inputs("other", "-paper")).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("inputs of other, paper", "paper").hasMessageNotContaining("builddeps").hasMessageNotContaining(".dsc");
  }

  @Test
  void the_name_of_a_package_stands_for_that_of_its_source() throws IOException {
    archive.add("tool-bin", "2.0-1", "Source: tool\n");
    assertThat(inputs("tool-bin")).isEqualTo(inputs("tool"));
  }

  @Test
  void an_unknown_one_is_told_with_the_nearest_names_and_a_version_with_those_there_are() {
    fails("tolo", "source package tolo is unknown", "nearest", "tool", "--refresh");
    fails("tool=9", "source package tool has no version 9", "There is 2.0-1");
  }

  @Test
  void a_need_that_nothing_fulfils_is_told() throws IOException {
    archive.addSource("broken", "1", "Build-Depends: nowhere (>= 7)\n");
    fails("broken", "inputs of broken", "building broken", "nowhere (>= 7)");
  }

  @Test
  void what_is_no_name_is_refused_before_apt_is_run() {
    for (String word : List.of("tool:amd64", "./tool.dsc", "tool/stable", "*")) {
      assertThatThrownBy(() -> inputs(word)).isInstanceOfSatisfying(CarrelException.class,
          e -> assertThat(e.kind()).isEqualTo(CarrelException.Kind.USAGE));
    }
    assertThat(store.directory()).doesNotExist();
  }

  @Test
  void lists_of_source_packages_are_fetched_when_they_are_wanted_first_and_from_then_on() throws IOException {
    inputs("-jq");
    assertThat(lists()).isEmpty();
    assertThatThrownBy(() -> resolve(Lists.AS_THEY_ARE, "tool")).isInstanceOf(CarrelException.class).hasMessageContaining("source packages were never fetched");

    inputs("tool");
    String state = archive.source().state(store);
    assertThat(lists()).hasSize(1);
    archive.addSource("late", "1", "");
    fails("late", "late is unknown");
    assertThat(archive.source().state(store)).isEqualTo(state);
    resolve(Lists.REFRESH, "-jq");
    assertThat(inputs("late")).contains("build-essential=12");
  }

  private List<String> lists() throws IOException {
    try (Stream<Path> files = Files.list(store.directory().resolve("debian/lists"))) {
      return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith("_Sources")).toList();
    }
  }

  @Test
  void a_package_that_is_only_there_as_source_is_no_package() {
    inputs("tool");
    fails("-tool", "The package tool is unknown");
  }

  @Test
  void an_archive_without_source_packages_is_told_and_nothing_of_the_attempt_stays() throws IOException {
    Files.delete(archive.repository().resolve("Sources"));
    fails("tool", "none of the sources of packages in", "deb-src");
    assertThat(store.directory().resolve("debian/sources.list.d")).doesNotExist();
    assertThat(inputs("-jq")).contains("jq=2");
  }

  @Test
  void no_network_is_told_and_packages_themselves_can_be_had_still() throws IOException {
    inputs("-jq");
    String line = archive.line();
    archive.sources("deb http://127.0.0.1:1/debian stable main");
    fails("tool", "127.0.0.1", "refused");
    archive.sources(line);
    assertThat(inputs("-jq")).contains("jq=2");
  }

  @Test
  void a_source_without_signature_is_refused() throws IOException {
    inputs("-jq");
    archive.sources("deb copy:" + archive.repository() + " ./");
    fails("tool", "does not have a Release file");
  }

  @Test
  void nothing_of_a_request_stays_also_of_one_that_was_killed() throws IOException {
    Path debian = store.directory().resolve("debian");
    inputs("tool");
    Path killed = Files.createDirectory(debian.resolve("request-1"));
    Files.writeString(killed.resolve("packages.dsc"), "x");
    Files.setLastModifiedTime(killed, FileTime.fromMillis(0));
    inputs("tool", "-jq=1");

    try (Stream<Path> files = Files.list(debian)) {
      assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith("request-"));
    }
  }

  @Test
  void what_says_passwords_is_for_nobody_else_to_read() throws IOException {
    inputs("tool");
    assertThat(Files.getPosixFilePermissions(store.directory().resolve("debian/sources.list.d")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void both_forms_of_sources_get_source_packages_once_and_follow_the_host() throws IOException {
    assertThat(SourceLines.ofLines(List.of("# deb x", "deb [trusted=yes] copy:/x ./ # mine", "  deb\ty z", "deb-src q r")))
        .containsExactly("# deb x", "deb [trusted=yes] copy:/x ./ # mine", "deb-src [trusted=yes] copy:/x ./ # mine", "  deb\ty z", "deb-src\ty z", "deb-src q r");
    assertThat(SourceLines.ofStanzas(List.of("types: deb", "URIs: x", "", "Types: deb deb-src", "Types:", " deb", " deb-src", "#Types: deb", "Types: deb-src", "Types:", " deb")))
        .containsExactly("types: deb deb-src", "URIs: x", "", "Types: deb deb-src", "Types:", " deb", " deb-src", "#Types: deb", "Types: deb-src", "Types: deb-src", " deb");

    archive.sources("");
    Path stanza = Files.writeString(archive.etc().resolve("sources.list.d/own.sources"),
        "Types: deb\nURIs: copy:" + archive.repository() + "\nSuites: ./\nTrusted: yes\n");
    Files.writeString(archive.etc().resolve("sources.list.d/left.bak"), "deb nonsense");
    assertThat(inputs("tool")).contains("helper=13");
    Files.delete(stanza);
    archive.sources(archive.line() + "\n" + archive.line().replace("deb ", "deb-src "));
    assertThat(resolve(Lists.REFRESH, "tool").packages()).hasSize(7);
    assertThat(store.directory().resolve("debian/warnings")).hasContent("");
    Path derived = store.directory().resolve("debian/sources.list.d");
    try (Stream<Path> files = Files.list(derived)) {
      assertThat(files).allMatch(file -> FileSystems.getDefault().getPathMatcher("glob:**/0-sources.list").matches(file));
    }
  }
}
