package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Packages of the host's archive work in a container as where Debian has installed them: a few profiles in a store of their own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfiguredPackagesIT {
  private static final List<String> TOOLS = List.of("vim-tiny", "python3", "perl", "sqlite3", "fontconfig", "fonts-dejavu-core", "graphviz",
      "man-db", "openssl", "ca-certificates");
  private static final List<String> BUILD = List.of("gcc", "g++", "libc6-dev", "make", "cmake", "git", "openssh-client");
  private static final List<String> JAVA = List.of("default-jre-headless");
  private static final List<String> SERVERS = List.of("nginx", "postgresql", "nodejs", "ruby", "r-base-core");

  private Path directory;

  @BeforeAll
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("carrel-it-configured",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
  }

  @AfterAll
  void removeDirectory() throws IOException {
    Trees.delete(directory);
  }

  private Carrel.Result run(List<String> packages, List<String> options, String script) {
    List<String> line = new ArrayList<>(List.of("shell", "--no-cwd"));
    line.addAll(options);
    line.addAll(packages);
    line.addAll(List.of("--", "sh", "-c", script));
    return Carrel.command(line.toArray(String[]::new)).withVariable("CARREL_STORE", directory.resolve("store").toString()).run();
  }

  private String says(List<String> packages, String script) {
    return says(packages, List.of(), script);
  }

  private String says(List<String> packages, List<String> options, String script) {
    Carrel.Result result = run(packages, options, script);
    assertThat(result.status()).as(script + ": " + result.out() + result.err()).isZero();
    return result.out();
  }

  @Test
  void alternatives_are_there() {
    assertThat(says(TOOLS, "awk 'BEGIN { print 6 * 7 }'; vi --version | head -1; which pager editor"))
        .isEqualTo("42\n" + says(TOOLS, "vim.tiny --version | head -1") + "/usr/bin/pager\n/usr/bin/editor\n");
  }

  @Test
  void packages_that_are_configured_before_others_hear_of_these() {
    assertThat(says(List.of("jq"), "/sbin/ldconfig -p | grep -c libjq.so.1; dpkg --audit; dpkg-query -W -f '${Package} ${db:Status-Status}\\n' jq libc-bin"))
        .isEqualTo("1\njq installed\nlibc-bin installed\n");
  }

  @Test
  void interpreters_find_their_modules() {
    assertThat(says(TOOLS, "echo '{\"a\":[1]}' | python3 -m json.tool --compact; perl -MText::Wrap -MPOSIX -e 'print wrap(\"\", \"\", floor(42.5)), \"\\n\"'"))
        .isEqualTo("{\"a\":[1]}\n42\n");
  }

  @Test
  void python_has_byte_code_that_counts() {
    assertThat(says(List.of("python3"), "python3 -v -c 'import json.tool' 2>&1 | grep \"code object from.*json\""))
        .contains("tool.cpython", ".pyc'").doesNotContain(".py'");
  }

  @Test
  void databases_answer() {
    assertThat(says(TOOLS, "sqlite3 :memory: 'select 6 * 7'")).isEqualTo("42\n");
  }

  @Test
  void fonts_are_found_and_graphs_are_drawn() {
    assertThat(says(TOOLS, "fc-list; fc-cache -v 2>&1 | grep -c skipping.*valid; echo 'digraph { a -> b }' | dot -Tsvg"))
        .contains("DejaVuSans.ttf", "</svg>").doesNotContain("Warning");
  }

  @Test
  void locales_are_as_the_variables_say() {
    assertThat(says(TOOLS, "locale; locale -a")).contains("LC_CTYPE=\"C.UTF-8\"", "C.utf8");
  }

  @Test
  void manual_pages_are_shown() {
    assertThat(says(TOOLS, "man ls | head -1; man -w sh")).contains("LS(1)", "sh.1.gz");
  }

  @Test
  void certificates_of_the_system_are_trusted_and_no_others() {
    assertThat(says(TOOLS, "for ca in /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt; do openssl verify \"$ca\"; done;"
        + " python3 -c 'import ssl; print(len(ssl.create_default_context().get_ca_certs()) > 100)'")).contains("ISRG_Root_X1.crt: OK", "True");
    String server = "cd /tmp; openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout key -out cert 2>/dev/null;"
        + " openssl s_server -accept 4433 -key key -cert cert -quiet & until grep -q ':1151 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.1; done; ";
    assertThat(run(TOOLS, List.of(), server + "openssl s_client -connect localhost:4433 -verify_return_error </dev/null 2>&1").out())
        .contains("self-signed certificate");
    assertThat(says(TOOLS, server + "openssl s_client -connect localhost:4433 -verify_return_error -CAfile cert </dev/null 2>&1"))
        .contains("Verify return code: 0 (ok)");
  }

  @Test
  void compilers_are_found_by_their_general_names() {
    assertThat(says(BUILD, """
        cd /tmp
        printf '#include <stdio.h>\\nint main(void) { puts("42"); return 0; }\\n' >a.c
        cc a.c -o a && ./a && c++ -x c++ a.c -o b && ./b
        printf 'all:\\n\\t$(CC) a.c -o c\\n' >Makefile && make -s && ./c
        printf 'cmake_minimum_required(VERSION 3.10)\\nproject(d C CXX)\\nadd_executable(d a.c)\\n' >CMakeLists.txt
        cmake -B build . >/dev/null && cmake --build build >/dev/null && build/d
        """)).isEqualTo("42\n42\n42\n42\n");
  }

  @Test
  void repositories_and_keys_can_be_made() {
    assertThat(says(BUILD, "cd /tmp; git init -q x; cd x; git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first; git log --format=%s;"
        + " ssh-keygen -q -t ed25519 -N '' -f key; ls")).isEqualTo("first\nkey\nkey.pub\n");
  }

  @Test
  void java_runs_and_trusts_the_certificates_of_the_system() {
    assertThat(says(JAVA, "java -version 2>&1; keytool -list -cacerts -storepass changeit")).contains("OpenJDK", "trustedCertEntry");
  }

  @Test
  void more_interpreters_run() {
    assertThat(says(SERVERS, "node -e 'console.log(6 * 7)'; ruby -rjson -e 'puts JSON.parse(\"42\")'; Rscript -e 'cat(6 * 7, \"\\n\")'"))
        .isEqualTo("42\n42\n42 \n");
  }

  @Test
  void a_web_server_finds_its_settings_right_where_it_may_write() {
    List<String> options = List.of("--user=web", "--sysctl=net.ipv4.ip_unprivileged_port_start=80",
        "--mount=type=tmpfs,target=/var/lib/nginx,mode=1777", "--mount=type=tmpfs,target=/var/log/nginx,mode=1777");
    assertThat(says(SERVERS, options, "nginx -t 2>&1")).contains("test is successful");
  }

  @Test
  void a_database_server_runs_as_its_own_user() {
    List<String> options = List.of("--ids=auto", "--uid=0", "--gid=0", "--cap-add=SETUID,SETGID,CHOWN");
    Carrel.Result ids = Carrel.command("run", "--no-cwd", "--ids=auto", "--", "true").run();
    assumeTrue(ids.status() == 0, "needs a range of ids: " + ids.err());

    assertThat(says(SERVERS, options, """
        mkdir /run/postgresql /tmp/data && chown postgres:postgres /run/postgresql /tmp/data && cd /tmp
        setpriv --reuid postgres --regid postgres --init-groups sh -c '
          PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
          initdb -D data >/dev/null 2>&1 && pg_ctl -D data -l data/log -w start >/dev/null
          psql -Atc "select 6 * 7, current_user" postgres
          pg_ctl -D data -m fast stop >/dev/null; id -Gn'
        """)).isEqualTo("42|postgres\npostgres ssl-cert\n");
  }

  @Test
  void nothing_of_a_profile_says_where_or_when_it_was_made() throws IOException {
    Path profile = Path.of(says(SERVERS, "echo $CARREL_ENVIRONMENT").strip());

    try (Stream<Path> logs = Files.walk(profile.resolve("var/log"))) {
      assertThat(logs.filter(Files::isRegularFile)).isEmpty();
    }
    for (String file : List.of("etc/machine-id", "etc/ssl/private/ssl-cert-snakeoil.key", "etc/shadow-", "var/cache/ldconfig/aux-cache",
        "usr/sbin/policy-rc.d")) {
      assertThat(profile.resolve(file)).doesNotExist();
    }
  }
}
