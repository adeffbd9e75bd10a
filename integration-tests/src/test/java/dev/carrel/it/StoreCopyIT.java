package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Items sent to another host: to a server on the loopback, and the Carrel under test there, with a store of its own. */
class StoreCopyIT {
  private static final int MEGABYTES = 24;

  private static Path directory;
  private static SshServer server;
  private static Path far;
  private static String item;

  @BeforeAll
  static void startServer() throws Exception {
    directory = Files.createTempDirectory("carrel-it-copy");
    far = directory.resolve("far");
    server = SshServer.start(Files.createDirectory(directory.resolve("ssh")), List.of("CARREL_STORE=" + far,
        "CARREL_STATE=" + directory.resolve("far-state"), "JAVA_HOME=" + System.getProperty("java.home")));
    Path tool = Files.createDirectories(directory.resolve("tool/bin")).resolve("tool");
    Files.writeString(tool, "#!/bin/sh\necho here\n");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
    byte[] noise = new byte[MEGABYTES << 20]; // more than lies in all pipes and buffers on the way
    new Random(1).nextBytes(noise);
    Files.write(Files.createDirectories(directory.resolve("tool/share")).resolve("noise"), noise);
    item = carrel("store", "add", directory.resolve("tool").toString(), "--name=tool").says().strip();
  }

  @AfterAll
  static void endServer() throws IOException {
    if (server != null) {
      server.close();
    }
    Trees.delete(directory);
  }

  @BeforeEach
  void emptyFarStore() throws IOException {
    if (Files.exists(far)) {
      Trees.delete(far);
    }
    server.carrelIs("exec " + Checkout.underTest().script() + " \"$@\"");
  }

  private static Carrel carrel(String... words) {
    return Carrel.command(words).withVariable("CARREL_STORE", directory.resolve("near").toString())
        .withVariable("CARREL_STATE", directory.resolve("near-state").toString());
  }

  private static Carrel.Result copy() {
    return carrel("store", "copy", "--to=" + server.address(), item).withVariable("PATH", server.path()).run();
  }

  private static Carrel far(String... words) {
    return carrel(words).withVariable("CARREL_STORE", far.toString());
  }

  private static void assertNothingThere() throws IOException {
    assertThat(far.resolve("staging")).isEmptyDirectory();
    assertThat(far.resolve("items")).isEmptyDirectory();
    assertThat(far("store", "verify").says()).contains("0 items verified");
  }

  private static void assertRefused(Carrel.Result result, String... reasons) {
    assertThat(result.status()).as(result.err()).isEqualTo(125);
    assertThat(result.err()).contains("cannot copy to " + server.address()).contains(reasons).doesNotContain("Exception");
  }

  @Test
  void items_go_to_another_host_and_are_there_once_however_often_they_are_sent() throws IOException {
    for (int round = 0; round < 2; round++) {
      Carrel.Result result = copy();
      assertThat(result.status()).as(result.err()).isZero();
      assertThat(result.out()).contains("1 item there now");
      try (Stream<Path> items = Files.list(far.resolve("items"))) {
        assertThat(items).extracting(one -> one.getFileName().toString()).containsExactly(item);
      }
    }
    assertThat(far("store", "verify").says()).contains("1 item verified, all are as they were made");
    assertThat(far("shell", "--profile=" + far.resolve("items").resolve(item), "--expose=/bin", "--expose=/lib", "--no-cwd", "--",
        "/usr/bin/tool").run().err()).doesNotContain("cannot use the profile");
  }

  @Test
  void a_host_without_carrel_is_told_and_what_to_do() throws IOException {
    server.carrelIsNotThere();
    assertRefused(copy(), "there is no command carrel");
    assertThat(far).doesNotExist();
  }

  @Test
  void a_host_that_is_not_there_is_told() {
    Carrel.Result result = carrel("store", "copy", "--to=ssh://127.0.0.1:1", item).withVariable("PATH", server.path()).run();
    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("cannot copy to ssh://127.0.0.1:1: there is no connection");
  }

  @Test
  void an_archive_of_another_format_is_refused_there_in_its_words() throws IOException {
    server.carrelIs("sed '0,/carrel-store 1/s//carrel-store 9/' | " + Checkout.underTest().script() + " \"$@\"");
    assertRefused(copy(), "its format is not 'carrel-store 1': another Carrel made it", "ended with 125 there");
    assertThat(far).doesNotExist();
  }

  @Test
  void a_connection_that_dies_half_way_leaves_nothing_there() throws IOException {
    server.carrelIs("head -c " + (MEGABYTES << 19) + " | { " + Checkout.underTest().script() + " \"$@\" 2>" + directory.resolve("said")
        + "; kill -9 $PPID; }");
    assertRefused(copy(), "there is no connection, or there was none until the end");
    assertThat(directory.resolve("said")).content().contains("cannot import the archive", "Nothing of it was added");
    assertNothingThere();
  }

  @Test
  @Tag(User.ROOT)
  void a_full_disk_there_is_told_and_leaves_nothing() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root, to mount a small file system");
    server.carrelIs("exec unshare --mount sh -c 'mkdir -p \"$CARREL_STORE\" && mount -t tmpfs -o size=" + MEGABYTES / 2
        + "m,mode=755 none \"$CARREL_STORE\" && \"$0\" \"$@\"; status=$?; ls -A \"$CARREL_STORE/staging\" \"$CARREL_STORE/items\"; exit $status' "
        + Checkout.underTest().script() + " \"$@\"");
    Carrel.Result result = copy();
    assertRefused(result, "No space left on device", "MB are free at " + far);
    assertThat(result.out()).as("what is in its staging and items").doesNotContain(item);
  }
}
