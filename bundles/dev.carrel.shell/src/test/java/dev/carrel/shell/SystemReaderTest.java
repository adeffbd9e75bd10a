package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.FileContent;
import dev.carrel.api.system.PersistentDirectory;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.ServiceLog;
import dev.carrel.api.system.ServiceStop;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import dev.carrel.api.system.SystemGroup;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemUser;
import dev.carrel.toml.TomlDeclarations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SystemReaderTest {
  private static final Path FILE = Path.of("/project/web.toml");
  private static final String SERVICE = "[service.a]\ncommand = [\"true\"]\n";
  private static final String USER = "[user.app]\nuid = 1000\ngroup = \"app\"\n";

  private static SystemDeclaration read(String text) {
    return SystemReader.read(FILE, text, new TomlDeclarations()).declaration();
  }

  private static String refusal(Path file, String text) {
    CarrelException refused = catchThrowableOfType(CarrelException.class, () -> SystemReader.read(file, text, new TomlDeclarations()));
    assertThat(refused).as(text).isNotNull();
    assertThat(refused.kind()).isEqualTo(Kind.USAGE);
    assertThat(refused.getMessage()).contains(file + ":");
    return refused.getMessage();
  }

  @Test
  void what_is_left_out_is_the_usual() {
    SystemDeclaration system = read(SERVICE);

    assertThat(system.name().name()).isEqualTo("web");
    assertThat(system.hostname()).isEqualTo("web");
    assertThat(system.locale()).isEqualTo("C.UTF-8");
    assertThat(system.init()).isEqualTo("s6");
    assertThat(system.timezone()).isEmpty();
    assertThat(system.options()).isEmpty();
    assertThat(system.services()).containsExactly(new Service("a", List.of("true"), false, "root", Optional.empty(), Map.of(), Path.of("/"), List.of(),
        Restart.standard(), new Readiness.Started(), Optional.of(ServiceLog.standard()), ServiceStop.standard()));
  }

  @Test
  void all_that_is_declared_is_read() {
    SystemDeclaration system = read("""
        name = "shop"
        hostname = "shop.example"
        timezone = "Europe/Berlin"
        locale = "de_DE.UTF-8"
        init = "runit"
        packages = ["nginx-light", "jq=1.6-2.1"]
        network = "private"
        publish = ["8080:80"]
        memory = "512M"
        pids = 100
        expose = ["data", "/srv=/data"]
        share-optional = ["/tmp/x=/x"]

        [group.app]
        gid = 1000

        [user.app]
        uid = 1001
        group = "app"
        groups = ["www-data"]
        comment = "The application"
        home = "/srv/app"
        shell = "/bin/bash"
        password = "$6$saltsalt$abcdefghij./ABC"

        [file."/etc/app.conf"]
        text = "a = 1\\n"
        mode = "0640"

        [file."/etc/link"]
        link = "app.conf"

        [directory."/var/lib/app"]
        owner = "app"
        mode = "0700"

        [service.app]
        command = ["app", "--serve"]
        user = "app"
        group = "www-data"
        environment = { PORT = 8000, NAME = "x" }
        directory = "/srv/app"
        depends-on = ["init"]
        restart = "on-failure"
        restart-after = 2
        restart-most = 30
        ready-port = 8000
        ready-within = 5
        log-size = "64K"
        log-files = 3
        stop-signal = "INT"
        stop-within = 20

        [service.init]
        command = ["/usr/bin/true"]
        once = true
        log = false
        """);

    assertThat(system.name().name()).isEqualTo("shop");
    assertThat(system.hostname()).isEqualTo("shop.example");
    assertThat(system.timezone()).contains("Europe/Berlin");
    assertThat(system.locale()).isEqualTo("de_DE.UTF-8");
    assertThat(system.init()).isEqualTo("runit");
    assertThat(system.packages()).containsExactly("nginx-light", "jq=1.6-2.1");
    assertThat(system.options()).containsExactlyInAnyOrder("--network=private", "--publish=8080:80", "--memory=512M", "--pids=100");
    assertThat(system.mappings()).containsExactly(
        new SystemMapping(Path.of("/project/data"), Path.of("/project/data"), Access.EXPOSE, false),
        new SystemMapping(Path.of("/srv"), Path.of("/data"), Access.EXPOSE, false),
        new SystemMapping(Path.of("/tmp/x"), Path.of("/x"), Access.SHARE, true));
    assertThat(system.groups()).containsExactly(new SystemGroup("app", 1000));
    assertThat(system.users()).containsExactly(new SystemUser("app", 1001, "app", List.of("www-data"), "The application", Path.of("/srv/app"),
        Path.of("/bin/bash"), Optional.of("$6$saltsalt$abcdefghij./ABC")));
    assertThat(system.files()).containsExactly(new SystemFile.Regular(Path.of("/etc/app.conf"), 0640, FileContent.of("a = 1\n")),
        new SystemFile.Link(Path.of("/etc/link"), "app.conf"));
    assertThat(system.persistent()).containsExactly(new PersistentDirectory(Path.of("/var/lib/app"), "app", "app", 0700));
    assertThat(system.services()).containsExactly(
        new Service("app", List.of("app", "--serve"), false, "app", Optional.of("www-data"), Map.of("PORT", "8000", "NAME", "x"), Path.of("/srv/app"),
            List.of("init"), new Restart(Restart.When.ON_FAILURE, Duration.ofSeconds(2), Duration.ofSeconds(30)),
            new Readiness.Answers(8000, Duration.ofSeconds(5)), Optional.of(new ServiceLog(65_536, 3)), new ServiceStop("INT", Duration.ofSeconds(20))),
        new Service("init", List.of("/usr/bin/true"), true, "root", Optional.empty(), Map.of(), Path.of("/"), List.of(),
            new Restart(Restart.When.NEVER, Duration.ofSeconds(1), Duration.ofMinutes(1)), new Readiness.Started(), Optional.empty(),
            ServiceStop.standard()));
  }

  @Test
  void a_file_of_etc_may_come_from_beside_the_declaration(@TempDir Path directory) throws IOException {
    Files.write(directory.resolve("key"), new byte[] {0, 1, (byte) 0xff});
    Path file = directory.resolve("a.toml");

    assertThat(SystemReader.read(file, "[file.\"/etc/key\"]\nsource = \"key\"\nmode = \"0600\"", new TomlDeclarations()).declaration().files())
        .containsExactly(new SystemFile.Regular(Path.of("/etc/key"), 0600, FileContent.of(new byte[] {0, 1, (byte) 0xff})));
    assertThat(refusal(file, "\n[file.\"/etc/key\"]\nsource = \"none\"")).contains(":3:", "none", "no such file");
    assertThat(refusal(file, "[file.\"/etc/key\"]\nsource = \".\"")).contains(":2:", "no regular file");
  }

  /** A declaration, the line that is to be named, and words of the refusal. */
  static Stream<Arguments> refusals() {
    return Stream.of(
        of("hostnam = \"x\"", 1, "no key 'hostnam' in the system", "did you mean hostname?"),
        of(SERVICE + "comand = [\"x\"]", 3, "no key 'comand' in a service", "did you mean command?"),
        of("zzzzzzzz = 1", 1, "there is name, hostname"),
        of("\n[service.a]\nuser = \"root\"", 2, "the service a has no command: write command = ["),
        of("[service.a]\ncommand = []", 2, "a command has a program"),
        of("[service.a]\ncommand = [\"\"]", 2, "a command has a program"),
        of("[service.a]\ncommand = \"true\"", 2, "command is to be a list of texts, and here is a text"),
        of("[service.a]\ncommand = [\"true\",\n 7]", 3, "here is a number"),
        of("[service.a]\ncommand = [\"bin/x\"]", 2, "'bin/x' is no program"),
        of("[service.a]\ncommand = [\"a\\u0000\"]", 2, "no program"),
        of("[user.app]\nuid = 1000", 1, "the user app has no group: write group = "),
        of("[user.app]\ngroup = \"app\"", 1, "the user app has no uid: write uid = "),
        of("[group.app]\n", 1, "the group app has no gid"),
        of("[group.a]\ngid = 7\n[group.b]\ngid = 7", 4, "the groups a and b have the same gid 7"),
        of(USER + "[user.b]\nuid = 1000\ngroup = \"b\"", 5, "the users app and b have the same uid 1000"),
        of("[user.toor]\nuid = 0\ngroup = \"root\"", 2, "root has the uid 0, and nobody else"),
        of("[user.root]\nuid = 5\ngroup = \"root\"", 2, "root has the uid 0"),
        of("[user.app]\nuid = -1\ngroup = \"app\"", 2, "uid is 0 to 65533, and here is -1"),
        of("[user.app]\nuid = 65534\ngroup = \"app\"", 2, "65533"),
        of("[user.\"a:b\"]\nuid = 1\ngroup = \"app\"", 1, "'a:b' is no name of a user"),
        of("[user.\"a\\nb\"]\nuid = 1\ngroup = \"app\"", 1, "is no name of a user"),
        of("[group.\"..\"]\ngid = 1", 1, "'..' is no name of a group"),
        of(USER + "home = \"srv\"", 4, "'srv' is no path inside a system"),
        of(USER + "home = \"/srv/../etc\"", 4, "without '.' and '..'"),
        of(USER + "shell = \"/bin/a:b\"", 1, "':'"),
        of(USER + "comment = \"a:b\"", 4, "comment", "passwd(5)"),
        of(USER + "comment = \"a\\nroot::0:0\"", 4, "control character"),
        of(USER + "password = \"secret\"", 4, "no hash", "openssl passwd -6"),
        of(USER + "groups = [\"a\", \"a\"]", 4, "names a twice"),
        of("[service.\"a/b\"]\ncommand = [\"true\"]", 1, "'a/b' is no name of a service"),
        of("[service.\"..\"]\ncommand = [\"true\"]", 1, "'..' is no name of a service"),
        of("[service.\"a\\nb\"]\ncommand = [\"true\"]", 1, "is no name of a service"),
        of("[service.a]\ncommand = [\"true\"]\n[service.a]\ncommand = [\"true\"]", 3, ""),
        of(SERVICE + "depends-on = [\"b\"]", 3, "the service a depends on b, and there is no such service"),
        of(SERVICE + "[service.web]\ncommand = [\"x\"]\ndepends-on = [\"wep\"]", 5, "did you mean web?"),
        of(SERVICE + "depends-on = [\"a\"]", 3, "in a circle: a needs a"),
        of(SERVICE + "depends-on = [\"b\"]\n[service.b]\ncommand = [\"x\"]\ndepends-on = [\"c\"]\n[service.c]\ncommand = [\"x\"]\ndepends-on = [\"a\"]", 3,
            "in a circle: a needs b needs c needs a"),
        of(SERVICE + "[service.b]\ncommand = [\"x\"]\ndepends-on = [\"a\", \"a\"]", 5, "names a twice"),
        of(SERVICE + "restart = \"sometimes\"", 3, "restart is one of always, on-failure, never"),
        of(SERVICE + "restart = \"never\"\nrestart-after = 3", 4, "nothing to wait for"),
        of(SERVICE + "restart-after = 10\nrestart-most = 5", 4, "at least the first"),
        of(SERVICE + "once = true\nrestart = \"always\"", 4, "runs once"),
        of(SERVICE + "once = true\nready-port = 80", 4, "leave out ready-port"),
        of(SERVICE + "ready-port = 80\nready-descriptor = 3", 4, "two ways to be ready"),
        of(SERVICE + "ready-port = 99999", 3, "1 to 65535"),
        of(SERVICE + "ready-descriptor = 2", 3, "3 to 1000"),
        of(SERVICE + "ready-within = 3", 3, "needs ready-port"),
        of(SERVICE + "log = false\nlog-files = 3", 4, "log = false"),
        of(SERVICE + "log-size = \"much\"", 3, "log-size is a size"),
        of(SERVICE + "log-size = \"1K\"", 3, "4096"),
        of(SERVICE + "stop-signal = \"STOP\"", 3, "stop-signal is one of TERM"),
        of(SERVICE + "environment = { \"A=B\" = \"x\" }", 3, "'A=B' is no name of a variable"),
        of(SERVICE + "environment = { A = true }", 3, "here is true or false"),
        of(SERVICE + "directory = \"tmp\"", 3, "'tmp' is no path inside a system"),
        of("service = 3", 1, "service is to be tables by name", "[service.NAME]"),
        of("[service]\na = 3", 2, "tables by name"),
        of("[file.\"/usr/bin/x\"]\ntext = \"\"", 1, "not below /etc"),
        of("[file.\"/etc\"]\ntext = \"\"", 1, "not below /etc"),
        of("[file.\"/etc/../root/x\"]\ntext = \"\"", 1, "without '.' and '..'"),
        of("[file.\"etc/x\"]\ntext = \"\"", 1, "it is absolute"),
        of("[file.\"/etc/a\\nb\"]\ntext = \"\"", 1, "control character"),
        of("[file.\"/etc/passwd\"]\ntext = \"\"", 1, "write [user.NAME]"),
        of("[file.\"/etc/carrel/boot\"]\ntext = \"\"", 1, "the init's own"),
        of("[file.\"/etc/x\"]\n", 1, "none of text, source and link"),
        of("[file.\"/etc/x\"]\ntext = \"\"\nlink = \"y\"", 1, "more than one of text, source and link"),
        of("[file.\"/etc/x\"]\nlink = \"\"", 2, "empty"),
        of("[file.\"/etc/x\"]\nlink = \"y\"\nmode = \"0644\"", 3, "a link has no mode"),
        of("[file.\"/etc/x\"]\ntext = \"\"\nmode = \"4755\"", 3, "mode is 000 to 1777"),
        of("[file.\"/etc/x\"]\ntext = \"\"\nmode = \"rw\"", 3, "octal"),
        of("[file.\"/etc/x\"]\ntext = \"\"\nmode = 644", 3, "mode is to be a text"),
        of("[file.\"/etc/x\"]\ntext = \"\"\n[file.\"/etc/x/y\"]\ntext = \"\"", 3, "one is inside the other"),
        of("[file.\"/etc/x\"]\ntext = \"\"\n[file.\"/etc//x\"]\ntext = \"\"", 3, "declared twice"),
        of("[directory.\"/usr/x\"]\n", 1, "cannot stay"),
        of("[directory.\"/\"]\n", 1, "cannot stay"),
        of("[directory.\"var\"]\n", 1, "it is absolute"),
        of("[directory.\"/var/a\"]\n[directory.\"/var/a/b\"]\n", 2, "one inside the other"),
        of("hostname = \"a b\"", 1, "no host name"),
        of("name = \"a/b\"", 1, "no name of a system"),
        of("name = \"..\"", 1, "no name of a system"),
        of("timezone = \"../../etc/passwd\"", 1, "no time zone"),
        of("locale = \"a/b\"", 1, "no locale"),
        of("init = \"/sbin/init\"", 1, "no name of an init"),
        of("packages = [\"a\", \"b\", \"a\"]", 1, "names a twice"),
        of("packages = [\"a\",\n\"--x\"]", 2, "'--x' is no package"),
        of("packages = [\"nix:hello\"]", 1, "no package that a system can have"),
        of("packages = [\"../x\"]", 1, "no package that a system can have"),
        of("memory = \"much\"", 1, "--memory=much is no size"),
        of("publish = [\"8080:80\",\n\"x\"]", 2, "--publish=x"),
        of("\nnetwork = \"a/b\"", 2, "no name of a network"),
        of("network = \"join:x\"", 1, "cannot join"),
        of("expose = [\"/a=b\"]", 1, "'b' is no path inside a system"),
        of("expose = [\"/a=/\"]", 1, "root directory"),
        of("expose = [\"/a=/x\"]\nshare = [\"/b=/x\"]", 2, "two things are mapped to /x"),
        of("name = ", 1, ""));
  }

  private static Arguments of(String text, int line, String... words) {
    return Arguments.of(text, line, words);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void what_makes_no_sense_is_refused_with_its_line(String text, int line, String[] words) {
    assertThat(refusal(FILE, text)).contains(FILE + ":" + line + ":").contains(words);
  }

  @Test
  void a_file_whose_name_is_no_name_of_a_system_has_to_say_one() {
    assertThat(refusal(Path.of("/project/My System.toml"), SERVICE)).contains("no name of a system", "name = ");
  }

  @Test
  void where_something_stands_is_known_also_later() {
    assertThat(SystemReader.read(FILE, SERVICE + "user = \"nobody\"", new TomlDeclarations()).places().refusal("service.a.user", "no."))
        .hasMessage("carrel system: /project/web.toml:3:1: no.");
    assertThat(SystemReader.read(FILE, "\n" + SERVICE, new TomlDeclarations()).places().refusal("service.a.user", "no."))
        .hasMessageContaining("/project/web.toml:2:");
  }
}
