package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles of others: how they are kept, and where they are started. */
class AddonIT {
  private static final String NAME = "org.example.sample";
  private static final String STARTS = "the sample starts";

  @TempDir static Path made;
  private static Path first;
  private static Path second;

  @TempDir Path home;

  @BeforeAll
  static void make() throws IOException {
    first = AddonJar.version("1.0.0").in(made);
    second = AddonJar.version("2.0.0").in(made);
  }

  private Path folder() {
    return home.resolve("addons");
  }

  private Carrel carrel(String... words) {
    return Carrel.command(words).withVariable("CARREL_ADDONS", folder().toString()).withVariable("CARREL_STATE", home.resolve("state").toString());
  }

  private List<String> kept() throws IOException {
    if (!Files.exists(folder())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder())) {
      return files.map(file -> file.getFileName().toString()).filter(name -> !name.equals(".lock")).sorted().toList();
    }
  }

  @Test
  void an_add_on_is_started_for_a_command_of_its_own_and_by_the_shell_and_for_nothing_else() throws IOException {
    assertThat(carrel("addon", "install", first.toString()).says()).isEqualTo("installed " + NAME + " 1.0.0\n");

    Path temporary = Files.createDirectory(home.resolve("tmp"));
    assertThat(carrel("greet").withVariable("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary).says()).contains("greetings from 1.0.0");
    try (Stream<Path> left = Files.list(temporary)) { // what the watcher of the folder could leave behind
      assertThat(left.filter(file -> file.getFileName().toString().startsWith("fileinstall-"))).isEmpty();
    }
    String listed = carrel("help", "--list").says();
    assertThat(listed.lines()).contains("sample:greet", "run", "connect").noneMatch(name -> name.startsWith("gogo:")).isSorted();
    assertThat(carrel().withInput("help --list\n").says()).contains(listed);
    assertThat(carrel("sample:nope").run().err()).contains("there is no command 'sample:nope'. There is: ", ", sample:greet");
    assertThat(carrel().withInput("sample:greet\naddon list\n").says()).contains("greetings from 1.0.0").containsPattern(NAME + " +1.0.0 +you +runs");
    Carrel.Result result = carrel("run", "--no-cwd", "--", "true").run();
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).doesNotContain(STARTS);
    assertThat(carrel("run", "--no-cwd", "--backend=none", "--", "true").run().err()).contains(STARTS, "none", "namespace");
  }

  @Test
  void another_version_takes_its_place_twice_is_as_once_and_removed_is_gone() throws IOException {
    for (Path jar : List.of(first, first, second, first)) {
      carrel("addon", "install", jar.toString()).says();
      assertThat(kept()).containsExactly(NAME + ".jar");
      assertThat(folder().resolve(NAME + ".jar")).hasSameBinaryContentAs(jar);
    }
    JsonArray list = JsonParser.parseString(carrel("addon", "list", "--json").says()).getAsJsonArray();
    assertThat(list).hasSize(1);
    assertThat(list.get(0).getAsJsonObject().get("version").getAsString()).isEqualTo("1.0.0");

    assertThat(carrel("addon", "remove", NAME).says()).isEqualTo("removed " + NAME + " 1.0.0\n");
    assertThat(kept()).isEmpty();
    Carrel.Result again = carrel("addon", "remove", NAME).run();
    assertThat(again.status()).isEqualTo(125);
    assertThat(again.err()).isEqualTo("carrel: no add-on is called '" + NAME + "'. carrel addon list shows yours\n");
  }

  @Test
  void what_is_no_sound_bundle_is_refused_in_words_and_changes_nothing() throws IOException {
    carrel("addon", "install", first.toString()).says();
    byte[] bytes = Files.readAllBytes(first);
    Path cut = Files.write(home.resolve("cut.jar"), Arrays.copyOf(bytes, bytes.length - 200));
    bytes[bytes.length / 2] ^= 1; // in the one class
    Path flipped = Files.write(home.resolve("flipped.jar"), bytes);
    Path plain = Files.write(home.resolve("plain.jar"), new byte[] {'P', 'K', 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});

    refused("damaged", cut.toString());
    refused("damaged", flipped.toString());
    refused("no bundle", plain.toString());
    refused("no such file", home.resolve("none.jar").toString());
    refused("neither a file nor a directory", "/dev/null");
    refused("no jar is in that directory", Files.createDirectory(home.resolve("empty")).toString());
    refused("symbolic name that is none", AddonJar.version("1.0.0").called("../../evil").in(home).toString());
    refused("another name of the framework", AddonJar.version("1.0.0").called("system.bundle").in(home).toString());
    refused("bundle of Carrel's own", AddonJar.version("9.0.0").called("dev.carrel.engine").in(home).toString());
    refused("needs the package no.such.thing of version 2.0.0 or later",
        AddonJar.version("3.0.0").importing("no.such.thing;version=2").in(home).toString());
    refused("needs the package dev.carrel.api.store of version 7.0.0 or later (there is ",
        AddonJar.version("3.0.0").importing("dev.carrel.api.store;version=7").in(home).toString());
    refused("both are the bundle " + NAME, first.toString(), second.toString());
  }

  @Test
  void what_another_one_needs_is_neither_removed_nor_replaced_by_what_does_not_offer_it() throws IOException {
    Path offering = AddonJar.version("1.0.0").called("org.example.offering").exporting("sample.words;version=1.0").in(home);
    Path bare = AddonJar.version("2.0.0").called("org.example.offering").in(Files.createDirectory(home.resolve("later")));
    Path needy = AddonJar.version("1.0.0").called("org.example.needy").importing("sample.words;version=\"[1,2)\"").in(home);
    carrel("addon", "install", offering.toString(), needy.toString()).says();

    Carrel.Result removed = carrel("addon", "remove", "org.example.offering").run();
    assertThat(removed.status()).isEqualTo(125);
    assertThat(removed.err()).isEqualTo("carrel: cannot remove org.example.offering: the add-on org.example.needy 1.0.0 would then lack something: it needs the package"
        + " sample.words of version 1.0.0 or later and before 2.0.0, which no bundle here offers. Remove it, too: carrel addon remove org.example.offering"
        + " org.example.needy\n");
    Carrel.Result replaced = carrel("addon", "install", bare.toString()).run();
    assertThat(replaced.status()).isEqualTo(125);
    assertThat(replaced.err()).startsWith("carrel: cannot install " + bare + ": the add-on org.example.needy 1.0.0 would then lack something: ")
        .contains("carrel addon remove org.example.needy");
    assertThat(kept()).containsExactly("org.example.needy.jar", "org.example.offering.jar");
    assertThat(folder().resolve("org.example.offering.jar")).hasSameBinaryContentAs(offering);

    carrel("addon", "remove", "org.example.needy", "org.example.offering").says();
    assertThat(kept()).isEmpty();
  }

  /** Also a good one beside it is not kept. */
  private void refused(String why, String... words) throws IOException {
    Path good = AddonJar.version("1.0.0").called("org.example.good").in(home);
    List<String> line = new ArrayList<>(List.of("addon", "install", good.toString()));
    line.addAll(List.of(words));
    Carrel.Result result = carrel(line.toArray(String[]::new)).run();
    assertThat(result.status()).as(result.err()).isEqualTo(125);
    assertThat(result.err()).startsWith("carrel: cannot install ").contains(why).doesNotContain("Exception");
    assertThat(kept()).containsExactly(NAME + ".jar");
    assertThat(folder().resolve(NAME + ".jar")).hasSameBinaryContentAs(first);
  }

  @Test
  void of_many_installs_at_once_one_is_the_last_and_nothing_else_is_left() throws IOException {
    List<CompletableFuture<Carrel.Result>> all = new ArrayList<>();
    for (Path jar : List.of(first, second, first, second)) {
      all.add(CompletableFuture.supplyAsync(() -> carrel("addon", "install", jar.toString()).run()));
    }
    assertThat(all).allSatisfy(result -> assertThat(result.join().status()).as(result.join().err()).isZero());
    assertThat(kept()).containsExactly(NAME + ".jar");
    assertThat(carrel("greet").says()).contains("greetings from");
  }

  @Test
  void a_running_shell_follows_what_is_put_into_the_folder_and_taken_out() throws Exception {
    try (PipedShell shell = new PipedShell(carrel(), home.resolve("out"))) {
      shell.until("greet", "there is no command 'greet'");
      drop(first, "dropped.jar");
      shell.until("greet", "greetings from 1.0.0");
      Files.writeString(folder().resolve("broken.jar"), "no jar at all");
      shell.until("addon list", "broken.jar");
      drop(second, "dropped.jar");
      shell.until("greet", "greetings from 2.0.0");
      Path needy = AddonJar.version("1.0.0").called("org.example.needy").importing("no.such.thing").in(home);
      drop(needy, "needy.jar");
      shell.until("addon list", "needs the package no.such.thing, which no bundle here offers");
      shell.until("addon remove " + NAME + " broken.jar", "removed " + NAME + " 2.0.0");
      shell.until("sample:greet", "there is no command 'sample:greet'");
      assertThat(shell.end()).doesNotContain("Exception").doesNotContain("\tat ");
    }
    assertThat(kept()).containsExactly("needy.jar");
  }

  @Test
  void what_others_could_have_written_or_has_a_name_of_carrels_is_not_started_and_the_reason_is_told() throws Exception {
    Path sound = AddonJar.version("1.0.0").called("org.example.sound").in(home);
    carrel("addon", "install", sound.toString()).says();
    drop(first, "open.jar");
    Path open = folder().resolve("open.jar");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
    Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
    Path linked = AddonJar.version("1.0.0").called("org.example.linked").in(elsewhere);
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.createSymbolicLink(folder().resolve("linked.jar"), linked);
    drop(AddonJar.version("99.0.0").called("dev.carrel.shell").in(home), "shell.jar");
    String writable = "others may write to " + open + ". Run: chmod go-w " + open;

    assertThat(carrel("addon", "list").says()).contains("refused: " + writable, "refused: others may write to " + elsewhere + ". Run: chmod go-w " + elsewhere,
        "refused: dev.carrel.shell is a bundle of Carrel's own").containsPattern("org.example.sound +1.0.0 +you +kept");
    assertThat(carrel("run", "--no-cwd", "--backend=none", "--", "true").run().err()).contains("carrel: the add-on " + open + " is not started: " + writable)
        .containsOnlyOnce(STARTS);
    try (PipedShell shell = new PipedShell(carrel(), home.resolve("out"))) {
      shell.until("addon list", "refused: " + writable);
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
      shell.until("addon list", "touch " + open);
      Files.setLastModifiedTime(open, FileTime.from(Instant.now().plusSeconds(5)));
      shell.until("addon list", NAME + "  1.0.0    you  runs");
      shell.end();
    }
  }

  @Test
  void a_folder_that_others_may_write_to_is_told_by_install_and_list() throws Exception {
    carrel("addon", "install", first.toString()).says();
    Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
    String state = "kept, but not started: others may write to " + folder() + ". Run: chmod go-w " + folder();
    assertThat(carrel("addon", "list").says()).contains(state);
    Carrel.Result installed = carrel("addon", "install", first.toString()).run();
    assertThat(installed.status()).isEqualTo(1);
    assertThat(installed.out()).isEqualTo("installed " + NAME + " 1.0.0: " + state + "\n");
    Carrel.Result greeted = carrel("greet").run();
    assertThat(greeted.err()).contains("carrel: the add-ons in " + folder() + " are not started: others may write to ");
    assertThat(greeted.err()).doesNotContain(STARTS);
  }

  @Test
  void an_add_on_with_a_package_that_the_watcher_of_the_folder_could_use_does_not_hold_up_the_shell() throws Exception {
    Path jar = AddonJar.version("1.0.0").exporting("org.osgi.service.cm;version=1.6").in(home);
    carrel("addon", "install", jar.toString()).says();
    try (PipedShell shell = new PipedShell(carrel(), home.resolve("out"))) {
      shell.until("greet", "greetings from 1.0.0");
      shell.until("addon list", "runs");
    }
  }

  private void drop(Path jar, String name) throws IOException {
    Path copy = Files.copy(jar, folder().resolve(".copy"));
    Files.move(copy, folder().resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }
}
