package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Profiles with generations, in the store of all tests; each test has profiles of its own. */
@ExtendWith(TestStore.Extension.class)
class ProfileIT {
  @TempDir Path directory;

  @AfterEach
  void forget(TestStore store) throws Exception {
    Trees.delete(store.directory().resolve("profiles"));
  }

  @Test
  void packages_are_installed_removed_and_brought_back(TestStore store) {
    store.command("profile", "install", "-p", "p", "hello").says();
    store.command("profile", "install", "-p", "p", "iproute2").says();
    assertThat(store.command("shell", "--profile=p", "--no-cwd", "--", "sh", "-c", "hello && command -v ip").says())
        .contains("Hello, world!").contains("/ip");

    store.command("profile", "remove", "-p", "p", "hello").says();
    assertThat(store.command("shell", "--profile=p", "--no-cwd", "--", "hello").run().status()).isEqualTo(127);

    assertThat(store.command("profile", "rollback", "-p", "p").says()).contains("generation 2");
    assertThat(store.command("shell", "--profile=p", "--no-cwd", "--", "hello").says()).isEqualTo("Hello, world!\n");
    assertThat(store.command("profile", "install", "-p", "p", "python3-minimal").says()).contains("generation 4");
    assertThat(store.command("profile", "generations", "-p", "p", "--json").says()).contains("\"generation\": 3", "\"name\": \"hello\"");
    store.command("profile", "switch", "-p", "p", "3").says();
    assertThat(store.command("profile", "list", "-p", "p").says()).contains("iproute2").doesNotContain("hello");
    assertThat(store.command("profile", "delete-generations", "-p", "p", "1..9").says().lines()).hasSize(3);
  }

  @Test
  void two_processes_that_install_at_once_make_two_generations_and_lose_nothing(TestStore store) throws Exception {
    store.command("profile", "install", "-p", "q", "hello").says();
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("iproute2", "python3-minimal")) {
      processes.add(store.command("profile", "install", "-p", "q", name).start(directory.resolve(name)));
    }
    for (Process process : processes) {
      assertThat(process.waitFor()).as(Files.readString(directory.resolve("iproute2"))).isZero();
    }
    assertThat(store.command("profile", "list", "-p", "q").says()).contains("hello", "iproute2", "python3-minimal");
    assertThat(store.command("profile", "generations", "-p", "q").says().lines()).hasSize(4);
  }

  @Test
  void what_cannot_be_done_is_told_and_changes_nothing(TestStore store) {
    store.command("profile", "install", "-p", "r", "hello").says();
    for (List<String> words : List.of(List.of("install", "-p", "../x", "hello"), List.of("install", "-p", "system.x", "hello"), List.of("install", "-p", "r", "no-such-package"),
        List.of("remove", "-p", "r", "jq"), List.of("switch", "-p", "r", "7"), List.of("rollback", "-p", "r"),
        List.of("delete-generations", "-p", "r", "1"), List.of("delete-generations", "-p", "r", "x"), List.of("list", "-p", "none"),
        List.of("upgrade", "-p", "none"), List.of("frobnicate"), List.<String>of())) {
      List<String> line = new ArrayList<>(List.of("profile"));
      line.addAll(words);
      Carrel.Result result = store.command(line.toArray(String[]::new)).run();
      assertThat(result.status()).as(words.toString()).isEqualTo(125);
      assertThat(result.err()).as(words.toString()).startsWith("carrel").doesNotContain("Exception");
    }
    assertThat(store.command("profile", "generations", "-p", "r").says().lines()).hasSize(2);
    assertThat(store.command("shell", "--profile=none", "--", "true").run().err()).contains("none", "carrel profile install");
  }
}
