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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How packages come into the store: real apt, an archive made by the test, no network but this machine's own. */
class RealizeTest {
  @TempDir Path temp;
  LocalArchive archive;
  DirectoryStore store;

  @BeforeEach
  void an_archive_and_an_empty_store() throws IOException {
    assumeTrue(AptPaths.host().program("apt-get").isPresent(), "needs apt");
    archive = new LocalArchive(temp.resolve("a"));
    store = new DirectoryStore(temp.resolve("store"));
  }

  private Resolution resolve(Lists lists, String... packages) {
    return archive.source().resolve(Stream.of(packages).map(PackageRequest::parse).toList(), store, lists, Progress.silent());
  }

  private Resolution resolve(String... packages) {
    return resolve(Lists.IF_MISSING, packages);
  }

  private void realize(Resolution resolution) {
    archive.source().realize(resolution, store, Progress.silent());
  }

  /** Remembers what it is told. */
  private static final class Told implements Progress {
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    @Override
    public Task begin(String label, long total, Unit unit) {
      lines.add(label + " " + total + " " + unit);
      return new Task() {
        @Override
        public void done(long amount) {
          lines.add(label + " done " + amount);
        }

        @Override
        public void detail(String what) {
          lines.add(label + " detail " + what);
        }

        @Override
        public void close() {
          lines.add(label + " closed");
        }
      };
    }
  }

  @Test
  void packages_become_items_and_archives_are_not_kept() throws IOException {
    archive.add("tool", "1:2", "");
    Resolution resolution = resolve("tool");
    realize(resolution);

    Path item = store.locate(resolution.packages().get(1).item());
    assertThat(item.resolve("usr/share/tool/file")).hasContent("tool 1:2");
    assertThat(item.resolve("DEBIAN/control")).content().contains("Package: tool");
    assertThat(store.directory().resolve("debian/archives")).isEmptyDirectory();
  }

  @Test
  void only_what_is_missing_is_downloaded() throws IOException {
    archive.add("one", "1", "");
    archive.add("two", "1", "");
    realize(resolve("one"));
    Resolution both = resolve("one", "two");
    Told told = new Told();
    archive.source().realize(both, store, told);
    archive.source().realize(both, store, new Told());

    long size = both.packages().stream().filter(one -> one.name().equals("two")).findFirst().orElseThrow().size();
    assertThat(told.lines).contains("downloading " + size + " BYTES", "downloading detail two", "downloading done " + size, "downloading closed")
        .doesNotContain("downloading detail one");
  }

  @Test
  void what_is_there_needs_neither_apt_nor_archive() throws IOException {
    Resolution resolution = resolve();
    realize(resolution);
    DebianSource elsewhere = new DebianSource(new AptPaths(archive.etc(), List.of(), java.util.Map.of()), Sha256::java);
    elsewhere.realize(resolution, store, Progress.silent());
    assertThat(store.items()).hasSize(1);
  }

  @Test
  void archives_of_a_download_that_was_killed_are_used_if_whole_and_removed_if_foreign() throws IOException {
    Path deb = archive.add("tool", "1", "");
    Resolution resolution = resolve("tool");
    Path archives = store.directory().resolve("debian/archives");
    Files.copy(deb, archives.resolve("tool_1_all.deb"));
    Files.writeString(archives.resolve("base_1.0_all.deb"), "half");
    Files.writeString(archives.resolve("foreign_1_all.deb"), "rubbish");
    Files.delete(deb);
    realize(resolution);

    assertThat(store.items()).hasSize(2);
    assertThat(archives).isEmptyDirectory();
  }

  @Test
  void an_archive_that_was_changed_is_refused_and_nothing_is_made() throws IOException {
    Path deb = archive.add("tool", "1", "");
    Resolution resolution = resolve("tool");
    byte[] bytes = Files.readAllBytes(deb);
    bytes[bytes.length / 2] ^= 1;
    Files.write(deb, bytes);

    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContainingAll("could not be downloaded", "Hash Sum mismatch");
    assertThat(store.items()).isEmpty();
  }

  @Test
  void the_hash_is_checked_again_by_carrel() throws IOException {
    archive.add("tool", "1", "");
    Resolution found = resolve("tool");
    List<Resolved> forged = new ArrayList<>();
    for (Resolved one : found.packages()) {
      String other = Sha256.of("something else");
      forged.add(new Resolved(one.name(), one.version(), one.architecture(), Resolver.item(one.name(), one.version(), other), one.size(), other, one.location()));
    }
    assertThatThrownBy(() -> realize(new Resolution("debian", forged))).isInstanceOf(CarrelException.class).hasMessageContaining("SHA-256");
    assertThat(store.items()).isEmpty();
  }

  @Test
  void a_resolution_with_words_that_are_no_names_is_refused() {
    Resolved one = resolve().packages().get(0);
    for (String version : List.of("-o=x", "../../x", "1 x")) {
      Resolved evil = new Resolved(one.name(), version, "all", one.item(), 1, one.sha256(), one.location());
      assertThatThrownBy(() -> realize(new Resolution("debian", List.of(evil)))).isInstanceOf(CarrelException.class);
    }
    Resolved foreign = new Resolved(one.name(), one.version(), "all", one.item(), 1, Sha256.of("x"), one.location());
    assertThatThrownBy(() -> realize(new Resolution("debian", List.of(foreign)))).isInstanceOf(CarrelException.class);
  }

  @Test
  void a_hostile_package_is_refused_by_name_and_none_of_its_company_is_made() throws IOException {
    archive.add("evil", "1", "", new DebBuilder().file("./../../../escaped", "x"));
    Resolution resolution = resolve("evil");
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContainingAll("evil 1", "escaped", "'..'");
    assertThat(store.items()).isEmpty();
    assertThat(temp.resolve("escaped")).doesNotExist();
  }

  @Test
  void packages_of_a_source_without_signature_are_refused_whatever_the_source_says() throws IOException {
    archive.add("tool", "1", "");
    archive.sources("deb [allow-insecure=yes] copy:" + archive.repository() + " ./");
    Resolution resolution = resolve("tool");
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContaining("authenticated");
    assertThat(store.items()).isEmpty();
  }

  @Test
  void a_few_packages_of_a_signed_source_are_fetched_without_a_look_at_the_lists() throws Exception {
    Resolution resolution = resolvedFromSigned("");
    for (String directory : List.of("lists", "cache")) {
      try (Stream<Path> files = Files.list(store.directory().resolve("debian").resolve(directory))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
      }
    }
    realize(resolution);
    assertThat(store.items()).hasSize(2);
  }

  @Test
  void packages_of_a_signed_source_that_is_not_trusted_are_refused() throws Exception {
    Resolution resolution = resolvedFromSigned(" trusted=no");
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContaining("authenticated");
    assertThat(store.items()).isEmpty();
  }

  @Test
  void an_archive_of_a_signed_source_that_is_another_or_gone_is_told_with_what_to_do() throws Exception {
    Resolution resolution = resolvedFromSigned("");
    Path deb = archive.repository().resolve("tool_1_all.deb");
    byte[] content = Files.readAllBytes(deb);
    content[content.length - 1]++;
    Files.write(deb, content);
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContainingAll("could not be downloaded", "Hash Sum mismatch", "--refresh");
    Files.delete(deb);
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContainingAll("could not be downloaded", "tool_1_all.deb", "run the command again");
    assertThat(store.items()).isEmpty();
  }

  private Resolution resolvedFromSigned(String option) throws Exception {
    Signature signature = new Signature(temp);
    archive.add("tool", "1", "");
    archive.sources("deb [signed-by=" + signature.key("mine") + option + "] copy:" + archive.repository() + " ./");
    signature.sign(archive, "mine");
    return resolve("tool");
  }

  @Test
  void an_archive_that_is_gone_is_told_with_what_to_do() throws IOException {
    Path deb = archive.add("tool", "1", "");
    Resolution resolution = resolve("tool");
    Files.delete(deb);
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContaining("could not be downloaded");
    Files.writeString(archive.repository().resolve("Packages"), "");
    archive.add("base", "2.0", "Essential: yes\n");
    resolve(Lists.REFRESH);
    assertThatThrownBy(() -> realize(resolution)).isInstanceOf(CarrelException.class).hasMessageContaining("run the command again");
  }

  @Test
  @Timeout(300)
  void many_at_once_make_each_item_once() throws Exception {
    archive.add("one", "1", "");
    archive.add("two", "1", "");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String name = i % 2 == 0 ? "one" : "two";
        Lists lists = i % 3 == 0 ? Lists.REFRESH : Lists.IF_MISSING;
        all.add(threads.submit(() -> realize(resolve(lists, name))));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(store.items()).hasSize(3);
    assertThat(store.directory().resolve("debian/archives")).isEmptyDirectory();
  }

  @Test
  @Timeout(300)
  void an_interruption_kills_apt_and_is_told() throws Exception {
    try (SilentServer server = new SilentServer()) {
      archive.sources(server.line());
      CarrelException[] thrown = new CarrelException[1];
      boolean[] flag = new boolean[1];
      Thread worker = new Thread(() -> {
        try {
          resolve("tool");
        } catch (CarrelException e) {
          thrown[0] = e;
          flag[0] = Thread.currentThread().isInterrupted();
        }
      });
      worker.start();
      server.awaitRequest();
      assertThat(childrenThatAreApt()).isNotEmpty();
      worker.interrupt();
      worker.join();

      assertThat(thrown[0]).hasMessageContaining("interrupted");
      assertThat(flag[0]).isTrue();
      while (!childrenThatAreApt().isEmpty()) { // a killed process takes its time to die
        Thread.sleep(10);
      }
    }
  }

  private static List<String> childrenThatAreApt() {
    return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)
        .flatMap(process -> process.info().command().stream()).filter(command -> command.contains("apt")).toList();
  }

  @Test
  @Timeout(300)
  void apt_dies_with_the_jvm_that_started_it() throws Exception {
    assumeTrue(AptPaths.host().program("setpriv").isPresent(), "needs setpriv, of util-linux");
    try (SilentServer server = new SilentServer()) {
      archive.sources(server.line());
      Process jvm = anotherJvm("tool").inheritIO().start();
      try {
        server.awaitRequest();
        List<ProcessHandle> apt = jvm.descendants().toList();
        assertThat(apt).isNotEmpty();
        jvm.destroyForcibly().waitFor();
        for (ProcessHandle process : apt) {
          process.onExit().get(60, TimeUnit.SECONDS);
        }
      } finally {
        jvm.destroyForcibly();
      }
    }
  }

  private ProcessBuilder anotherJvm(String name) {
    return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
        ResolveInAnotherJvm.class.getName(), archive.etc().toString(), store.directory().toString(), name);
  }

  @Test
  @Timeout(300)
  void two_processes_share_a_store() throws Exception {
    archive.add("one", "1", "");
    archive.add("two", "1", "");
    List<Process> all = new ArrayList<>();
    for (String name : List.of("one", "two", "one")) {
      all.add(anotherJvm(name).redirectErrorStream(true).start());
    }
    for (Process one : all) {
      String said = new String(one.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(one.waitFor()).as(said).isZero();
    }
    assertThat(resolve("one", "two").packages()).allMatch(one -> store.isValid(one.item()));
  }
}
