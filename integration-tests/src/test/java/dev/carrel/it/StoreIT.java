package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store looked into, damaged and repaired; a store of its own, with real packages. */
class StoreIT {
  private static StoreSnapshot snapshot;

  @TempDir Path directory;
  private Path store;

  @BeforeAll
  static void makeStore() throws IOException {
    snapshot = new StoreSnapshot("profile", "install", "hello");
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

  private Path item(String name) throws IOException {
    try (Stream<Path> items = Files.list(store.resolve("items"))) {
      return items.filter(item -> item.getFileName().toString().contains("-" + name)).findFirst().orElseThrow();
    }
  }

  @Test
  void what_is_in_it_is_told() {
    assertThat(ok("store", "list", "--size")).contains("hello", "libc6", "profile", "a file that several share counts once");
    assertThat(ok("store", "info", "hello")).contains("sha256:", "source      debian", "needed by");
    String profile = ok("store", "referrers", "hello").strip(); // there is another one, of the essential packages alone
    assertThat(profile).endsWith("-profile").hasLineCount(1);
    assertThat(ok("store", "requisites", profile).lines()).anyMatch(line -> line.contains("-hello-")).hasSizeGreaterThan(20);
    assertThat(ok("store", "list", "--json")).contains("\"name\": \"hello\"");
    assertThat(carrel("store", "info", "helo").run().err()).contains("did you mean hello");
  }

  @Test
  void damage_is_found_and_repaired_and_programs_run_again() throws IOException {
    Path program = item("hello").resolve("usr/bin/hello");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    byte[] bytes = Files.readAllBytes(program);
    bytes[20] ^= 1;
    Files.write(program, bytes);
    Path copyright = item("libc6").resolve("usr/share/doc/libc6/copyright");
    Files.setPosixFilePermissions(copyright.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.delete(copyright);

    Carrel.Result found = carrel("store", "verify").run();
    assertThat(found.status()).isEqualTo(1);
    assertThat(found.out()).contains("usr/bin/hello is changed", "usr/share/doc/libc6/copyright is missing", "-profile: damaged");
    ok("store", "verify", "--repair");
    assertThat(ok("store", "verify")).contains("all are as they were made");
    assertThat(ok("shell", "--profile=default", "--no-cwd", "--", "hello")).isEqualTo("Hello, world!\n");
    assertThat(Files.exists(copyright, LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void a_lost_database_is_explained_and_made_again() throws IOException {
    for (String end : List.of("", "-wal", "-shm")) {
      Files.deleteIfExists(store.resolve("db/carrel.sqlite" + end));
    }
    Carrel.Result refused = carrel("profile", "install", "sl").run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("carrel store verify --repair");
    assertThat(ok("store", "verify", "--repair")).contains("the database: repaired");
    ok("profile", "install", "sl");
  }

  @Test
  void a_program_of_ones_own_is_a_package_like_others() throws IOException {
    Path program = Files.createDirectories(directory.resolve("tool/bin")).resolve("mytool");
    Files.writeString(program, "#!/bin/sh\necho mine\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    ok("store", "add", directory.resolve("tool").toString(), "--name=mytool", "--version=1");

    assertThat(ok("shell", "store:mytool", "hello", "--no-cwd", "--", "sh", "-c", "mytool; hello")).isEqualTo("mine\nHello, world!\n");
    ok("profile", "install", "store:mytool");
    assertThat(ok("shell", "--profile=default", "--no-cwd", "--", "mytool")).isEqualTo("mine\n");
    assertThat(carrel("shell", "store:other", "--", "true").run().err()).contains("nothing was added", "mytool");
    ok("store", "forget", "mytool");
    assertThat(carrel("shell", "store:mytool", "--no-cwd", "--", "mytool").run().status()).isEqualTo(125);
  }

  @Test
  void a_profile_goes_to_another_store_as_an_archive_and_works_there() throws IOException {
    String profile = ok("store", "referrers", "hello").strip();
    Path archive = directory.resolve("archive");
    Carrel.Result sent = carrel("store", "export", profile).under("sh", "-c", "exec \"$0\" \"$@\" > " + archive).run();
    assertThat(sent.status()).as(sent.err()).isZero();

    Path other = store.resolveSibling("other");
    Carrel.Result received = carrel("store", "import").withVariable("CARREL_STORE", other.toString()).withInput(Files.readAllBytes(archive)).run();
    assertThat(received.status()).as(received.err()).isZero();
    assertThat(carrel("store", "verify").withVariable("CARREL_STORE", other.toString()).run().status()).isZero();
    assertThat(carrel("shell", "--profile=" + other.resolve("items").resolve(profile), "--no-cwd", "--", "hello").run().out())
        .isEqualTo("Hello, world!\n");
    Carrel.Result copied = carrel("store", "copy", "--to=" + store.resolveSibling("third"), profile).run();
    assertThat(copied.status()).as(copied.err()).isZero();
    assertThat(store.resolveSibling("third/items").resolve(profile)).isDirectory();
  }
}
