package dev.carrel.system.init;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.system.InitSystem;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart.When;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InitTreesTest {
  static Stream<InitSystem> inits() {
    return Stream.of(new S6Init(), new RunitInit());
  }

  static Stream<InitSystem> all() {
    return Stream.concat(inits(), Stream.of(new SystemdInit()));
  }

  static final Service[] ALL = {
    Declared.service("plain"),
    Declared.once("first"),
    Declared.service("port", "www-data", When.ON_FAILURE, new Readiness.Answers(80, Duration.ofSeconds(9)), List.of("nginx", "it's"), "plain", "first"),
    Declared.service("asked", "root", When.NEVER, new Readiness.Succeeds(List.of("test", "-e", "/a b"), Duration.ofSeconds(9)), List.of("a")),
    Declared.service("tells", "root", When.ALWAYS, new Readiness.Notification(4, Duration.ofSeconds(9)), List.of("a")),
    Declared.service("high", "root", When.ALWAYS, new Readiness.Notification(12, Duration.ofSeconds(9)), List.of("a"))
  };

  @ParameterizedTest
  @MethodSource("all")
  void every_script_is_one_that_its_shell_can_read(InitSystem init, @TempDir Path directory) throws Exception {
    for (SystemFile file : init.tree(Declared.system(List.of(), ALL)).files()) {
      if (file instanceof SystemFile.Regular regular && (regular.mode() & 0100) != 0) {
        String text = regular.content().toString();
        Path script = Files.writeString(directory.resolve("script"), text);
        String shell = text.substring(2, text.indexOf('\n'));
        Process process = new ProcessBuilder(shell, "-n", script.toString()).redirectErrorStream(true).start();
        assertThat(new String(process.getInputStream().readAllBytes())).as(file.path().toString()).isEmpty();
        assertThat(process.waitFor()).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void the_same_declaration_is_the_same_tree(InitSystem init) {
    SystemDeclaration declaration = Declared.system(List.of("udev", "nginx-light", "linux-image-amd64"), ALL);
    assertThat(init.tree(declaration)).isEqualTo(init.tree(declaration));
  }

  @ParameterizedTest
  @MethodSource("inits")
  void services_wait_for_those_that_they_depend_on(InitSystem init) {
    InitTree tree = init.tree(Declared.system(List.of(), ALL));
    assertThat(Declared.text(tree, "services/port/run")).contains("/run/service/plain", "/run/service/first");
    assertThat(Declared.text(tree, "services/plain/run")).doesNotContain("/run/service/first");
    assertThat(Declared.text(tree, "order")).isEqualTo("plain first asked tells high\nport\n");
  }

  @ParameterizedTest
  @MethodSource("inits")
  void a_program_runs_as_its_user_with_its_words_as_they_are(InitSystem init) {
    InitTree tree = init.tree(Declared.system(List.of(), ALL));
    assertThat(Declared.text(tree, "services/port/run")).contains("exec setpriv --reuid www-data --regid \"$(id -g www-data)\" --init-groups",
        "'GREETING=it'\\''s \"$HOME\"'", "nginx 'it'\\''s'");
    assertThat(Declared.text(tree, "services/plain/run")).contains("exec env -i ").doesNotContain("setpriv");
  }

  @ParameterizedTest
  @MethodSource("inits")
  void restarts_wait_twice_as_long_each_time(InitSystem init) {
    InitTree tree = init.tree(Declared.system(List.of(), ALL));
    assertThat(Declared.text(tree, "services/plain/run")).contains("set -- 1 2 4 5\n");
    assertThat(Declared.text(tree, "services/asked/run")).doesNotContain("set --");
    assertThat(Declared.text(tree, "services/plain/finish")).contains("echo >>failures");
    assertThat(Declared.text(tree, "services/asked/finish")).doesNotContain("failures");
    assertThat(Declared.text(tree, "services/port/finish")).contains("if [ \"$1\" = 0 ]");
  }

  @ParameterizedTest
  @MethodSource("inits")
  void output_goes_to_files_that_take_turns(InitSystem init) {
    InitTree tree = init.tree(Declared.system(List.of(), ALL));
    assertThat(Declared.text(tree, "services/plain/log/run")).contains("/var/log/plain", "s8192");
    assertThat(init.log(ALL[0])).contains(Path.of("/var/log/plain/current"));
    assertThat(Declared.text(tree, "services/first/log/run")).isEmpty();
    assertThat(init.log(ALL[1])).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("inits")
  void what_is_meant_for_a_machine_is_left_out_and_said(InitSystem init) {
    InitTree tree = init.tree(Declared.system(List.of("linux-image-amd64=6.1", "udev", "nginx-light"),
        Declared.running("console", "/sbin/agetty", "tty1"), Declared.running("net", "dhclient", "eth0"), Declared.service("web", "net")));
    assertThat(tree.packages()).containsExactly("nginx-light", init.name());
    assertThat(tree.omitted()).extracting(InitTree.Omission::what)
        .containsExactly("the package linux-image-amd64", "the package udev", "the service console", "the service net");
    assertThat(Declared.text(tree, "order")).isEqualTo("web\n");
    assertThat(Declared.text(tree, "services/web/run")).doesNotContain("service/net");
  }

  @Test
  void a_circle_is_refused() {
    assertThatThrownBy(() -> new S6Init().tree(Declared.system(List.of(), Declared.service("a", "b"), Declared.service("b", "a"))))
        .isInstanceOf(CarrelException.class).hasMessageContaining("a, b depend on each other in a circle");
  }
}
