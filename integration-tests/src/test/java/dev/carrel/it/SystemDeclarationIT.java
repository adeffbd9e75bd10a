package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the declaration of a system to its item and its generations. Nothing is started here. */
@ExtendWith(TestStore.Extension.class)
class SystemDeclarationIT {
  private static final String PACKAGES = "packages = [\"" + String.join("\", \"", TestStore.PACKAGES) + "\"]\n";
  private static final String SERVICE = "[service.web]\ncommand = [\"python3\", \"-V\"]\n";

  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("carrel-it-system",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))).toRealPath();
  }

  @AfterEach
  void removeDirectory(TestStore store) throws IOException {
    Trees.delete(directory);
    if (Files.exists(store.directory().resolve("profiles"))) {
      Trees.delete(store.directory().resolve("profiles"));
    }
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Carrel carrel(TestStore store, String... words) {
    return store.command(words).in(directory);
  }

  private static TreeSet<String> items(TestStore store) throws IOException {
    try (Stream<Path> items = Files.list(store.directory().resolve("items"))) {
      return new TreeSet<>(items.map(item -> item.getFileName().toString()).toList());
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      comand = ["x"]                        | 4 | did you mean command?
      depends-on = ["web"]                  | 4 | in a circle: web needs web
      user = "nobdy"                        | 4 | the user nobdy, and there is none
      ready-command = ["no-such-program"]   | 4 | needs the program no-such-program
      [user.app]                            | 4 | the user app has no uid
      directory = "a/../b"                  | 4 | is no path inside a system
      """)
  void what_makes_no_sense_is_refused_with_its_line_and_makes_nothing(String line, int number, String words, TestStore store) throws IOException {
    write("first.toml", PACKAGES + SERVICE);
    carrel(store, "system", "build", "first.toml").says(); // only once, as all have the same packages
    TreeSet<String> before = items(store);
    write("web.toml", PACKAGES + SERVICE + line + "\n");

    Carrel.Result refused = carrel(store, "system", "container", "web.toml").run();

    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).contains(directory + "/web.toml:" + number + ":", words).doesNotContain("Exception");
    assertThat(refused.err().lines()).hasSize(1);
    assertThat(items(store)).isEqualTo(before);
  }

  @Test
  void a_package_that_there_is_not_is_refused_with_its_line(TestStore store) throws IOException {
    write("web.toml", "packages = [\n  \"hello\",\n  \"pyhton3\",\n]\n");

    Carrel.Result refused = carrel(store, "system", "build", "web.toml").run();

    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("/web.toml:3:3: The package pyhton3 is unknown", "python3");
  }

  @Test
  void the_same_declaration_is_the_same_system_wherever_it_lies(TestStore store) throws IOException {
    String declaration = PACKAGES + SERVICE + "[file.\"/etc/motd\"]\nsource = \"motd\"\nmode = \"0600\"\n";
    write("a/motd", "Welcome\n");
    write("b/motd", "Welcome\n");
    write("a/web.toml", declaration);
    write("b/web.toml", "# the same\n" + declaration);

    Path script = Path.of(carrel(store, "system", "container", "a/web.toml").says().strip());
    TreeSet<String> items = items(store);
    assertThat(carrel(store, "system", "container", "b/web.toml").says().strip()).isEqualTo(script.toString());
    assertThat(Path.of(carrel(store, "system", "build", "a/web.toml").says().strip())).isEqualTo(script.getParent());
    assertThat(items(store)).as("no space").isEqualTo(items);

    assertThat(script).isExecutable();
    Path etc = script.resolveSibling("files/etc");
    assertThat(etc.resolve("motd")).content().isEqualTo("Welcome\n");
    assertThat(etc.resolve("hostname")).content().isEqualTo("web\n");
    assertThat(etc.resolve("passwd")).content().contains("root:x:0:0:", "www-data:x:33:33:", "nobody:x:65534:65534:");
    assertThat(script.resolveSibling("start")).content().contains("mode\t/etc/motd\t600\n", "mode\t/etc/shadow\t600\n", "service\tweb\n");
    assertThat(carrel(store, "store", "requisites", script.getParent().getFileName().toString()).says()).contains("-profile", "-hello-");

    write("b/motd", "Goodbye\n");
    assertThat(carrel(store, "system", "container", "b/web.toml").says().strip()).isNotEqualTo(script.toString());
  }

  @Test
  void what_the_command_line_says_counts_more_than_the_declaration(TestStore store) throws IOException {
    write("web.toml", "memory = \"1G\"\nexpose = [\"/srv=/data\"]\n" + PACKAGES + SERVICE);

    String script = carrel(store, "system", "container", "--share=a=/data", "--pid-file=pid", "--memory=64M", "--network", "--detach", "--root=link",
        "web.toml").says().strip();

    assertThat(Path.of(script).resolveSibling("start")).content().contains("mapping\t" + directory + "/a\t/data\tSHARE\tfalse\n", "option\t--memory=64M\n",
        "option\t--network=private\n", "option\t--detach\n", "option\t--pid-file=" + directory + "/pid\n").doesNotContain("/srv");
    assertThat(directory.resolve("link/run-container").toRealPath()).isEqualTo(Path.of(script));
    assertThat(carrel(store, "store", "roots").says()).contains(directory + "/link");
    Carrel.Result refused = carrel(store, "system", "container", "--memory=much", "web.toml").run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("--memory=much is no size");
  }

  @Test
  void generations_are_kept_and_can_be_gone_back_to(TestStore store) throws IOException {
    write("web.toml", PACKAGES + SERVICE);
    assertThat(carrel(store, "system", "reconfigure", "web.toml").says()).contains("system web: generation 1\n");
    assertThat(carrel(store, "system", "reconfigure", "web.toml").says()).as("nothing has changed").contains("system web: generation 1\n");
    write("web.toml", PACKAGES + SERVICE + "environment = { A = \"b\" }\n");
    assertThat(carrel(store, "system", "reconfigure", "web.toml").says()).contains("system web: generation 2\n");

    assertThat(carrel(store, "system", "roll-back", "web").says()).contains("system web: generation 1\n");
    assertThat(carrel(store, "system", "switch-generation", "web", "2").says()).contains("system web: generation 2\n");
    assertThat(carrel(store, "system", "list-generations", "web").says().lines().toList()).hasSize(3)
        .satisfies(lines -> assertThat(lines.get(2)).startsWith("* web").contains("-web-system"));
    assertThat(carrel(store, "system", "describe", "--json", "web").says()).contains("\"generation\": 2", "\"init\": \"s6\"");
    assertThat(store.directory().resolve("profiles/system.web/run-container")).isExecutable();
    String item = store.directory().resolve("profiles/system.web").toRealPath().getFileName().toString();
    assertThat(carrel(store, "store", "gc", "--dry-run").says()).doesNotContain(item);

    for (List<String> words : List.of(List.of("switch-generation", "web", "7"), List.of("roll-back", "none"), List.of("describe", "wep"),
        List.of("switch-generation", "web"), List.of("list-generations", "a", "b"), List.of("reconfigure", "wep"))) {
      Carrel.Result refused = carrel(store, Stream.concat(Stream.of("system"), words.stream()).toArray(String[]::new)).run();
      assertThat(refused.status()).as(words.toString()).isEqualTo(125);
      assertThat(refused.err()).as(words.toString()).startsWith("carrel").doesNotContain("Exception");
    }
  }

  @Test
  void who_writes_a_declaration_is_helped(TestStore store) throws IOException {
    write("web.toml", PACKAGES + SERVICE);

    assertThat(carrel(store, "system", "describe", "web.toml").says()).contains("name: web\n", "packages: hello\n", "services: web\n");
    assertThat(carrel(store, "system", "schema").says()).contains("draft/2020-12/schema", "\"depends-on\"");
    assertThat(carrel(store, "system", "--help").says()).contains("carrel system container web.toml");
    Path script = Path.of(carrel(store, "system", "container", "web.toml").says().strip());
    Process help = new ProcessBuilder(script.toString(), "--help").redirectErrorStream(true).start();
    assertThat(new String(help.getInputStream().readAllBytes())).contains("Usage: run-container", "--pid-file");
  }
}
