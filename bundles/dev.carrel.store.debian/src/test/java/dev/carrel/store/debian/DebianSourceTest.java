package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageInfo;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which packages a request comes to: real apt, an archive made by the test, no network. */
class DebianSourceTest {
  @TempDir Path temp;
  LocalArchive archive;
  DirectoryStore store;

  @BeforeEach
  void an_archive_and_an_empty_store() throws IOException {
    assumeTrue(AptPaths.host().program("apt-get").isPresent(), "needs apt");
    archive = new LocalArchive(temp.resolve("a"));
    // Users have spaces in the names of their directories.
    store = new DirectoryStore(temp.resolve("the store"));
  }

  private Resolution resolve(String... packages) {
    return resolve(Lists.IF_MISSING, packages);
  }

  private Resolution resolve(Lists lists, String... packages) {
    return archive.source().resolve(Stream.of(packages).map(PackageRequest::parse).toList(), store, lists, Progress.silent());
  }

  private void fails(String[] packages, String... words) {
    assertThatThrownBy(() -> resolve(packages)).isInstanceOf(CarrelException.class).hasMessageContainingAll(words);
  }

  private static List<String> names(Resolution resolution) {
    return resolution.packages().stream().map(one -> one.name() + "=" + one.version()).toList();
  }

  @Test
  void a_resolution_has_dependencies_and_essential_packages_but_no_recommended_ones() throws IOException {
    archive.add("tool", "1:2.0-1~x+b1", "Depends: lib\nRecommends: doc\n");
    archive.add("lib", "3", "");
    archive.add("doc", "1", "");
    archive.add("other", "1", "");

    Resolution resolution = resolve("tool");

    assertThat(names(resolution)).containsExactly("base=1.0", "lib=3", "tool=1:2.0-1~x+b1");
    Resolved tool = resolution.packages().get(2);
    assertThat(tool.architecture()).isEqualTo("all");
    assertThat(tool.location()).startsWith("copy:").endsWith("tool_12.0-1%7ex%2bb1_all.deb");
    assertThat(tool.item().fileName()).endsWith("-tool-1_2.0-1_x+b1");
    assertThat(resolution.source()).isEqualTo("debian");
  }

  @Test
  void nothing_asked_for_comes_to_the_essential_packages() {
    assertThat(names(resolve())).containsExactly("base=1.0");
  }

  @Test
  void essential_packages_get_the_merged_usr_that_they_have_and_not_the_tool_that_makes_one() throws IOException {
    archive.add("init", "1", "Essential: yes\nDepends: usrmerge | usr-is-merged\n");
    archive.add("usrmerge", "1", "Conflicts: usr-is-merged\n");
    archive.add("usr-is-merged", "1", "");

    assertThat(names(resolve())).containsExactly("base=1.0", "init=1", "usr-is-merged=1");
    assertThat(names(resolve("usrmerge"))).containsExactly("base=1.0", "init=1", "usrmerge=1");
  }

  @Test
  void the_item_depends_on_the_archive_only() throws IOException {
    archive.add("tool", "1", "");
    Resolved one = resolve("tool").packages().get(1);

    assertThat(one.item().digest()).isEqualTo(Sha256.of("deb-unpack-1\0" + one.sha256()).substring(0, 32));
    assertThat(one.sha256()).isEqualTo(Sha256.of(archive.repository().resolve("tool_1_all.deb"), Sha256.java()));
  }

  @Test
  void the_newest_version_is_taken_unless_another_is_asked_for() throws IOException {
    archive.add("tool", "1", "");
    archive.add("tool", "2", "");

    assertThat(names(resolve("tool"))).contains("tool=2");
    assertThat(names(resolve("tool=1"))).contains("tool=1").doesNotContain("tool=2");
    assertThat(names(resolve("tool", "tool=1", "tool=1"))).containsOnlyOnce("tool=1");
  }

  @Test
  void a_version_that_is_not_there_is_told_with_those_that_are() throws IOException {
    archive.add("tool", "1", "");
    archive.add("tool", "2", "");
    fails(new String[] {"tool=3"}, "tool", "3", "There is 2, 1");
  }

  @Test
  void two_versions_of_one_package_are_a_contradiction() {
    fails(new String[] {"tool=1", "tool=2"}, "two versions", "1", "2");
  }

  @Test
  void an_unknown_package_is_told_with_the_nearest_names() throws IOException {
    archive.add("cowsay", "1", "");
    archive.add("cowsay-off", "1", "");
    archive.add("unlike", "1", "");
    assertThatThrownBy(() -> resolve("cowsya")).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("cowsya is unknown", "cowsay", "--refresh").hasMessageNotContaining("unlike");
  }

  @Test
  void a_virtual_package_is_told_with_what_provides_it() throws IOException {
    archive.add("mawk", "1", "Provides: awk\n");
    archive.add("gawk", "1", "Provides: awk\n");
    fails(new String[] {"awk"}, "virtual", "mawk", "gawk");
  }

  @Test
  void packages_that_exclude_each_other_are_told_with_the_reason() throws IOException {
    archive.add("left", "1", "Conflicts: right\n");
    archive.add("right", "1", "");
    fails(new String[] {"left", "right"}, "left, right", "Conflicts: right");
  }

  @Test
  void a_dependency_that_does_not_exist_is_told() throws IOException {
    archive.add("tool", "1", "Depends: nowhere (>= 7)\n");
    fails(new String[] {"tool"}, "tool", "nowhere (>= 7)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"t", "Tool", "to ol", "tool/testing", "?essential", "~n.", "tool*", "^tool", ".*", "tool;id", "./tool.deb", "tool:", "tool:i386:x",
      "tool\n", "+tool", "tool=", "tool=-1", "tool=1 -o", "tool=*", "tool=1/x"})
  void what_apt_would_take_for_more_than_a_name_is_refused_before_apt_is_run(String name) {
    assertThatThrownBy(() -> resolve(name)).isInstanceOfSatisfying(CarrelException.class,
        e -> assertThat(e.kind()).isEqualTo(CarrelException.Kind.USAGE));
    assertThat(store.directory()).doesNotExist();
  }

  @Test
  void a_trailing_minus_or_plus_or_a_dot_means_nothing_but_itself() throws IOException {
    archive.add("tool", "1", "");
    archive.add("g++", "1", "");
    archive.add("python3.11", "1", "");

    assertThat(names(resolve("g++", "python3.11"))).containsExactly("base=1.0", "g++=1", "python3.11=1");
    fails(new String[] {"tool-"}, "tool- is unknown", "tool");
    fails(new String[] {"tool+"}, "tool+ is unknown");
    fails(new String[] {"base-"}, "base- is unknown");
    fails(new String[] {"python3.1"}, "python3.1 is unknown", "python3.11");
  }

  @Test
  void an_architecture_that_the_host_has_not_is_told() throws IOException {
    archive.add("tool", "1", "");
    fails(new String[] {"tool:nosuch"}, "tool:nosuch");
  }

  @Test
  void lists_are_fetched_when_they_are_missing_and_not_again() throws IOException {
    archive.add("tool", "1", "");
    assertThat(archive.source().state(store)).isEmpty();
    resolve("tool");
    String state = archive.source().state(store);
    archive.add("late", "1", "");

    fails(new String[] {"late"}, "late is unknown");
    assertThat(archive.source().state(store)).isEqualTo(state).isNotEmpty();
    assertThat(names(resolve(Lists.REFRESH, "late"))).contains("late=1");
    assertThat(archive.source().state(store)).isNotEqualTo(state);
    assertThat(names(resolve(Lists.AS_THEY_ARE, "late"))).contains("late=1");
  }

  @Test
  void the_state_changes_with_the_configuration() throws IOException {
    resolve();
    String before = archive.source().state(store);
    Files.writeString(archive.etc().resolve("preferences.d/pin"), "Package: x\nPin: version 1\nPin-Priority: 1\n");
    String pinned = archive.source().state(store);
    archive.sources(archive.line() + "\n# more");

    assertThat(pinned).isNotEqualTo(before);
    assertThat(archive.source().state(store)).isNotEqualTo(pinned);
  }

  @Test
  void the_hosts_pins_count() throws IOException {
    archive.add("tool", "1", "");
    archive.add("tool", "2", "");
    Files.writeString(archive.etc().resolve("preferences.d/pin"), "Package: tool\nPin: version 1\nPin-Priority: 1001\n");
    assertThat(names(resolve("tool"))).contains("tool=1");
  }

  @Test
  void the_hosts_hooks_are_not_run_and_its_cache_settings_do_not_matter() throws IOException {
    Path mark = temp.resolve("mark");
    archive.configure("hooks", """
        APT::Update::Pre-Invoke {"touch @";}; APT::Update::Post-Invoke {"touch @";}; APT::Update::Post-Invoke-Success {"touch @";};
        DPkg::Pre-Install-Pkgs {"touch @";}; DPkg::Post-Invoke {"touch @";}; AptCli::Hooks::Install {"touch @";};
        Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; Dir::Cache "/nonexistent"; Dir::State "/nonexistent";
        APT::Install-Recommends "true"; Acquire::GzipIndexes "true"; APT::Get::AllowUnauthenticated "true";
        """.replace("@", mark.toString()));
    archive.add("tool", "1", "Recommends: doc\n");
    archive.add("doc", "1", "");

    Resolution resolution = resolve("tool");
    archive.source().realize(resolution, store, Progress.silent());

    assertThat(names(resolution)).containsExactly("base=1.0", "tool=1");
    assertThat(mark).doesNotExist();
  }

  @Test
  void lists_that_were_never_fetched_and_may_not_be_are_told_and_nothing_is_made() {
    assertThatThrownBy(() -> resolve(Lists.AS_THEY_ARE, "tool")).isInstanceOf(CarrelException.class).hasMessageContaining("never fetched");
    assertThat(store.directory()).doesNotExist();
  }

  @Test
  void a_host_without_sources_is_told() throws IOException {
    archive.sources("# none");
    fails(new String[] {"tool"}, "no source of packages is configured", archive.etc().toString());
  }

  @Test
  void no_network_on_first_use_is_told_with_the_host_and_leaves_no_lists() throws IOException {
    archive.sources("deb http://127.0.0.1:1/debian stable main");
    fails(new String[] {"tool"}, "127.0.0.1", "refused", "network");
    assertThat(archive.source().state(store)).isEmpty();
  }

  @Test
  void no_network_on_refresh_is_told_and_leaves_the_lists_as_they_were() throws IOException {
    archive.add("tool", "1", "");
    resolve("tool");
    archive.sources("deb http://127.0.0.1:1/debian stable main");

    assertThatThrownBy(() -> resolve(Lists.REFRESH, "tool")).isInstanceOf(CarrelException.class)
        .hasMessageContainingAll("127.0.0.1", "without --refresh");
    archive.sources(archive.line());
    assertThat(names(resolve(Lists.AS_THEY_ARE, "tool"))).contains("tool=1");
  }

  @Test
  void one_unreachable_source_of_several_is_a_warning() throws IOException {
    archive.add("tool", "1", "");
    archive.sources(archive.line() + "\ndeb http://127.0.0.1:1/debian stable main");

    assertThat(names(resolve("tool"))).contains("tool=1");
    fails(new String[] {"nothing-like-it"}, "lists are incomplete", "127.0.0.1");
    assertThat(new AptCheck(store, archive.paths()).examine()).anySatisfy(
        finding -> assertThat(finding.detail()).contains("not all", "127.0.0.1"));
  }

  @Test
  void a_source_without_signature_is_refused() throws IOException {
    archive.add("tool", "1", "");
    archive.sources("deb copy:" + archive.repository() + " ./");
    fails(new String[] {"tool"}, "does not have a Release file");
  }

  @Test
  void a_source_with_a_wrong_signature_is_refused_whether_its_key_is_another_or_it_was_changed() throws Exception {
    Signature signature = new Signature(temp);
    archive.add("tool", "1", "");
    signature.key("right");
    signature.key("wrong");
    Path signed = signature.sign(archive, "right");

    String source = "deb [signed-by=" + temp + "/%s.gpg] copy:" + archive.repository() + " ./";
    archive.sources(source.formatted("wrong"));
    fails(new String[] {"tool"}, "were not taken from", "couldn't be verified", "signed-by");
    archive.sources(source.formatted("right"));
    assertThat(names(resolve(Lists.REFRESH, "tool"))).contains("tool=1");

    Files.writeString(signed, Files.readString(signed).replace("01 Jan", "02 Jan"));
    assertThatThrownBy(() -> resolve(Lists.REFRESH, "tool")).isInstanceOf(CarrelException.class).hasMessageContainingAll("signature");
  }

  @Test
  void what_the_host_holds_back_is_told_in_apts_words() throws IOException {
    archive.add("base", "1", "");
    archive.add("tool", "1", "Depends: base\n");
    Files.writeString(archive.etc().resolve("preferences.d/never"), "Package: base\nPin: version *\nPin-Priority: -1\n");
    fails(new String[] {"tool"}, "tool", "Package 'base' has no installation candidate");
    fails(new String[] {"base"}, "base", "no installation candidate");
  }

  @Test
  void a_host_without_apt_is_told() {
    DebianSource source = new DebianSource(new AptPaths(archive.etc(), List.of(temp.resolve("nowhere")), Map.of()), Sha256::java);
    assertThatThrownBy(() -> source.resolve(List.of(), store, Lists.IF_MISSING, Progress.silent()))
        .isInstanceOf(CarrelException.class).hasMessageContainingAll("apt-get", "no Debian", "--source");
    assertThat(new AptCheck(store, new AptPaths(archive.etc(), List.of(), Map.of())).examine())
        .singleElement().satisfies(finding -> assertThat(finding.remedy()).contains("install apt"));
  }

  @Test
  void a_store_whose_name_apt_cannot_read_is_told() {
    store = new DirectoryStore(temp.resolve("a\"b"));
    fails(new String[] {"tool"}, "a\"b", "quotes");
  }

  @Test
  void a_store_that_others_can_write_is_refused() throws IOException {
    Files.createDirectories(store.directory().resolve("debian"));
    Files.setPosixFilePermissions(store.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(store.directory().resolve("debian"), PosixFilePermissions.fromString("rwxrwxr-x"));
    fails(new String[] {"tool"}, "the store/debian", "written by others", "chmod go-w");
  }

  @Test
  void a_store_of_another_user_is_refused() throws IOException {
    Files.createDirectories(store.directory());
    try {
      Files.setAttribute(store.directory(), "unix:uid", 65534);
    } catch (java.nio.file.FileSystemException e) {
      abort("needs root, to give a directory away: " + e);
    }
    fails(new String[] {"tool"}, "the store", "uid 65534", "CARREL_STORE");
  }

  @Test
  void the_check_tells_of_apt_sources_keyrings_and_lists() {
    assertThat(new AptCheck(store, archive.paths()).examine()).extracting(finding -> finding.subject())
        .containsExactly("apt", "apt sources", "apt keyrings", "package lists");
    resolve();
    assertThat(new AptCheck(store, archive.paths()).examine()).last().satisfies(finding -> assertThat(finding.detail()).contains("fetched today"));
  }

  @Test
  void packages_are_found_by_all_words_of_their_names_and_descriptions_taken_literally() throws IOException {
    archive.add("tool", "1", "Description: mends c++ things\n with care\n .\n and patience\n");
    archive.add("tool-doc", "1", "Description: how to mend\n");

    assertThat(archive.source().search(List.of("mend", "c++"), store, Progress.silent()))
        .containsExactly(new PackageInfo("tool", "1", "debian", "mends c++ things", "with care\n\nand patience", ""));
    assertThat(archive.source().search(List.of("no such thing"), store, Progress.silent())).isEmpty();
    assertThat(archive.source().describe(List.of("tool-doc", "nothing", "tool"), store, Progress.silent()))
        .extracting(PackageInfo::name).containsExactly("tool-doc", "tool");
  }
}
