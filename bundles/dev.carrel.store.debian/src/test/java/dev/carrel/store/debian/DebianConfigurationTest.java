package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Configuration.Program;
import dev.carrel.api.store.Configuration.Report;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import dev.carrel.api.store.Resolution.Resolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dpkg is given to configure; that it does is tested with whole containers. */
class DebianConfigurationTest {
  private static final Path INSIDE = Path.of("/run/given");

  private final DebianConfiguration configuration = new DebianConfiguration();
  @TempDir Path temp;
  private LocalArchive archive;
  private DirectoryStore store;
  private Path material;

  @BeforeEach
  void an_archive_and_an_empty_store() throws IOException {
    assumeTrue(AptPaths.host().program("apt-get").isPresent(), "needs apt");
    archive = new LocalArchive(temp.resolve("a"));
    store = new DirectoryStore(temp.resolve("store"));
    material = Files.createDirectory(temp.resolve("material"));
    archive.add("dpkg", "1", "");
  }

  private Optional<Program> prepare(Set<String> skipped, String... packages) throws IOException {
    return configuration.prepare(unpacked(packages), Optional.empty(), store, material, INSIDE, skipped);
  }

  private Resolution unpacked(String... packages) {
    Resolution resolution = archive.source().resolve(
        Stream.concat(Stream.of("dpkg"), Stream.of(packages)).map(PackageRequest::parse).toList(), store, Lists.IF_MISSING, Progress.silent());
    archive.source().realize(resolution, store, Progress.silent());
    return resolution;
  }

  private static List<String> names(Optional<Resolution> resolution) {
    return resolution.orElseThrow().packages().stream().map(Resolved::name).toList();
  }

  @Test
  void essential_packages_are_configured_before_all_others_and_then_python_each_with_what_it_needs() throws IOException {
    archive.add("core", "1", "Essential: yes\nDepends: dpkg\n", withScript("postinst"));
    archive.add("python3", "1", "Depends: library\n", withScript("postinst"));
    archive.add("library", "1", "", new DebBuilder().file("./usr/lib/library", "x"));
    archive.add("tool", "1", "Depends: library\n", withScript("postinst"));

    Optional<Resolution> python = configuration.base(unpacked("core", "python3", "tool"), store);
    Optional<Resolution> core = configuration.base(python.orElseThrow(), store);

    assertThat(names(python)).containsExactly("base", "core", "dpkg", "library", "python3");
    assertThat(names(core)).containsExactly("base", "core", "dpkg");
    assertThat(configuration.base(core.orElseThrow(), store)).isEmpty();
    assertThat(configuration.base(unpacked("core", "tool"), store)).isEqualTo(core);
  }

  @Test
  void what_brings_much_is_configured_before_what_brings_little_and_the_biggest_first() throws IOException {
    archive.add("core", "1", "Essential: yes\nDepends: dpkg\n", withScript("postinst"));
    archive.add("big", "1", "Installed-Size: 30000\nDepends: part\n", withScript("postinst"));
    archive.add("part", "1", "Installed-Size: 40000\n", withScript("postinst"));
    archive.add("huge", "1", "Installed-Size: 120000\n", withScript("postinst"));
    archive.add("little", "1", "Installed-Size: 60000\nDepends: part\n", withScript("postinst"));

    Optional<Resolution> two = configuration.base(unpacked("core", "big", "little", "huge"), store);
    Optional<Resolution> one = configuration.base(two.orElseThrow(), store);

    assertThat(names(one)).containsExactly("base", "core", "dpkg", "huge");
    assertThat(names(two)).containsExactly("base", "core", "dpkg", "huge", "little", "part");
    assertThat(names(configuration.base(one.orElseThrow(), store))).containsExactly("base", "core", "dpkg");
    assertThat(configuration.base(unpacked("core", "big", "huge"), store)).isEqualTo(one);
  }

  @Test
  void what_dpkg_does_not_belong_to_cannot_be_configured_first() throws IOException {
    archive.add("core", "1", "Essential: yes\n", withScript("postinst"));
    archive.add("tool", "1", "", withScript("postinst"));

    assertThat(configuration.base(unpacked("core", "tool"), store)).isEmpty();
  }

  @Test
  void what_has_no_scripts_is_not_worth_to_be_configured_first() throws IOException {
    archive.add("core", "1", "Essential: yes\nDepends: dpkg\n", new DebBuilder().file("./usr/share/core", "x"));
    archive.add("tool", "1", "", withScript("postinst"));

    assertThat(configuration.base(unpacked("core", "tool"), store)).isEmpty();
  }

  @Test
  void of_what_is_configured_already_nothing_is_written_and_it_is_told_what_the_others_bring() throws IOException {
    archive.add("core", "1", "Essential: yes\nDepends: dpkg\n", withScript("postinst").control("./preinst", "#!/bin/sh\n", 0755));
    archive.add("tool", "1", "", new DebBuilder().file("./usr/share/tool/file", "x")
        .control("./triggers", "activate-noawait ldconfig\ninterest /usr/lib/x\nactivate -x\n", 0644));
    Resolution all = unpacked("core", "tool");

    Optional<Program> program = configuration.prepare(all, configuration.base(all, store), store, material, INSIDE, Set.of());

    assertThat(program.orElseThrow().steps()).isEqualTo(1);
    assertThat(addition("status")).content().contains("Package: tool\n").doesNotContain("core", "dpkg");
    assertThat(material.resolve("preinst")).isEmptyFile();
    assertThat(database("info/core.list")).doesNotExist();
    assertThat(material.resolve("activated")).hasContent("ldconfig\n");
    assertThat(material.resolve("paths")).content().contains("/usr/share/tool\n", "/usr/share/tool/file\n");
  }

  private Path database(String file) {
    return material.resolve("root/var/lib/dpkg").resolve(file);
  }

  private Path addition(String file) {
    return material.resolve("more/var/lib/dpkg").resolve(file);
  }

  private static DebBuilder withScript(String name) {
    return new DebBuilder().file("./usr/share/x/file", "x").control("./" + name, "#!/bin/sh\n", 0755);
  }

  @Test
  void packages_without_scripts_need_no_program() throws IOException {
    assertThat(prepare(Set.of())).isEmpty();
  }

  @Test
  void all_packages_are_unpacked_as_far_as_dpkg_can_tell() throws IOException {
    archive.add("tool", "1:2", "Depends: dpkg\n", withScript("postinst"));

    Program program = prepare(Set.of(), "tool").orElseThrow();

    assertThat(program.command()).containsExactly("/bin/sh", "/run/given/configure.sh");
    assertThat(program.environment()).containsEntry("DEBIAN_FRONTEND", "noninteractive");
    assertThat(program.steps()).isEqualTo(3);
    assertThat(material.resolve("configure.sh")).isRegularFile();
    assertThat(addition("status")).content().contains("Package: tool\nStatus: install ok unpacked\nVersion: 1:2\n", "Depends: dpkg\n");
    assertThat(database("info/tool.postinst")).isExecutable();
    assertThat(database("info/tool.list")).content().startsWith("/.\n").contains("/usr/share/x/file\n").doesNotContain("DEBIAN");
  }

  @Test
  void what_there_can_be_several_of_is_named_with_its_architecture() throws IOException {
    archive.add("lib", "1", "Multi-Arch: same\n", withScript("postinst"));

    prepare(Set.of(), "lib");

    assertThat(database("info/lib:all.list")).exists();
    assertThat(database("info/lib.list")).doesNotExist();
  }

  @Test
  void files_have_the_names_that_their_archive_gave_them() throws IOException {
    archive.add("old", "1", "", withScript("postinst").file("./bin/tool", "x").file("./lib64/ld.so", "x").file("./usr/bin/other", "x")
        .control("./md5sums", "9dd4e461268c8034f5c8564e155c67a6  bin/tool\n9dd4e461268c8034f5c8564e155c67a6  lib64/ld.so\n"
            + "9dd4e461268c8034f5c8564e155c67a6  usr/bin/other\n", 0644));

    prepare(Set.of(), "old");

    assertThat(Files.readAllLines(database("info/old.list"))).contains("/bin", "/bin/tool", "/lib64", "/lib64/ld.so", "/usr/bin/other")
        .doesNotContain("/usr/lib64/ld.so");
  }

  @Test
  void settings_are_put_in_their_places_when_their_package_is_configured() throws IOException {
    archive.add("set", "1", "", withScript("postinst").file("./etc/set.conf", "x").control("./conffiles", "/etc/set.conf\nremove-on-upgrade /etc/old\n", 0644));

    prepare(Set.of(), "set");

    assertThat(addition("status")).content().contains("Conffiles:\n /etc/set.conf newconffile\n").doesNotContain("/etc/old");
    assertThat(material.resolve("settings")).hasContent("/etc/set.conf\n");
  }

  @Test
  void settings_of_essential_packages_and_of_what_these_need_are_there_from_the_beginning() throws IOException {
    archive.add("needed", "1", "", new DebBuilder().file("./etc/needed.conf", "x").control("./conffiles", "/etc/needed.conf\n", 0644));
    archive.add("core", "1", "Essential: yes\nDepends: needed\n", withScript("postinst"));

    prepare(Set.of(), "core");

    assertThat(addition("status")).content().contains("Conffiles:\n /etc/needed.conf 9dd4e461268c8034f5c8564e155c67a6\n");
    assertThat(material.resolve("settings")).isEmptyFile();
  }

  @Test
  void who_waits_for_triggers_is_written_down() throws IOException {
    archive.add("waits", "1", "", withScript("postinst").control("./triggers", "# x\ninterest-noawait /usr/share/x\ninterest ../up\ninterest name\n", 0644));

    prepare(Set.of(), "waits");

    assertThat(addition("triggers/File")).hasContent("/usr/share/x waits/noawait\n");
    assertThat(addition("triggers/name")).hasContent("waits\n");
    assertThat(database("up")).doesNotExist();
  }

  @Test
  void what_has_to_run_first_is_in_order_and_what_is_skipped_has_no_scripts() throws IOException {
    archive.add("aa", "1", "Pre-Depends: zz\n", withScript("preinst"));
    archive.add("zz", "1", "Depends: aa\n", withScript("preinst"));
    archive.add("skip", "1", "", withScript("preinst").control("./postinst", "#!/bin/sh\n", 0755).control("./prerm", "#!/bin/sh\n", 0755));

    prepare(Set.of("skip"), "aa", "zz", "skip");

    assertThat(material.resolve("preinst")).hasContent("zz zz all\naa aa all\n");
    assertThat(database("info/skip.postinst")).doesNotExist();
    assertThat(database("info/skip.prerm")).exists();
  }

  @Test
  void without_dpkg_nothing_can_be_configured() throws IOException {
    archive.add("tool", "1", "", withScript("postinst"));
    Resolution resolution = archive.source().resolve(List.of(PackageRequest.parse("tool")), store, Lists.IF_MISSING, Progress.silent());
    archive.source().realize(resolution, store, Progress.silent());

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> configuration.prepare(resolution, Optional.empty(), store, material, INSIDE, Set.of()))
        .withMessageContaining("dpkg").withMessageContaining("--no-scripts");
  }

  @Test
  void dpkgs_reports_are_understood_and_others_are_not() {
    assertThat(configuration.report("processing: configure: libc6:amd64")).contains(new Report.Started("libc6:amd64"));
    assertThat(configuration.report("processing: trigproc: libc-bin")).contains(new Report.Started("libc-bin"));
    assertThat(configuration.report("preinst: hello")).contains(new Report.Started("hello"));
    assertThat(configuration.report("failed: hello: preinst 2")).contains(new Report.Failed("hello", "its preinst ended with status 2"));
    assertThat(configuration.report("status: hello: half-configured")).isEmpty();
    assertThat(configuration.report("status: hello : error : installed hello package post-installation script subprocess returned error exit status 3"))
        .contains(new Report.Failed("hello", "its post-installation script returned error exit status 3"));
    assertThat(configuration.report("")).isEmpty();
    assertThat(configuration.report("failed: ")).isEmpty();
  }

  @Test
  void of_all_output_the_last_scripts_is_found() {
    assertThat(configuration.lastOutput("Setting up a (1) ...\nfrom a\nSetting up b (1) ...\nfrom b\ndpkg: error processing package b\n x\n"))
        .isEqualTo("from b\n");
    assertThat(configuration.lastOutput("Preparing a ...\nno\n")).isEqualTo("no\n");
    assertThat(configuration.lastOutput("sh: not found\n")).isEqualTo("sh: not found\n");
    assertThat(configuration.lastOutput("Setting up a (1) ...")).isEmpty();
    assertThat(configuration.lastOutput("Setting up a (1) ...\n" + "x".repeat(100_000))).hasSizeLessThan(4000).endsWith("x");
  }
}
