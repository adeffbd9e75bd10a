package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Packages of Nix's and Guix's stores in containers. */
@ExtendWith(TestStore.Extension.class)
class HostStoresIT {
  private static final String LOOPING = "echo started; while :; do :; done";

  @TempDir Path directory;
  private HostStoreSample nix;
  private Path hello;

  @BeforeEach
  void setUp() throws IOException, SQLException {
    directory = directory.toRealPath();
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    nix = HostStoreSample.of("nix", Files.createDirectory(directory.resolve("root")));
    try (Connection connection = nix.open()) {
      hello = nix.addHello(connection);
    }
  }

  @AfterEach
  void nothing_is_left_running() throws IOException {
    for (String id : carrel("list", "--quiet").run().out().lines().toList()) {
      carrel("kill", id).run();
    }
    carrel("clean").run();
    assertThat(links(nix)).isEmpty();
    if (Files.exists(directory.resolve("store"))) {
      Trees.delete(directory.resolve("store"));
    }
  }

  private Carrel carrel(String... words) {
    return nix.using(Carrel.command(words)).in(directory).withVariable("CARREL_STORE", directory.resolve("store").toString())
        .withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private Carrel shell(String packages, String script, String... options) {
    List<String> words = new ArrayList<>(List.of("shell", "--no-cwd"));
    words.addAll(List.of(options));
    words.addAll(List.of(packages.split(" ")));
    words.addAll(List.of("--", "sh", "-c", script));
    return carrel(words.toArray(String[]::new));
  }

  private static List<Path> links(HostStoreSample store) throws IOException {
    try (Stream<Path> links = Files.list(store.roots())) {
      return links.toList();
    }
  }

  private static void prints(Carrel.Result result, String text) {
    assertThat(result.out()).as(result.err()).isEqualTo(text);
    assertThat(result.status()).isZero();
  }

  private static void refused(Carrel.Result result, String... words) {
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines().filter(line -> !line.startsWith("carrel: building "))).hasSize(1);
    assertThat(result.err()).contains(words);
  }

  @Test
  void a_database_that_may_not_be_read_is_told() throws IOException {
    Files.setPosixFilePermissions(nix.state().resolve("db/db.sqlite"), java.util.Set.of());
    refused(shell("nix:hello", "hello").asOrdinaryUser().run(), "cannot read the database of Nix", "permission denied", "make it readable");
  }

  @Test
  void a_package_of_nix_runs_at_its_own_path_with_what_it_needs_and_nothing_else() throws SQLException {
    try (Connection connection = nix.open()) {
      nix.add(connection, "stranger-1.0", List.of());
    }
    Carrel.Result result = shell("nix:hello", "hello; command -v hello; echo /nix/store/*; echo /nix/* /usr /usr/*").run();

    prints(result, "hello from nix\n" + hello + "/bin/hello\n"
        + Stream.of(hello, greeting()).map(Path::toString).sorted().reduce((a, b) -> a + " " + b).orElseThrow() + "\n/nix/store /usr /usr/*\n");
    assertThat(result.err()).isEmpty();
  }

  private Path greeting() {
    try (Stream<Path> items = Files.list(nix.onHost(nix.items()))) {
      return nix.items().resolve(items.filter(item -> item.toString().endsWith("greeting-1.0")).findFirst().orElseThrow().getFileName());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_path_of_an_item_or_of_something_in_it_or_a_link_to_it_will_do() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("profile"), hello);
    for (Path path : List.of(hello, hello.resolve("bin/hello"), link, nix.onHost(hello))) {
      prints(shell(path.toString(), "hello").run(), "hello from nix\n");
    }
  }

  @Test
  void items_cannot_be_written() {
    String script = "for place in /nix/store/x " + hello + "/x " + hello + "/bin/hello " + greeting() + "; do"
        + " (: > $place) 2> /dev/null && echo wrote $place; done; echo done";
    prints(shell("nix:hello", script).run(), "done\n");
  }

  @Test
  void guix_is_the_same_at_its_own_place() throws Exception {
    HostStoreSample guix = HostStoreSample.of("guix", Files.createDirectory(directory.resolve("guix")));
    try (Connection connection = guix.open()) {
      guix.addHello(connection);
    }
    prints(guix.using(shell("guix:hello", "hello; for item in /gnu/store/*; do echo ${item#*-}; done")).run(),
        "hello from guix\n" + (names(guix)));
    prints(guix.using(shell("hello", "hello", "--source=guix")).run(), "hello from guix\n");
    prints(guix.using(shell("guix:hello nix:hello", "hello; " + hello + "/bin/hello")).run(), "hello from guix\nhello from nix\n");
    assertThat(links(guix)).isEmpty();
  }

  private static String names(HostStoreSample store) throws IOException {
    try (Stream<Path> items = Files.list(store.onHost(store.items()))) {
      return items.map(item -> item.getFileName().toString()).sorted().map(name -> name.substring(33) + "\n").reduce("", String::concat);
    }
  }

  @Test
  void the_second_start_asks_no_database_and_starts_no_program() {
    assumeTrue(Host.can("strace", "-V"), "needs strace");
    prints(shell("nix:hello", "hello").run(), "hello from nix\n");
    Carrel.Result result = shell("nix:hello", "hello")
        .under("strace", "-f", "-qq", "-o", "/dev/stderr", "-e", "trace=execve,openat", "-e", "signal=none", "-z").run();

    prints(result, "hello from nix\n");
    assertThat(result.err()).doesNotContain("db.sqlite").doesNotContain("libsqlitejdbc").doesNotContain("/ldd\"");
  }

  @Test
  void what_a_name_means_is_found_out_anew_when_the_store_has_changed() throws Exception {
    prints(shell("nix:hello", "hello").run(), "hello from nix\n");
    try (Connection connection = nix.open()) {
      Path newer = nix.add(connection, "hello-2.0", List.of());
      nix.program(newer, "hello", "echo newer");
    }
    refused(shell("nix:hello", "hello").run(), "which nix:hello is meant? 2 items in the store are called so");
    prints(shell("nix:hello=2.0", "hello").run(), "newer\n");
    prints(shell(hello.toString(), "hello").run(), "hello from nix\n");
  }

  @Test
  void packages_of_debian_are_beside_those_of_nix(TestStore store) {
    Carrel.Result result = nix.using(store.shell("nix:hello", "--no-cwd", "--", "sh", "-c", "hello; /usr/bin/hello; ls -d /nix/store/*-hello-1.0"))
        .run();
    prints(result, "hello from nix\nHello, world!\n" + hello + "\n");
  }

  @Test
  void while_a_container_runs_a_link_keeps_its_packages_from_collection() throws Exception {
    Path output = directory.resolve("out");
    Process process = shell("nix:hello", LOOPING).start(output);
    await(output, "started");
    assertThat(links(nix)).hasSize(1);
    assertThat(Files.readSymbolicLink(Files.readSymbolicLink(links(nix).get(0)))).isEqualTo(hello);

    Host.says("kill", "-TERM", Long.toString(process.pid()));
    assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(links(nix)).isEmpty();
  }

  @Test
  void after_a_kill_the_link_goes_with_cleaning_or_the_next_start() throws Exception {
    Path output = directory.resolve("out");
    for (boolean clean : new boolean[] {true, false}) {
      Process process = shell("nix:hello", LOOPING).start(output);
      await(output, "started");
      process.destroyForcibly().waitFor();
      assertThat(links(nix)).hasSize(1);
      Await.until("the end of the link, once its container has ended", () -> {
        if (clean) {
          assertThat(carrel("clean").run().status()).isZero();
        } else {
          prints(shell("nix:hello", "hello").run(), "hello from nix\n");
        }
        return links(nix).isEmpty();
      });
    }
  }

  @Test
  void a_detached_container_has_its_link_until_it_is_stopped() throws Exception {
    assertThat(shell("nix:hello", LOOPING, "--detach", "--name=loop").run().status()).isZero();
    assertThat(links(nix)).hasSize(1);
    assertThat(carrel("plan", "shell", "--no-cwd", "nix:hello", "--", "hello").run().out())
        .contains("pinned      " + hello + " by a link in " + nix.roots());
    assertThat(carrel("stop", "--time=0", "loop").run().status()).isZero();
    assertThat(links(nix)).isEmpty();
  }

  private static void await(Path output, String text) {
    Await.until(text, () -> Files.exists(output) && Files.readString(output).contains(text));
  }

  @Test
  void hundreds_of_items_are_mounted_one_by_one() throws Exception {
    Path last = null;
    try (Connection connection = nix.open()) {
      connection.setAutoCommit(false);
      List<Path> all = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        last = nix.add(connection, "part" + i + "-1.0", i < 2 ? List.copyOf(all) : List.of(all.get(i - 1), all.get(i / 2 - 1)));
        nix.program(last, "part" + i, "echo part " + i);
        all.add(last);
      }
      connection.commit();
    }
    prints(shell("nix:part499", "set -- /nix/store/*; echo $#; for item; do \"$item\"/bin/*; done | { n=0; while read l; do n=$((n+1)); done; echo $n; }").run(),
        "500\n500\n");
  }

  @Test
  void a_plan_makes_nothing() throws IOException {
    Carrel.Result result = carrel("plan", "shell", "nix:hello", "--", "hello").run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).contains("expose     " + hello + " from " + nix.onHost(hello));
    assertThat(directory.resolve("store")).doesNotExist();
  }

  @Test
  void what_cannot_be_had_is_told_on_one_line() {
    refused(shell("nix:helo", "hello").run(), "there is no nix:helo: ", "did you mean hello?");
    refused(shell("nix:hello", "hello").withVariable("CARREL_NIX_ROOT", directory.resolve("no\nwhere").toString()).run(), "there is no Nix store here");
    refused(shell("nix:hello", "hello").withVariable("CARREL_NIX_ROOT", "here").run(), "CARREL_NIX_ROOT=here: it is not an absolute path");
    refused(shell("/nix/store/" + "0".repeat(32) + "-none", "hello").run(), "is not valid in " + nix.state().resolve("db/db.sqlite"));
    refused(shell("/etc/passwd", "hello").run(), "cannot use /etc/passwd as a package: it is no item of a store of ");
    refused(shell("nix:hello", "hello", "--root=" + directory.resolve("link")).run(), "they are in no profile of Carrel's");
    refused(shell("nix:hello;id", "hello").run(), "is no name of a package of Nix");
    refused(shell("nix:hello", "hello", "--build").withVariable("CARREL_NIX_ROOT", directory.resolve("none").toString())
        .withVariable("PATH", "/usr/bin:/bin").withVariable("NIX_PATH", "").withVariable("HOME", directory.toString()).run(),
        Host.can("nix-build", "--version") ? "cannot have nix:hello built by nix-build: it ended with status 1 and said: " : "Install Nix's tools");
  }

  /** Whoever may not write to the database's directory cannot make the files that SQLite wants beside it. */
  @Test
  @Tag(User.ROOT)
  void another_user_reads_beside_a_writer_and_is_told_that_nothing_is_kept() throws Exception {
    assumeTrue(User.weAreRoot(), "needs root, to have a store of root's");
    User user = User.ordinary().orElseThrow();
    Path own = Files.createDirectory(directory.resolve("own"));
    user.own(own);
    try (Connection writer = nix.open()) {
      Path newer = nix.add(writer, "newer-1.0", List.of());
      nix.program(newer, "newer", "echo newer");
      writer.setAutoCommit(false);
      nix.add(writer, "newer-2.0", List.of());
      assertThat(nix.state().resolve("db/db.sqlite-wal")).isNotEmptyFile();
      for (String name : List.of("newer", "hello")) {
        Carrel.Result result = shell("nix:" + name, name).as(user).withVariable("CARREL_STORE", own.resolve("store").toString())
            .withVariable("CARREL_STATE", own.resolve("state").toString()).withVariable("HOME", own.toString()).run();
        prints(result, name.equals("hello") ? "hello from nix\n" : "newer\n");
        assertThat(result.err()).contains("note: the packages of nix are not kept while the container runs");
      }
      writer.rollback();
    }
    prints(shell("nix:newer", "newer").as(user).withVariable("CARREL_STORE", own.resolve("store").toString())
        .withVariable("CARREL_STATE", own.resolve("state").toString()).withVariable("HOME", own.toString()).run(), "newer\n");
    assertThat(nix.state().resolve("db/db.sqlite-wal")).doesNotExist();
  }

  @Test
  void the_real_nix_collects_nothing_that_runs() throws Exception {
    String nixStore = "NIX_STATE_DIR='" + directory.resolve("state-of-nix") + "' nix-store "; // else it wants to set up that of the host
    assumeTrue(Host.can("sh", "-c", nixStore + "--version"), "needs Nix: nix-store");
    Path root = Files.createDirectory(directory.resolve("real"));
    HostStoreSample real = new HostStoreSample("nix", root);
    Host.says("sh", "-c", nixStore + "--init --store '" + root + "'");
    Path item = Path.of("/nix/store/" + "1".repeat(32) + "-looping-1.0");
    real.program(item, "looping", LOOPING);
    Path registration = Files.writeString(directory.resolve("registration"), item + "\n" + "0".repeat(63) + "1\n100\n\n0\n");
    Host.says("sh", "-c", nixStore + "--load-db --store '" + root + "' < '" + registration + "'");
    Path output = directory.resolve("out");

    Process process = real.using(shell("nix:looping", "looping")).start(output);
    await(output, "started");
    Host.says("sh", "-c", nixStore + "--gc --store '" + root + "'");
    assertThat(real.onHost(item)).exists();
    assertThat(process.isAlive()).isTrue();

    Host.says("kill", "-TERM", Long.toString(process.pid()));
    assertThat(process.waitFor(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
    Host.says("sh", "-c", nixStore + "--gc --store '" + root + "'");
    assertThat(real.onHost(item)).doesNotExist();
  }
}
