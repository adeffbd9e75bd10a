package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collection spares, in a store of its own. */
class CollectIT {
  private static final String NOW = "--delete-older-than=0d";

  private static StoreSnapshot snapshot;

  @TempDir Path directory;
  private Path store;

  @BeforeAll
  static void makeStore() throws IOException {
    snapshot = new StoreSnapshot("shell", "hello", "--no-cwd", "--", "true");
  }

  @BeforeEach
  void restoreStore() throws IOException {
    snapshot.restore();
    store = snapshot.store();
  }

  @AfterAll
  static void removeStore() throws IOException {
    snapshot.close();
  }

  private Carrel carrel(String... words) {
    return Carrel.command(words).in(directory).withVariable("CARREL_STORE", store.toString())
        .withVariable("CARREL_STATE", directory.resolve("state").toString());
  }

  private String ok(String... words) {
    return carrel(words).says();
  }

  private Set<String> items() throws IOException {
    try (Stream<Path> items = Files.list(store.resolve("items"))) {
      return items.map(item -> item.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void what_was_asked_for_lately_stays_and_goes_when_it_is_told_to() throws IOException {
    Set<String> before = items();
    ok("store", "gc");
    assertThat(items()).isEqualTo(before);
    assertThat(ok("store", "gc", NOW, "--dry-run")).contains("would delete " + before.size() + " items");
    assertThat(items()).isEqualTo(before);

    assertThat(ok("store", "gc", NOW)).contains("deleted " + before.size() + " items", "2 remembered requests"); // for the essential packages alone, too
    assertThat(items()).isEmpty();
    assertThat(store.resolve("staging")).isEmptyDirectory();
    assertThat(ok("shell", "hello", "--no-cwd", "--", "hello")).isEqualTo("Hello, world!\n");
  }

  @Test
  void containers_that_run_keep_what_they_consist_of_detached_or_not() throws Exception {
    Process foreground = carrel("shell", "hello", "--no-cwd", "--", "sleep", "4322").start(directory.resolve("out"));
    String id = ok("shell", "hello", "--no-cwd", "--detach", "--", "sh", "-c", "sleep 5; hello; sleep 4322").strip();
    String profile = ok("store", "referrers", "hello").strip();
    Set<String> needed = ok("store", "requisites", profile).lines().map(line -> Path.of(line).getFileName().toString()).collect(Collectors.toSet());
    try {
      awaitRoot("container");
      ok("store", "gc", NOW);
      assertThat(items()).isEqualTo(needed);
      assertThat(ok("exec", id, "--", "hello")).isEqualTo("Hello, world!\n");
    } finally {
      ok("stop", "--time=0", id);
      foreground.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    }
    Await.until("nothing to be left", () -> { // the kernel takes its namespaces apart
      ok("store", "gc", NOW);
      return items().isEmpty();
    });
  }

  private void awaitRoot(String kind) {
    Await.until("a root of the kind " + kind, () -> ok("store", "roots").contains(kind));
  }

  @Test
  void profiles_keep_their_generations_and_links_what_they_lead_to() throws IOException {
    ok("profile", "install", "hello");
    ok("profile", "install", "sl");
    ok("profile", "rollback");
    ok("shell", "--root=" + directory.resolve("link"), "hello", "--no-cwd", "--", "true");
    assertThat(ok("store", "roots", "--json")).contains("\"generation\"", "default-2-link", "\"link\"");
    ok("store", "gc", "--delete-older-than=1d");
    assertThat(items()).anyMatch(item -> item.contains("-sl-"));

    ok("store", "gc", NOW);
    assertThat(items()).noneMatch(item -> item.contains("-sl-")).anyMatch(item -> item.contains("-hello-"));
    assertThat(ok("shell", "--profile=default", "--no-cwd", "--", "hello")).isEqualTo("Hello, world!\n");
    assertThat(ok("shell", "--profile=" + directory.resolve("link"), "--no-cwd", "--", "hello")).isEqualTo("Hello, world!\n");
  }

  @Test
  void starts_beside_collections_never_fail() throws Exception {
    Process collecting = collecting();
    for (int i = 0; i < 4; i++) {
      assertThat(ok("shell", "hello", "--no-cwd", "--", "hello")).isEqualTo("Hello, world!\n");
    }
    assertThat(collecting.waitFor()).isZero();
  }

  private Process collecting() throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", "for i in 1 2 3 4 5 6; do \"$0\" store gc --delete-older-than=0d -q || exit 1; done",
        Checkout.underTest().script().toString());
    builder.environment().put("CARREL_STORE", store.toString());
    builder.environment().put("CARREL_STATE", directory.resolve("state").toString());
    return builder.directory(directory.toFile()).inheritIO().start();
  }

  @Test
  void words_that_make_no_sense_are_refused() {
    for (List<String> words : List.of(List.of("gc", "--free=much"), List.of("gc", "--delete-older-than=30"), List.of("gc", "x"),
        List.of("roots", "x"), List.of("frobnicate"), List.<String>of())) {
      Carrel.Result result = carrel(Stream.concat(Stream.of("store"), words.stream()).toArray(String[]::new)).run();
      assertThat(result.status()).as(words.toString()).isEqualTo(125);
      assertThat(result.err()).startsWith("carrel store");
    }
  }
}
