package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts of packages can do, and what happens if they are wrong: packages made by hand, configured by root and by an ordinary user. */
@Tag(User.ROOT)
@ParameterizedClass
@ValueSource(strings = {"root", User.TEST_USER})
class ScriptsIT {
  private static Path directory;
  private static HandmadeArchive archive;
  private static ServerSocket server;

  @Parameter String name;

  @BeforeAll
  static void makePackages() throws IOException {
    assumeTrue(User.weAreRoot(), "needs root, to let apt see an archive made by hand");
    assumeTrue(Host.can("dpkg-scanpackages", "--version"), "needs dpkg-scanpackages (Debian's package dpkg-dev)");
    directory = Files.createTempDirectory("carrel-it-scripts");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    server = new ServerSocket(0);
    archive = new HandmadeArchive(Files.createDirectory(directory.resolve("archive")));
    add("failing", "", "echo before it fails; exit 3");
    add("after", "Depends: handmade-failing", "echo after >/etc/handmade-after");
    add("looping", "", "echo going round; while :; do sleep 1; done");
    add("reporting", "", """
        for fd in /proc/$PPID/fd/*; do
          case $(readlink "$fd") in pipe:*) pipes="$pipes $fd" ;; esac
        done
        while :; do
          for pipe in $pipes; do echo 'processing: configure: somebody-else' >"$pipe"; done
          sleep 0.02
        done
        """);
    add("daemon", "", "setsid sleep 4321 & setsid sleep 4321 </dev/null >/dev/null 2>&1 & echo went on >/etc/handmade-daemon");
    add("outside", "Depends: hello", """
        echo broken >/usr/bin/hello
        chmod 755 /usr/bin/hello
        perl -MSocket -e 'socket(S, PF_INET, SOCK_STREAM, 0); exit !connect(S, sockaddr_in(%d, inet_aton("127.0.0.1")))' && echo network >>/etc/handmade-outside
        mount -t tmpfs none /mnt 2>/dev/null && echo mount >>/etc/handmade-outside
        [ -e %s ] && echo host >>/etc/handmade-outside
        { echo changed >/proc/sys/kernel/domainname; } 2>/dev/null && echo kernel >>/etc/handmade-outside
        { echo x >/run/carrel-configuration/configure.sh; } 2>/dev/null && echo material >>/etc/handmade-outside
        echo lost >/handmade-lost; echo lost >/home/lost; echo lost >/tmp/lost
        ls / >/etc/handmade-root
        """.formatted(server.getLocalPort(), directory));
    add("owner", "", """
        touch /etc/handmade-owner
        chown games:games /etc/handmade-owner
        chown 12345:54321 /etc/handmade-owner
        chmod 4700 /etc/handmade-owner
        mknod /etc/handmade-device c 1 3
        mkfifo /etc/handmade-pipe
        install -o games -g games -m 600 /etc/handmade-owner /etc/handmade-installed
        perl -e '$> = 5; $) = "60 60"; $< = 5; exit 0'
        sync
        """);
    archive.add("handmade-first", "", "preinst", "#!/bin/sh\necho first $1 >>/etc/handmade-order\n", "postinst",
        "#!/bin/sh\necho first $1 >>/etc/handmade-order\n");
    archive.add("handmade-early", "Pre-Depends: handmade-first\n", "preinst",
        "#!/bin/sh\necho early $1 $DPKG_MAINTSCRIPT_PACKAGE $DPKG_MAINTSCRIPT_NAME >>/etc/handmade-order\n", "postinst",
        "#!/bin/sh\necho early $1 >>/etc/handmade-order\n");
    archive.add("handmade-refusing", "", "preinst", "#!/bin/sh\necho not on this machine\nexit 2\n");
    archive.add("handmade-interested", "", "triggers", "interest handmade-change\n", "postinst",
        "#!/bin/sh\n[ \"$1\" != triggered ] || echo \"$2\" >/etc/handmade-triggered\n");
    add("activating", "Depends: handmade-interested", "dpkg-trigger handmade-change");
    add("gone", "Depends: hello", """
        rm /usr/share/doc/hello/copyright
        rm -r /usr/share/handmade-gone
        mkdir /usr/share/handmade-gone
        echo new >/usr/share/handmade-gone/new
        mkdir -m 0 /var/lib/handmade-closed
        """);
    add("large", "", "truncate -s 8T /var/lib/large");
    add("slow", "", "sleep 2.5");
    makeAuthority();
    archive.index();
  }

  /** One with a postinst. */
  private static void add(String name, String field, String script) throws IOException {
    archive.add("handmade-" + name, field.isEmpty() ? "" : field + "\n", "postinst", "#!/bin/sh\nset -e\n" + script + (script.endsWith("\n") ? "" : "\n"));
  }

  /** A package that adds an authority to those that the system trusts, and a server's certificate signed by it. */
  private static void makeAuthority() throws IOException {
    assumeTrue(Host.can("openssl", "version"), "needs openssl");
    Path keys = Files.createDirectory(directory.resolve("keys"));
    Host.says("sh", "-c", "cd " + keys + " && openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj /CN=Handmade -keyout ca.key -out ca.crt"
        + " && openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr"
        + " && openssl x509 -req -days 36500 -in server.csr -CA ca.crt -CAkey ca.key -out server.crt && chmod a+r *");
    add("authority", "Depends: ca-certificates", "mkdir -p /usr/local/share/ca-certificates\ncat >/usr/local/share/ca-certificates/handmade.crt <<EOF\n"
        + Files.readString(keys.resolve("ca.crt")) + "EOF\ndpkg-trigger update-ca-certificates");
  }

  @AfterAll
  static void removePackages() throws IOException {
    if (directory != null) {
      server.close();
      Trees.delete(directory);
    }
  }

  /** {@code carrel shell WORDS} by the user of this round, with a store that all tests of the round use. */
  private Carrel shell(String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of("shell", "--no-cwd"));
    line.addAll(List.of(words));
    return command(line.toArray(String[]::new));
  }

  private Carrel command(String... line) throws IOException {
    Path home = directory.resolve(name);
    List<String> prefix = new ArrayList<>(archive.prefix());
    User user = User.named(name).orElse(null);
    assumeTrue(user != null, "needs the user " + name);
    if (Files.notExists(home)) {
      user.own(Files.createDirectory(home));
    }
    if (user.uid() != 0) {
      assumeTrue(Host.can(user.command(List.of("test", "-x", Checkout.underTest().script().toString())).toArray(String[]::new)),
          "needs a checkout that " + name + " may read");
      prefix.addAll(user.command(List.of("env", "HOME=" + home, "USER=" + name)));
    }
    return Carrel.command(line).withVariable("CARREL_STORE", home.resolve("store").toString())
        .withVariable("CARREL_STATE", home.resolve("state").toString()).under(prefix.toArray(String[]::new));
  }

  private String said(String... words) throws IOException {
    return shell(words).says();
  }

  private long profiles() throws IOException {
    Path items = directory.resolve(name).resolve("store/items");
    if (Files.notExists(items)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(items)) {
      return all.filter(item -> item.getFileName().toString().endsWith("-profile")).count();
    }
  }

  private void assertNothingStaged() {
    assertThat(directory.resolve(name).resolve("store/staging")).isEmptyDirectory();
  }

  @Test
  void one_that_fails_is_told_with_its_package_its_output_and_what_to_do_and_nothing_is_made() throws IOException {
    long before = profiles();
    Carrel.Result result = shell("handmade-after", "--", "true").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("cannot configure the package handmade-failing", "exit status 3", "before it fails", "--skip-failed-scripts",
        "--no-scripts").doesNotContain("Exception");
    assertThat(profiles()).isEqualTo(before);
    assertNothingStaged();
  }

  @Test
  void a_failed_one_can_be_skipped_which_is_noted_and_the_others_run() throws IOException {
    Carrel.Result result = shell("--skip-failed-scripts", "handmade-after", "--", "cat", "/etc/handmade-after").run();

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("after\n");
    assertThat(result.err()).contains("note: the package handmade-failing is not configured", "before it fails");
    assertNothingStaged();
  }

  @Test
  void a_profile_is_not_changed_by_a_package_that_fails_unless_its_scripts_are_skipped() throws IOException {
    Carrel.Result refused = command("profile", "install", "-p", "failing", "handmade-after", "hello").run();
    assertThat(refused.status()).isEqualTo(125);
    assertThat(refused.err()).contains("handmade-failing", "--skip-failed-scripts", "--no-scripts");

    Carrel.Result skipped = command("profile", "install", "-p", "failing", "--skip-failed-scripts", "handmade-after", "hello").run();
    assertThat(skipped.status()).as(skipped.err()).isZero();
    assertThat(skipped.err()).contains("the package handmade-failing is not configured");
    assertThat(said("--profile=failing", "--", "cat", "/etc/handmade-after")).isEqualTo("after\n");

    Carrel.Result none = command("profile", "upgrade", "-p", "failing", "--no-scripts").run();
    assertThat(none.status()).as(none.err()).isZero();
    assertThat(shell("--profile=failing", "--", "test", "-e", "/etc/handmade-after").run().status()).isEqualTo(1);
  }

  @Test
  void before_packages_are_unpacked_is_before_they_are_configured_and_each_after_what_it_needs() throws IOException {
    assertThat(said("handmade-early", "--", "cat", "/etc/handmade-order"))
        .isEqualTo("first install\nearly install handmade-early preinst\nfirst configure\nearly configure\n");
  }

  @Test
  void one_that_refuses_an_installation_is_told() throws IOException {
    Carrel.Result result = shell("handmade-refusing", "--", "true").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("cannot configure the package handmade-refusing: its preinst ended with status 2", "not on this machine");
  }

  @Test
  void one_that_does_not_end_is_ended() throws IOException {
    Traces before = Traces.now();
    Carrel.Result result = shell("--script-timeout=3", "handmade-looping", "--", "true").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("handmade-looping", "did not end within 3 s", "--script-timeout=SECONDS", "going round");
    before.awaitNothingNew();
    assertNothingStaged();
  }

  @Test
  void one_that_reports_as_if_others_had_begun_is_ended_too() throws IOException {
    Carrel.Result result = shell("--script-timeout=2", "handmade-reporting", "--", "true").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("did not end within 2 s");
    assertNothingStaged();
  }

  @Test
  void one_that_does_not_end_can_be_skipped_as_well() throws IOException {
    Carrel.Result result = shell("--script-timeout=3", "--skip-failed-scripts", "handmade-looping", "--", "awk", "BEGIN { print 6 * 7 }").run();

    assertThat(result.out()).as(result.err()).isEqualTo("42\n");
    assertThat(result.err()).contains("note: the package handmade-looping is not configured: its script did not end within 3 s");
  }

  @Test
  void a_file_that_only_seems_to_be_large_does_not_fill_the_disk() throws IOException {
    Carrel.Result result = shell("handmade-large", "--", "true").run();

    assertThat(result.status()).isEqualTo(125);
    assertThat(result.err()).contains("handmade-large", "File size limit exceeded");
    assertNothingStaged();
  }

  @Test
  void the_same_packages_become_the_same_profile_in_another_store() throws IOException {
    String profile = said("handmade-early", "--", "sh", "-c", "echo $CARREL_ENVIRONMENT").strip();
    Path other = directory.resolve(name).resolve("other");
    Carrel.Result result = shell("handmade-early", "--", "sh", "-c", "echo $CARREL_ENVIRONMENT").withVariable("CARREL_STORE", other.toString()).run();
    assertThat(result.status()).as(result.err()).isZero();

    assertThat(Path.of(result.out().strip()).getFileName()).isEqualTo(Path.of(profile).getFileName());
    assertThat(Host.says("diff", "-r", "--no-dereference", profile, result.out().strip())).isEmpty();
    assertThat(listed(result.out().strip())).isEqualTo(listed(profile));
  }

  private static String listed(String profile) {
    return Host.says("sh", "-c", "cd " + profile + " && find . -printf '%p %m %T@ %l\\n' | sort");
  }

  @Test
  void what_it_leaves_running_ends_with_its_container() throws IOException {
    Traces before = Traces.now();

    assertThat(said("handmade-daemon", "--", "cat", "/etc/handmade-daemon")).isEqualTo("went on\n");
    before.awaitNothingNew();
  }

  @Test
  void it_reaches_nothing_but_its_own_copies() throws IOException {
    String domain = Files.readString(Path.of("/proc/sys/kernel/domainname"));

    assertThat(said("handmade-outside", "--", "sh", "-c", "cat /usr/bin/hello; cat /etc/handmade-outside; ls /home /tmp; cat /etc/handmade-root"))
        .startsWith("broken\n").doesNotContain("network", "mount\n", "host", "kernel", "material").contains("usr\n");
    assertThat(said("--no-scripts", "hello", "--", "hello")).as("the item itself").isEqualTo("Hello, world!\n");
    assertThat(Path.of("/handmade-lost")).doesNotExist();
    assertThat(Path.of("/home/lost")).doesNotExist();
    assertThat(Path.of("/tmp/lost")).doesNotExist();
    assertThat(Files.readString(Path.of("/proc/sys/kernel/domainname"))).isEqualTo(domain);
  }

  @Test
  void it_seems_to_be_root_with_every_id_and_device_and_all_belongs_to_the_stores_owner() throws IOException {
    int owner = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    String profile = said("handmade-owner", "--", "sh", "-c",
        "echo $CARREL_ENVIRONMENT; ls /etc | grep handmade; stat -c %a /etc/handmade-owner").lines().toList().get(0);
    int expected = User.named(name).map(User::uid).orElse(owner);

    assertThat(said("handmade-owner", "--", "sh", "-c", "ls /etc | grep handmade; stat -c %a /etc/handmade-owner"))
        .isEqualTo("handmade-installed\nhandmade-owner\n555\n");
    try (Stream<Path> all = Files.walk(Path.of(profile))) {
      assertThat(all).allSatisfy(path ->
          assertThat(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS)).as(path.toString()).isEqualTo(expected));
    }
  }

  @Test
  void triggers_run() throws IOException {
    assertThat(said("handmade-activating", "--", "cat", "/etc/handmade-triggered")).isEqualTo("handmade-change\n");
  }

  @Test
  void an_authority_that_a_package_adds_is_trusted() throws IOException {
    String connect = "openssl s_server -accept 4433 -key /keys/server.key -cert /keys/server.crt -quiet & until grep -q ':1151 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.1; done;"
        + " openssl s_client -connect localhost:4433 -verify_return_error </dev/null 2>&1 | grep 'Verify return code'";
    String keys = "--expose=" + directory.resolve("keys") + "=/keys";

    assertThat(said(keys, "handmade-authority", "openssl", "--", "sh", "-c", connect)).contains("0 (ok)");
  }

  @Test
  void what_it_removes_is_gone_and_what_it_makes_anew_is_new() throws IOException {
    assertThat(said("handmade-gone", "--", "sh", "-c", "ls /usr/share/handmade-gone; ls /usr/share/doc/hello; ls -d /var/lib/handmade-closed"))
        .startsWith("new\n").doesNotContain("old", "copyright").endsWith("/var/lib/handmade-closed\n");
    assertThat(said("--no-scripts", "handmade-gone", "--", "sh", "-c", "ls /usr/share/handmade-gone; ls /usr/share/doc/hello"))
        .startsWith("old\n").contains("copyright");
  }

  @Test
  void without_scripts_packages_are_as_they_are_unpacked() throws IOException {
    assertThat(said("--no-scripts", "handmade-after", "--", "sh", "-c", "ls /etc/handmade-after /usr/bin/awk 2>&1; true")).contains("cannot access");
    assertThat(said("hello", "--", "awk", "BEGIN { print 6 * 7 }")).isEqualTo("42\n");
  }

  @Test
  void killed_while_scripts_run_it_leaves_nothing_that_a_later_start_would_take() throws Exception {
    said("hello", "--", "true");
    Traces before = Traces.now();
    long profiles = profiles();
    for (int i = 0; i < 4; i++) {
      Process process = shell("handmade-slow", "--", "true").start(directory.resolve("killed"));
      process.waitFor(1000, TimeUnit.MILLISECONDS); // while it prepares, the first time
      for (int look = 0; i > 0 && process.isAlive() && !slowScriptRuns(); look++) {
        assertThat(look).as("looks for its script").isLessThan(6000);
        process.waitFor(10, TimeUnit.MILLISECONDS);
      }
      assertThat(process.isAlive()).as(Files.readString(directory.resolve("killed"))).isTrue();
      process.waitFor(300L * i, TimeUnit.MILLISECONDS);
      process.destroyForcibly().waitFor();
      before.awaitNothingNew();
    }
    assertThat(profiles()).isEqualTo(profiles);

    assertThat(said("handmade-slow", "--", "awk", "BEGIN { print 6 * 7 }")).isEqualTo("42\n");
    assertNothingStaged();
  }

  private static boolean slowScriptRuns() {
    return ProcessHandle.allProcesses().anyMatch(process -> process.info().commandLine().orElse("").endsWith("sleep 2.5"));
  }

  @Test
  void the_list_of_packages_is_there() throws IOException {
    assertThat(said("handmade-first", "--", "sh", "-c", "dpkg -l handmade-first; dpkg -S /bin/ls; dpkg -V coreutils libc6 mawk"))
        .contains("ii  handmade-first", "coreutils: /bin/ls").doesNotContain("missing", "??5");
  }
}
