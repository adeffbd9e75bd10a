package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages that were resolved elsewhere: a real apt, an archive made by the test, and a second store that has no lists. */
class RestoreTest {
  @TempDir Path temp;
  private LocalArchive archive;
  private DirectoryStore first;
  private DirectoryStore other;

  @BeforeEach
  void an_archive_and_two_stores() throws IOException {
    assumeTrue(AptPaths.host().program("apt-helper").isPresent(), "needs apt-helper");
    archive = new LocalArchive(temp.resolve("a"));
    first = new DirectoryStore(temp.resolve("first"));
    other = new DirectoryStore(temp.resolve("other"));
  }

  private Resolution resolve(String... packages) {
    return archive.source().resolve(Stream.of(packages).map(PackageRequest::parse).toList(), first, Lists.IF_MISSING, Progress.silent());
  }

  private void restore(Resolution resolution, String... archives) {
    archive.source().restore(resolution, List.of(archives), other, Progress.silent());
  }

  private static Resolution changed(Resolution resolution, UnaryOperator<Resolved> change) {
    return new Resolution(resolution.source(), resolution.packages().stream().map(change).toList());
  }

  @Test
  void packages_come_from_where_they_were_without_any_list() throws IOException {
    archive.add("tool", "1:2", "");
    Resolution resolution = resolve("tool");
    restore(resolution);

    assertThat(other.items()).hasSize(2);
    assertThat(other.locate(resolution.packages().get(1).item()).resolve("usr/share/tool/file")).hasContent("tool 1:2");
    assertThat(other.directory().resolve("debian/archives")).isEmptyDirectory();
    assertThat(other.directory().resolve("debian/stamp")).doesNotExist();
  }

  @Test
  void what_is_in_the_store_already_needs_nothing() throws IOException {
    Path deb = archive.add("tool", "1", "");
    Resolution resolution = resolve("tool");
    restore(resolution);
    Files.delete(deb);
    restore(resolution);
    assertThat(other.items()).hasSize(2);
  }

  @Test
  void what_is_gone_is_looked_for_in_another_archive() throws IOException {
    Path deb = archive.add("tool", "1", "");
    Resolution resolution = resolve("tool");
    Path kept = Files.createDirectories(temp.resolve("kept"));
    Files.move(deb, kept.resolve(deb.getFileName()));
    restore(resolution, "copy:" + temp.resolve("nothing"), "file:" + kept);
    assertThat(other.items()).hasSize(2);
  }

  @Test
  void what_is_nowhere_any_more_is_told_with_its_version_and_what_to_do() throws IOException {
    Path deb = archive.add("tool", "1:2", "");
    Resolution resolution = resolve("tool");
    Files.delete(deb);

    assertThatThrownBy(() -> restore(resolution)).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("The locked package tool 1:2 cannot be had any more", "--archive=ADDRESS", "carrel lock --update");
    assertThat(other.items()).isEmpty();
  }

  @Test
  void another_file_at_the_same_place_is_refused() throws IOException {
    archive.add("tool", "1", "");
    Resolution resolution = resolve("tool");
    archive.add("tool", "1", "", new DebBuilder().file("./usr/bin/evil", "evil"));

    assertThatThrownBy(() -> restore(resolution)).isInstanceOf(CarrelException.class).hasMessageContainingAll("tool 1", "cannot be had any more");
    assertThat(other.items()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-o=Dir::Bin=x", "exec:/bin/sh", "ssh://host/x", "http://a b", "http://a\nb", "", "/etc/passwd", "cdrom:[x]/y"})
  void what_is_no_address_of_an_archive_never_gets_to_apt(String location) {
    Resolution hostile = changed(resolve(), one ->
        new Resolved(one.name(), one.version(), one.architecture(), one.item(), one.size(), one.sha256(), location));

    assertThatThrownBy(() -> restore(hostile)).isInstanceOf(CarrelException.class).hasMessageContainingAll("was refused", "is no address");
    assertThat(other.directory()).doesNotExist();
  }

  @Test
  void versions_are_preferred_as_long_as_the_lists_have_them_and_nothing_else_is_asked_for() throws IOException {
    archive.add("dep", "1", "");
    archive.add("dep", "2", "");
    archive.add("tool", "1", "Depends: dep\n");
    List<PackageRequest> wanted = List.of(PackageRequest.parse("tool"));
    List<String> found = new ArrayList<>();
    for (String preferred : List.of("dep=1", "dep=3", "Of_Another_Source=1")) {
      archive.source().resolve(wanted, List.of(PackageRequest.parse(preferred)), first, Lists.IF_MISSING, Progress.silent()).packages()
          .forEach(one -> found.add(one.name() + "=" + one.version()));
    }

    assertThat(found).containsExactly("base=1.0", "dep=1", "tool=1", "base=1.0", "dep=2", "tool=1", "base=1.0", "dep=2", "tool=1");
    try (Stream<Path> left = Files.list(first.directory().resolve("debian/cache"))) {
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("preferences"))).isEmpty();
    }
  }

  @Test
  void the_place_in_another_archive_is_that_below_its_pool() {
    assertThat(AddressedDownloads.elsewhere("https://kept.example/d/2026", "http://archive.example/debian/pool/main/t/tool/tool_1%2b2_all.deb"))
        .isEqualTo("https://kept.example/d/2026/pool/main/t/tool/tool_1%2b2_all.deb");
    assertThat(AddressedDownloads.elsewhere("file:/kept", "copy:/flat/./tool_1_all.deb")).isEqualTo("file:/kept/tool_1_all.deb");
  }
}
