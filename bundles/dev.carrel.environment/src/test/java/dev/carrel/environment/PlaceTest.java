package dev.carrel.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.container.TerminalSize;
import dev.carrel.api.environment.Workplace;
import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.FileIdentity;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.environment.Fakes.FakeHost;
import dev.carrel.environment.Fakes.Wanted;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
  @TempDir Path temporary;
  private Path home;
  private FakeHost host;
  private Wanted wanted;

  @BeforeEach
  void setUp() throws IOException {
    temporary = temporary.toRealPath();
    home = Files.createDirectory(temporary.resolve("home"));
    host = FakeHost.user(home);
    wanted = new Wanted(Files.createDirectory(home.resolve("project")));
  }

  // --- descriptors

  @Test
  void a_descriptor_is_mounted_as_the_file_it_is() throws IOException {
    Path file = Files.writeString(temporary.resolve("opened"), "x");
    FileIdentity identity = new FileIdentity((long) Files.getAttribute(file, "unix:dev"), (long) Files.getAttribute(file, "unix:ino"));
    try (FileInputStream opened = new FileInputStream(file.toFile())) {
      Path descriptor = descriptorOf(file);
      wanted.share(descriptor, "/x");
      assertThat(mappings()).containsExactly(new Mapping(file, Path.of("/x"), Access.SHARE, Mapping.Kind.FILE, TreeOptions.standard(),
          Optional.of(identity)));
      Files.delete(file);
      assertThatExceptionOfType(CarrelException.class).isThrownBy(this::mappings).withMessageContaining("has lost it");
    }
    assertThatExceptionOfType(CarrelException.class).isThrownBy(this::mappings).withMessageContaining("no such descriptor");
  }

  private static Path descriptorOf(Path file) throws IOException {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
          return Path.of("/dev/fd").resolve(descriptor.getFileName());
        }
      }
    }
    throw new AssertionError(file + " is not open");
  }

  // --- working directory

  @Test
  void the_working_directory_is_shared_at_its_own_path_and_is_where_the_program_starts() {
    assertThat(base()).contains(share(wanted.directory, wanted.directory));
    assertThat(prepare().spec().process().directory()).isEqualTo(wanted.directory);
    assertThat(prepare().notes()).isEmpty();
  }

  @Test
  void without_it_the_program_starts_in_the_home_directory() {
    wanted.shareDirectory = false;
    assertThat(base()).noneMatch(mount -> mount.target().equals(wanted.directory));
    assertThat(prepare().spec().process().directory()).isEqualTo(home);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/proc", "/proc/sys", "/sys", "/dev", "/dev/shm", "/usr", "/etc", "/run"})
  void what_would_cover_the_container_itself_is_not_shared_and_a_note_says_so(String directory) {
    wanted.directory = Path.of(directory);
    Workplace place = prepare();
    assertThat(place.spec().root().base()).noneMatch(mount -> mount instanceof Mount.Bind bind && bind.access() == Access.SHARE);
    assertThat(place.spec().process().directory()).isEqualTo(home);
    assertThat(place.notes()).singleElement().asString().contains("the working directory " + directory + " is not shared");
  }

  /** A process's own directory has none: somebody has exchanged it. */
  @Test
  void a_working_directory_behind_a_link_is_told() throws IOException {
    Path other = Files.move(wanted.directory, home.resolve("other"));
    Files.createSymbolicLink(wanted.directory, other);
    refused("cannot share the working directory " + wanted.directory + ": it is behind a symbolic link now, which leads to " + other);
  }

  @Test
  void a_working_directory_that_is_gone_is_told() throws IOException {
    Files.delete(wanted.directory);
    refused("cannot share the working directory " + wanted.directory + ": no such file or directory");
  }

  @Test
  void a_working_directory_that_is_the_home_directory_takes_its_place() {
    wanted.directory = home;
    List<Mount> base = base();
    assertThat(base.indexOf(share(home, home))).isGreaterThan(base.indexOf(new Mount.Tmpfs(home, 0700, "10%")));
  }

  // --- mappings

  @Test
  void a_relative_source_is_taken_from_the_working_directory_and_its_target_is_the_same() throws IOException {
    Path data = Files.createDirectory(home.resolve("data"));
    wanted.expose(Path.of("../data"));
    assertThat(mappings()).containsExactly(new Mapping(data, data, Access.EXPOSE, Mapping.Kind.DIRECTORY));
  }

  @Test
  void a_source_is_followed_and_its_target_is_what_was_written() throws IOException {
    Path file = Files.createFile(home.resolve("file"));
    Path link = Files.createSymbolicLink(home.resolve("link"), file);
    wanted.expose(link).share(link, "/srv/x");
    assertThat(mappings()).containsExactly(new Mapping(file, link, Access.EXPOSE, Mapping.Kind.FILE),
        new Mapping(file, Path.of("/srv/x"), Access.SHARE, Mapping.Kind.FILE));
  }

  @Test
  void a_missing_source_is_named() {
    wanted.expose(home.resolve("none"));
    refused("cannot expose " + home.resolve("none") + ": no such file or directory");
  }

  @Test
  void a_dangling_link_is_named() throws IOException {
    wanted.share(Files.createSymbolicLink(home.resolve("dangling"), Path.of("nowhere")), "/x");
    refused("cannot share " + home.resolve("dangling") + ": it is a symbolic link to something that does not exist");
  }

  @Test
  void links_in_a_circle_are_named() throws IOException {
    wanted.expose(Files.createSymbolicLink(home.resolve("circle"), Path.of("circle")));
    refused("cannot expose " + home.resolve("circle") + ": Too many levels of symbolic links");
  }

  // --- user

  @Test
  void the_user_is_the_same_inside_and_outside() {
    assertThat(prepare().spec().identity()).isEqualTo(new Identity(new IdMapping(1234, 1234, 1), new IdMapping(5678, 5678, 1)));
    assertThat(generated("/etc/passwd")).isEqualTo("root:x:0:0:root:/root:/bin/sh\nada:x:1234:5678:Ada L.:" + home
        + ":" + shell() + "\nnobody:x:65534:65534:not mapped:/nonexistent:/usr/sbin/nologin\n");
    assertThat(generated("/etc/group")).isEqualTo("ada:x:5678:\nstaff:x:50:\nroot:x:0:\ntty:x:5:\nnogroup:x:65534:\n");
  }

  @Test
  void root_is_root_inside() {
    host = new FakeHost(new Account("root", 0, 0, "", Path.of("/root"), "/bin/bash"), List.of(new Group("root", 0)));
    assertThat(prepare().spec().identity()).isEqualTo(new Identity(new IdMapping(0, 0, 1), new IdMapping(0, 0, 1)));
    assertThat(generated("/etc/passwd")).startsWith("root:x:0:0::/root:").doesNotContain("root:/root:/bin/sh");
    assertThat(base()).contains(new Mount.Tmpfs(Path.of("/root"), 0700, "10%"));
  }

  @Test
  void another_name_has_uid_and_gid_1000_and_the_home_directory_moves_with_it() throws IOException {
    Path data = Files.createDirectory(home.resolve("data"));
    wanted.user = Optional.of("bob");
    wanted.expose(data);
    assertThat(prepare().spec().identity()).isEqualTo(new Identity(new IdMapping(1000, 1234, 1), new IdMapping(1000, 5678, 1)));
    assertThat(base()).contains(share(wanted.directory, Path.of("/home/bob/project")), new Mount.Tmpfs(Path.of("/home/bob"), 0700, "10%"));
    assertThat(mappings()).containsExactly(new Mapping(data, Path.of("/home/bob/data"), Access.EXPOSE, Mapping.Kind.DIRECTORY));
    assertThat(prepare().spec().process().directory()).isEqualTo(Path.of("/home/bob/project"));
    assertThat(variables()).contains("USER=bob", "HOME=/home/bob", "XDG_RUNTIME_DIR=/run/user/1000");
    assertThat(generated("/etc/group")).startsWith("bob:x:1000:\n").doesNotContain("ada");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bob", "1bob", "-x", "a/b", "..", "a:b", "a\nb", "abcdefghijklmnopqrstuvwxyzabcdefg"})
  void what_is_no_user_name_is_refused(String name) {
    wanted.user = Optional.of(name);
    refused("cannot call the user inside '" + name + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "", "/tmp", "/home", "/var/lib/ada", "/usr/ada", "/proc/x", "/ho\nme", "/a:b"})
  void who_has_no_home_directory_that_a_container_could_have_gets_another(String place) {
    host = FakeHost.user(Path.of(place));
    assertThat(variables()).contains("HOME=/home/ada");
    assertThat(prepare().spec().process().directory()).isEqualTo(wanted.directory);
  }

  @Test
  void a_hostile_account_cannot_add_lines() {
    host = new FakeHost(new Account("../a:0:0\nroot", 7, 7, "x\nevil:x:0:0", home, "/bin/sh"),
        List.of(new Group("g\nh", 7), new Group("root", 9)));
    assertThat(generated("/etc/passwd").lines()).hasSize(3).allMatch(line -> line.split(":").length == 7);
    assertThat(generated("/etc/group").lines()).allMatch(line -> line.split(":", -1).length == 4);
  }

  // --- directories in memory and generated files

  @Test
  void what_is_writable_is_in_memory() {
    assertThat(base()).contains(new Mount.Tmpfs(Path.of("/tmp"), 01777, "10%"), new Mount.Tmpfs(Path.of("/run"), 0755, "10%"),
        new Mount.Directory(Path.of("/run/user/1234"), 0700), new Mount.Tmpfs(home, 0700, "10%"));
  }

  @Test
  void the_hosts_file_knows_localhost_and_the_host_name_and_is_read_only() {
    wanted.hostname = Optional.of("box");
    assertThat(generated("/etc/hosts")).contains("127.0.0.1 localhost\n").contains("::1 localhost").contains(" box\n");
    assertThat(generated("/etc/hostname")).isEqualTo("box\n");
    assertThat(prepare().spec().hostname()).contains("box");
    assertThat(base()).filteredOn(mount -> mount instanceof Mount.GeneratedFile)
        .allMatch(mount -> ((Mount.GeneratedFile) mount).mode() == 0444);
  }

  @Test
  void without_a_network_nobody_is_asked_for_names() {
    assertThat(prepare().spec().namespaces()).isEqualTo(Namespace.standard());
    assertThat(generated("/etc/nsswitch.conf")).contains("hosts: files\n");
    assertThat(base()).noneMatch(mount -> mount.target().equals(Path.of("/etc/resolv.conf")));
  }

  @Test
  void with_the_hosts_network_its_name_service_is_used() {
    wanted.network = NetworkSpec.HOST;
    assertThat(prepare().spec().namespaces()).isEqualTo(Namespace.standardBut(Namespace.NETWORK));
    assertThat(generated("/etc/nsswitch.conf")).contains("hosts: files dns\n");
    assertThat(base().stream().anyMatch(mount -> mount instanceof Mount.Bind && mount.target().equals(Path.of("/etc/resolv.conf"))))
        .isEqualTo(Files.isRegularFile(Path.of("/etc/resolv.conf")));
  }

  // --- software

  @Test
  void of_the_host_only_programs_are_seen_and_none_of_its_secrets() {
    assertThat(base()).filteredOn(mount -> mount instanceof Mount.Bind && !mount.target().startsWith(home))
        .allMatch(mount -> ((Mount.Bind) mount).access() == Access.EXPOSE);
    for (String hidden : new String[] {"/", "/etc", "/etc/shadow", "/etc/ssl", "/etc/ssl/private", "/etc/pki", "/var", "/home", "/boot"}) {
      assertThat(base()).noneMatch(mount -> mount instanceof Mount.Bind && mount.target().equals(Path.of(hidden)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/usr"})
  void a_system_of_the_users_own_takes_the_place_of_the_hosts(String target) {
    wanted.share(temporary, target);
    wanted.shareDirectory = false;
    wanted.command = List.of();
    assertThat(base()).noneMatch(mount -> mount instanceof Mount.Bind || mount instanceof Mount.Symlink);
    assertThat(prepare().spec().process().command()).containsExactly("/bin/sh");
  }

  @Test
  void mappings_only_bring_no_software() {
    wanted.software = new Software.MappingsOnly();
    wanted.shareDirectory = false;
    assertThat(base()).noneMatch(mount -> mount instanceof Mount.Bind || mount instanceof Mount.Symlink);
  }

  // --- variables

  @Test
  void of_the_environment_nothing_is_kept_but_what_a_login_needs() {
    wanted.variables.put("SECRET", "x");
    wanted.variables.put("TERM", "xterm");
    assertThat(variables()).doesNotContain("SECRET=x", "TERM=xterm").contains("USER=ada", "LOGNAME=ada", "HOME=" + home,
        "PWD=" + wanted.directory, "LANG=C.UTF-8", "TMPDIR=/tmp", "TEMPDIR=/tmp", "TMP=/tmp", "TEMP=/tmp",
        "XDG_RUNTIME_DIR=/run/user/1234", "SHELL=" + shell());
    assertThat(prepare().spec().process().environment().get("PATH")).contains("/usr/bin:").contains("/usr/games");
  }

  @Test
  void a_terminal_keeps_its_type() {
    wanted.variables.put("TERM", "xterm");
    wanted.stdio = Stdio.terminal(new TerminalSize(24, 80));
    assertThat(variables()).contains("TERM=xterm");
  }

  @Test
  void preserved_variables_override_and_the_profile_stays() {
    wanted.variables.put("LANG", "fr_FR.UTF-8");
    wanted.variables.put("CARREL_ENVIRONMENT", "forged");
    wanted.variables.put("=odd", "x");
    wanted.variables.put("OTHER", "x");
    wanted.preserve.add(Pattern.compile("^LANG$"));
    wanted.preserve.add(Pattern.compile("CARREL|odd"));
    assertThat(variables()).contains("LANG=fr_FR.UTF-8").doesNotContain("OTHER=x", "CARREL_ENVIRONMENT=forged");
  }

  @Test
  void a_preserved_path_stays_behind_that_of_the_container() {
    wanted.variables.put("PATH", "/mine:/bin");
    wanted.preserve.add(Pattern.compile("^PATH$"));
    assertThat(prepare().spec().process().environment().get("PATH")).startsWith("/usr/local/bin:/usr/bin:").endsWith(":/mine:/bin");
  }

  private Workplace prepare() {
    return new ContainerWorkplaces(host).prepare(wanted.request(), Progress.silent());
  }

  private List<Mount> base() {
    return prepare().spec().root().base();
  }

  private List<Mapping> mappings() {
    return prepare().spec().root().mappings();
  }

  private List<String> variables() {
    return prepare().spec().process().environment().entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  private String generated(String target) {
    return base().stream().filter(mount -> mount.target().equals(Path.of(target)))
        .filter(mount -> mount instanceof Mount.GeneratedFile).map(mount -> ((Mount.GeneratedFile) mount).content().toString())
        .findFirst().orElseThrow();
  }

  private static String shell() {
    return Files.exists(Path.of("/usr/bin/bash")) ? "/bin/bash" : "/bin/sh";
  }

  private void refused(String message) {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(this::prepare).withMessageContaining(message);
  }

  private static Mount share(Path source, Path target) {
    return new Mount.Bind(source, target, Access.SHARE, Mapping.Kind.DIRECTORY, false);
  }
}
