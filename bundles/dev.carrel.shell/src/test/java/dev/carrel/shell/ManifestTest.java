package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.store.PackageRequest.Part;
import dev.carrel.api.environment.WorkplaceRequest.MappingRequest;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.toml.TomlDeclarations;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
  private static final Path FILE = Path.of("/project/carrel.toml");

  private static Manifest read(String text) {
    return ManifestReader.read(FILE, text, new TomlDeclarations());
  }

  private static String refusal(String text) {
    CarrelException refused = catchThrowableOfType(CarrelException.class, () -> read(text));
    assertThat(refused).as(text).isNotNull();
    assertThat(refused.kind()).isEqualTo(Kind.USAGE);
    assertThat(refused.getMessage()).doesNotContain("\n");
    return refused.getMessage();
  }

  /** What a command line means after a manifest. */
  private static WorkplaceRequest with(String manifest, String... words) {
    return by("shell", manifest, words);
  }

  private static WorkplaceRequest by(String command, String manifest, String... words) {
    WorkplaceLine own = WorkplaceOptions.SHELL.parse(command, words, false);
    String[] all = read(manifest).before(own.manifestLine(), command.equals("environment"));
    return WorkplaceOptions.SHELL.parse(command, all, false).request(Stdio.inherit(), word -> 0);
  }

  private static List<PackageRequest> packages(WorkplaceRequest request) {
    return ((Software.Packages) request.software()).packages();
  }

  @Test
  void packages_that_are_to_be_built_are_told_from_those_that_are_used() {
    String manifest = "packages = [\"jq\"]\ndevelopment = [\"hello\"]";
    PackageRequest jq = PackageRequest.parse("jq");
    PackageRequest hello = PackageRequest.parse("hello").of(Part.INPUTS);

    assertThat(packages(with(manifest))).containsExactly(jq, hello);
    assertThat(packages(by("environment", manifest))).containsExactly(jq, hello);
    assertThat(packages(by("environment", manifest, "sl", "--ad-hoc", "gdb")))
        .containsExactly(PackageRequest.parse("sl").of(Part.INPUTS), PackageRequest.parse("gdb"), jq, hello);
  }

  @Test
  void who_wants_another_network_does_not_get_a_manifests_interface() {
    String manifest = "packages = [\"jq\"]\nnetwork = \"private\"\npublish = [\"80:80\"]\nmtu = 1400";

    assertThat(with(manifest).network()).isInstanceOf(NetworkSpec.Attached.class);
    assertThat(with(manifest, "--network=none").network()).isEqualTo(NetworkSpec.NONE);
    assertThat(with(manifest, "-N").network()).isEqualTo(NetworkSpec.HOST);
  }

  @Test
  void where_there_is_no_container_a_manifest_lends_its_packages_alone() {
    String manifest = "packages = [\"jq\"]\ncommand = [\"jq\"]\nhostname = \"x\"\nshare = [\".\"]\n[environment]\nA = \"b\"";
    for (String mode : new String[] {"--search-paths", "--check", "--pure"}) {
      WorkplaceLine own = WorkplaceOptions.SHELL.parse("shell", new String[] {mode}, false);
      WorkplaceLine all = WorkplaceOptions.SHELL.parse("shell", read(manifest).before(own.manifestLine(), false), false);

      assertThat(all.outside().label()).isEqualTo(mode.substring(2));
      assertThat(packages(all.request(Stdio.inherit(), word -> 0))).containsExactly(PackageRequest.parse("jq"));
      assertThat(all.request(Stdio.inherit(), word -> 0).command()).isEqualTo(mode.equals("--pure") ? List.of("jq") : List.of());
      assertThat(all.request(Stdio.inherit(), word -> 0).variables()).hasSize(mode.equals("--pure") ? 1 : 0);
    }
  }

  @Test
  void every_key_says_what_its_option_says() {
    Manifest read = read("""
        packages = ["python3", "jq=1.6-2", "nix:hello"]
        source = "debian"
        command = ["python3", "-m", "http.server", "--", "--help"]
        network = "host"
        no-cwd = true
        writable-root = false
        script-timeout = 600
        preserve = ["^AWS_"]
        [environment]
        EDITOR = "vi"
        DEPTH = 3
        [limits]
        nofile = "1024:4096"
        """);

    assertThat(read.options()).containsExactly("--source=debian", "--network=host", "--no-cwd", "--script-timeout=600", "--preserve=^AWS_",
        "--env=EDITOR=vi", "--env=DEPTH=3", "--ulimit=nofile=1024:4096");
    assertThat(read.packages()).containsExactly("python3", "jq=1.6-2", "nix:hello");
    assertThat(read.command()).containsExactly("python3", "-m", "http.server", "--", "--help");
  }

  @Test
  void paths_are_taken_from_where_the_manifest_is_and_from_the_home_directory() {
    String home = System.getProperty("user.home");

    assertThat(read("""
        expose = ["data", "/srv=/data", "~/.gitconfig"]
        share = ["../out=/out"]
        mount = ["type=bind,source=a\\\\,b,target=/x,writable", "type=tmpfs,target=/cache,size=64m"]
        """).options()).containsExactly("--expose=/project/data", "--expose=/srv=/data", "--expose=" + home + "/.gitconfig", "--share=/out=/out",
        "--mount=type=bind,source=/project/a\\,b,target=/x,writable", "--mount=type=tmpfs,target=/cache,size=64m");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "packges = [`x`] | 1:1: there is no key 'packges' in a manifest; did you mean packages?",
    "packages = `x` | 1:1: packages is to be a list of texts, and here is a text: write packages = [",
    "packages = [`x`, 3] | 1:18: packages is to be a list of texts, and here is a number",
    "packages = [`--share=/`] | 1:13: '--share=/' is no name of a package",
    "packages = [``] | 1:13: '' is no name of a package",
    "hostname = 3 | 1:1: hostname is to be a text, and here is a number: write hostname = \"...\"",
    "hostname = `-x` | 1:1: --hostname=-x is no host name",
    "no-cwd = `yes` | 1:1: no-cwd is to be true or false, and here is a text: write no-cwd = true",
    "user = `` | 1:1: user has an empty text",
    "network = `-x` | 1:1: --network: '-x' is no name of a network",
    "script-timeout = -1 | 1:1: --script-timeout=-1 is no number of seconds",
    "expose = [`/a=`] | 1:11: --expose=/a= lacks a path",
    "preserve = [`a`, `(`] | 1:18: --preserve=( is no regular expression",
    "limits = { nofiles = 3 } | 1:12: --ulimit=nofiles=3 names no limit",
    "environment = { `A=B` = `x` } | 1:17: 'A=B' is no name",
    "packages = [`nix:`, `a=`] | 1:21: the package a= lacks its version",
    "archives = [`-o`] | 1:13: --archive=-o is no address of an archive",
    "environment = 1979-05-27 | 1:1: environment is to be a table",
    "uid = 5 | : --uid and --gid belong together"})
  void what_makes_no_sense_is_refused_with_its_place_and_what_is_expected(String text, String problem) {
    assertThat(refusal(text.replace('`', '"'))).startsWith("carrel shell: /project/carrel.toml:" + (problem.startsWith(":") ? "1:1: " + problem.substring(2) : problem));
  }

  @Test
  void a_fault_on_another_line_is_found_there() {
    assertThat(refusal("# a comment\npackages = [\n  \"jq\",\n  \"\",\n]\n")).startsWith("carrel shell: /project/carrel.toml:4:3: ");
    assertThat(refusal("packages = [\"jq\"]\nhostname = \n")).startsWith("/project/carrel.toml:2:12: this is no TOML: ");
  }

  @Test
  void what_the_command_line_says_counts_more() {
    WorkplaceRequest request = with("""
        packages = ["jq"]
        command = ["jq", "."]
        hostname = "one"
        network = "host"
        no-scripts = true
        expose = ["/etc/hosts=/data", "/etc=/more"]
        [environment]
        A = "manifest"
        """, "--hostname=two", "--network=none", "--skip-failed-scripts", "--share=/tmp=/data", "-e", "A=line", "gdb", "--", "sh");

    assertThat(request.hostname()).contains("two");
    assertThat(request.network()).isEqualTo(NetworkSpec.NONE);
    assertThat(request.command()).containsExactly("sh");
    assertThat(request.mappings()).containsExactly(
        new MappingRequest(Path.of("/etc"), Optional.of(Path.of("/more")), Access.EXPOSE),
        new MappingRequest(Path.of("/tmp"), Optional.of(Path.of("/data")), Access.SHARE));
    assertThat(request.variables().get(request.variables().size() - 1)).hasToString("Set[name=A, value=line]");
    assertThat(((Software.Packages) request.software()).packages()).containsExactly(PackageRequest.parse("jq"), PackageRequest.parse("gdb"));
  }

  @Test
  void without_a_command_the_manifests_is_run() {
    assertThat(with("packages = [\"jq\"]\ncommand = [\"jq\", \"--\", \"-h\"]").command()).containsExactly("jq", "--", "-h");
    assertThat(with("packages = [\"jq\"]").command()).isEmpty();
  }

  @Test
  void what_is_exported_is_read_as_the_same_words() {
    String[] words = {"python3", "jq=1.6", "--expose=/etc/hosts=/data", "-N", "--env=A=\"b\\\n", "--setenv=B.C=d", "--no-cwd", "--uid=5", "--gid=6",
      "--sysctl=net.ipv4.ip_unprivileged_port_start=0", "--script-timeout=7", "--", "sh", "-c", "echo 'x'"};
    String text = ManifestExport.text("shell", WorkplaceOptions.SHELL.parse("shell", words, false));

    Manifest read = read(text);
    assertThat(read.packages()).containsExactly("python3", "jq=1.6");
    assertThat(read.command()).containsExactly("sh", "-c", "echo 'x'");
    assertThat(read.options()).containsExactly("--script-timeout=7", "--no-cwd", "--expose=/etc/hosts=/data", "--uid=5", "--gid=6", "--network=host",
        "--env=A=\"b\\\n", "--env=B.C=d", "--sysctl=net.ipv4.ip_unprivileged_port_start=0");
  }

  @Test
  void what_cannot_be_said_in_a_manifest_is_not_exported_without_saying_so() {
    WorkplaceLine line = WorkplaceOptions.SHELL.parse("shell", new String[] {"jq", "--detach"}, false);

    assertThat(catchThrowableOfType(CarrelException.class, () -> ManifestExport.text("shell", line)).getMessage())
        .contains("--detach cannot be said in a manifest");
  }

  @Test
  void each_key_is_that_of_an_option_there_is() {
    List<String> words = List.of(ManifestKey.PACKAGES, ManifestKey.COMMAND);
    for (ManifestKey key : ManifestKey.ALL) {
      if (!words.contains(key.name())) {
        String word = "--" + key.option() + (key.kind() == ManifestKey.Kind.FLAG ? "" : "=x");
        WorkplaceOptions.SHELL.parse("shell", new String[] {word}, false); // refuses what it does not know
      }
    }
  }
}
