package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is handed out: an archive to unpack anywhere, a Debian package, and what is in them. */
@Tag(User.ROOT)
class DistributionIT {
  private static final long MOST = 25_000_000;

  @TempDir Path directory;

  private static Path made(String ending) throws IOException {
    Path target = Checkout.underTest().directory().resolve("distribution/target");
    assumeTrue(Files.isDirectory(target), "needs the distribution, which mvn verify makes, and mvn -DskipTests -Pdistribution package");
    try (Stream<Path> files = Files.list(target)) {
      return files.filter(file -> file.toString().endsWith(ending)).findFirst().orElseThrow(() -> new AssertionError("no " + ending));
    }
  }

  private Path unpacked() throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Host.says("tar", "-xzf", made(".tar.gz").toString(), "-C", directory.toString());
    return directory.resolve(made(".tar.gz").getFileName().toString().replace(".tar.gz", ""));
  }

  @Test
  void what_is_handed_out_is_small() throws IOException {
    assertThat(Files.size(made(".tar.gz"))).isLessThan(MOST);
    assertThat(Files.size(made(".deb"))).isLessThan(MOST);
  }

  @Test
  void an_ordinary_user_unpacks_the_archive_and_it_works() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root, to become an ordinary user");
    User user = User.ordinary().orElseGet(() -> abort("needs a user " + User.TEST_USER));
    Path unpacked = unpacked();
    String[] command = user.command(List.of("env", "-i", "PATH=" + System.getenv("PATH"), "HOME=" + directory, "TMPDIR=" + directory, "LANG=C.UTF-8",
        unpacked.resolve("bin/carrel").toString(), "run", "--no-cwd", "--", "sh", "-c", "echo works; id -u")).toArray(String[]::new);

    assertThat(Host.can(command)).as("it is root's, and not prepared yet").isFalse();
    Host.says("chown", "-R", user.uid() + ":" + user.gid(), directory.toString());
    for (int i = 0; i < 2; i++) {
      assertThat(Host.says(command)).isEqualTo("works\n" + user.uid());
    }
  }

  @Test
  void the_archive_works_where_the_path_has_letters_that_the_locale_has_not() throws IOException {
    Path strange = Files.move(unpacked(), directory.resolve("Bücher 本"));
    String[] command = {"env", "-i", "PATH=" + System.getenv("PATH"), "HOME=" + directory, "TMPDIR=" + directory, "LC_ALL=C",
        strange.resolve("bin/carrel").toString(), "run", "--no-cwd", "--", "echo", "works"};
    for (int i = 0; i < 2; i++) {
      assertThat(Host.says(command)).isEqualTo("works");
    }
    assertThat(strange.resolve("carrel-new")).doesNotExist();
  }

  /** In a mount namespace in which /usr, /var and /etc are covered: the host is not changed. */
  @Test
  void the_package_is_installed_upgraded_and_removed_whole() throws IOException {
    assumeTrue(User.weAreRoot() && Host.can("unshare", "--mount", "true"), "needs root that may mount, to install a package");
    assumeTrue(Host.can("dpkg", "--version"), "needs dpkg");
    assumeTrue(!Files.exists(Path.of("/usr/lib/carrel")), "needs a host where Carrel is not installed");
    Path script = Files.writeString(directory.resolve("script"), """
        set -e
        work=$1 deb=$2 user=$3
        mount -t tmpfs none "$work"
        for top in usr var etc; do
          mkdir -p "$work/$top/upper" "$work/$top/work"
          mount -t overlay none -o "lowerdir=/$top,upperdir=$work/$top/upper,workdir=$work/$top/work" "/$top"
        done
        package() { dpkg "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }
        cd /
        package --install "$deb"
        carrel run --no-cwd -- echo installed
        setpriv --reuid "$user" --regid "$user" --clear-groups carrel run --no-cwd -- echo installed for others
        ls /usr/share/man/man1/carrel.1* /usr/share/man/man1/carrel-serve.1* /usr/lib/systemd/user/carrel.service /usr/lib/systemd/system/carrel.service | wc -l
        package --install "$deb"
        carrel run --no-cwd -- echo upgraded
        package --remove carrel
        ! ls -d /usr/lib/carrel /usr/bin/carrel /usr/share/doc/carrel 2>/dev/null
        """);
    Path work = Files.createDirectory(directory.resolve("work"));
    assertThat(Host.says("unshare", "--mount", "sh", script.toString(), work.toString(), made(".deb").toString(), "" + User.ordinary().map(User::uid).orElse(65534)))
        .isEqualTo("installed\ninstalled for others\n4\nupgraded");
    assertThat(Path.of("/usr/lib/carrel")).doesNotExist();
  }

  @Test
  void each_command_has_a_manual_page_and_is_listed() throws IOException {
    List<String> listed = Carrel.command("help", "--list").says().lines().filter(name -> !name.equals("help") && !name.equals("version")).toList();
    assertThat(listed).contains("connect", "run");
    try (Stream<Path> pages = Files.list(unpacked().resolve("man/man1"))) {
      assertThat(pages.map(page -> page.getFileName().toString()).filter(name -> !name.equals("carrel.1")))
          .containsExactlyInAnyOrderElementsOf(listed.stream().map(name -> "carrel-" + name + ".1").toList());
    }
  }

  @Test
  void everything_that_is_inside_is_listed() throws IOException {
    TreeSet<String> listed = new TreeSet<>();
    for (JsonElement component : JsonParser.parseString(Files.readString(made(".cdx.json"))).getAsJsonObject().getAsJsonArray("components")) {
      listed.add(component.getAsJsonObject().get("name").getAsString());
    }
    assertThat(listed).contains("tomlj", "dbus-java-core"); // inside of bundles
    try (Stream<Path> jars = Files.list(unpacked().resolve("bundles"))) {
      assertThat(jars.map(jar -> jar.getFileName().toString().replace(".jar", ""))).isNotEmpty().allSatisfy(jar -> assertThat(listed).contains(jar));
    }
  }

  @Test
  void bash_completes_commands_options_and_what_belongs_to_a_command() throws IOException {
    Path completion = unpacked().resolve("bash/carrel");
    assertThat(complete(completion, "carrel", "inte")).isEmpty();
    assertThat(complete(completion, "carrel", "env")).isEqualTo("environment");
    assertThat(complete(completion, "carrel", "shell", "--link")).isEqualTo("--link-profile");
    assertThat(complete(completion, "carrel", "run", "--memory-h")).isEqualTo("--memory-high=");
    assertThat(complete(completion, "carrel", "store", "opt")).isEqualTo("optimise");
    assertThat(complete(completion, "carrel", "profile", "roll")).isEqualTo("rollback");
    assertThat(complete(completion, "carrel", "run", "--", "setpri")).startsWith("setpriv");
  }

  @Test
  void bash_completes_what_is_planned_as_what_is_done() throws IOException {
    Path completion = unpacked().resolve("bash/carrel");
    assertThat(complete(completion, "carrel", "plan", "")).isEqualTo("environment run shell");
    assertThat(complete(completion, "carrel", "plan", "--json", "sh")).isEqualTo("shell");
    assertThat(complete(completion, "carrel", "plan", "run", "--memory-h")).isEqualTo("--memory-high=");
    assertThat(complete(completion, "carrel", "plan", "--json", "shell", "--link")).isEqualTo("--link-profile");
  }

  /** What is said of containers, networks and so on is asked of carrel itself. Readline takes "=" for a word. */
  @Test
  void bash_completes_names_of_the_kind_that_belongs_there() throws IOException {
    Path completion = unpacked().resolve("bash/carrel");
    Path addons = Files.createDirectory(directory.resolve("addons"));
    Carrel.command("addon", "install", AddonJar.version("1.0.0").in(directory).toString()).withVariable("CARREL_ADDONS", addons.toString()).says();
    assertThat(asked(addons, completion, "carrel", "addon", "remove", "")).isEqualTo("org.example.sample");
    assertThat(asked(addons, completion, "carrel", "config", "get", "shell.mem")).isEqualTo("shell.memory");
    assertThat(asked(addons, completion, "carrel", "config", "set", "--system", "shell.pi")).isEqualTo("shell.pids");
    for (String[] words : List.of(new String[] {"carrel", "run", "--backend", "bub"}, new String[] {"carrel", "plan", "run", "--backend", "=", "bub"})) {
      assertThat(asked(addons, completion, words)).isEqualTo("bubblewrap");
    }
    assertThat(asked(addons, completion, "carrel", "shell", "--source", "=", "g")).isEqualTo("guix");
    assertThat(asked(addons, completion, "carrel", "run", "--network", "=", "ho")).isEqualTo("host");
  }

  private static String asked(Path addons, Path completion, String... words) {
    return complete("export CARREL_ADDONS=" + addons + " PATH=" + Checkout.underTest().directory() + ":$PATH; ", completion, words);
  }

  private static String complete(Path completion, String... words) {
    return complete("", completion, words);
  }

  private static String complete(String before, Path completion, String... words) {
    String list = String.join(" ", Stream.of(words).map(word -> "'" + word + "'").toList());
    return Host.says("bash", "-c", before + "compopt() { :; }; . " + completion + "; COMP_WORDS=(" + list + "); COMP_CWORD=" + (words.length - 1)
        + "; _carrel; echo \"${COMPREPLY[*]}\"");
  }
}
