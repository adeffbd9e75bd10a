package dev.carrel.store.nix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.Installation;
import dev.carrel.api.store.Installation.Item;
import dev.carrel.api.store.PackageRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the real Nix: what it builds, installs and collects. */
class RealNixTest {
  private static final String EXPRESSION = """
      let
        system = builtins.currentSystem;
        greeting = derivation { name = "greeting-1.0"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo hello > $out" ]; };
      in {
        hello = derivation { name = "hello-1.0"; inherit system greeting; builder = "/bin/sh"; args = [ "-c" "echo $greeting > $out" ]; };
        broken = derivation { name = "broken-1.0"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo this cannot work >&2; exit 3" ]; };
      }
      """;

  @TempDir Path directory;
  private RealNix nix;
  private Map<String, String> environment;

  @BeforeEach
  void setUp() throws IOException {
    directory = directory.toRealPath();
    nix = RealNix.in(Files.createDirectories(directory.resolve("root")));
    environment = new HashMap<>(nix.environment());
    Files.writeString(directory.resolve("default.nix"), EXPRESSION);
    environment.put("NIX_PATH", "nixpkgs=" + directory.resolve("default.nix"));
    // A store with another root is built for in a chroot, which has to have a shell: the host's.
    environment.put("NIX_CONFIG", environment.get("NIX_CONFIG") + "sandbox-paths = /bin/sh " + libraries() + "\n");
  }

  private static String libraries() throws IOException {
    StringBuilder files = new StringBuilder();
    Process ldd = new ProcessBuilder("ldd", "/bin/sh").redirectErrorStream(true).start();
    for (String word : new String(ldd.getInputStream().readAllBytes()).split("\\s+")) {
      if (word.startsWith("/")) {
        files.append(' ').append(word);
      }
    }
    return files.toString();
  }

  private NixStore store() {
    return new NixStore(nix.root().toString(), environment, 5000);
  }

  private Installation resolve(String word, boolean build) {
    return store().resolve(List.of(PackageRequest.parse(word)), build, Progress.silent());
  }

  private Path built() {
    try {
      return resolve("hello", true).packages().get(0);
    } catch (CarrelException e) {
      assumeTrue(!e.getMessage().contains("not permitted") && !e.getMessage().contains("namespace"), "needs a Nix that can build here: " + e.getMessage());
      throw e;
    }
  }

  @Test
  void what_is_not_there_is_built_if_that_is_asked_for() throws IOException {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve("hello", false))
        .withMessageContaining("there is no nix:hello").withMessageContaining("With --build, Nix builds or fetches what is not there");
    Path hello = built();

    assertThat(hello.toString()).matches("/nix/store/[0-9a-z]{32}-hello-1.0");
    assertThat(resolve(hello.toString(), false).closure().stream().map(Item::path).toList()).isEqualTo(nix.closure(hello)).hasSize(2);
  }

  @Test
  void the_words_of_a_tool_that_fails_are_shown() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve("broken", true))
        .withMessageContaining("cannot have nix:broken built by nix-build: it ended with status")
        .withMessageContaining("error: ");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve("nothing", true))
        .withMessageContaining("attribute 'nothing'");
    environment.put("PATH", "/nowhere");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve("hello", true))
        .withMessageContaining("there is no nix. Install Nix's tools");
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve("hello", false))
        .withMessageContaining("Nix's own tools, which could build or fetch it, are not there");
  }

  @Test
  void what_nix_env_installed_is_found_in_its_profile() throws IOException {
    Path item = RealNix.item("tool-1.0");
    Path other = RealNix.item("tool-2.0");
    for (Path tool : List.of(item, other)) {
      Files.createDirectories(nix.place().onHost(tool).resolve("bin"));
      Files.writeString(nix.place().onHost(tool).resolve("bin/tool"), "");
      nix.register(RealNix.registration(tool, List.of()));
    }
    Path profile = nix.root().resolve("nix/var/nix/profiles/default");
    try {
      nix.run("", "nix-env", "--store", nix.root().toString(), "-p", profile.toString(), "-i", item.toString());
    } catch (IOException e) {
      assumeTrue(false, "needs a Nix that can build here: " + e.getMessage());
    }
    assertThat(resolve("tool", false).packages()).containsExactly(item);
    Installation whole = resolve(profile.toString(), false);
    assertThat(whole.closure().stream().map(Item::path).toList()).isEqualTo(nix.closure(whole.packages().get(0))).contains(item);
    assertThat(whole.searchPaths()).containsEntry("PATH", whole.packages().get(0) + "/bin");
  }

  @Test
  void a_link_below_the_roots_keeps_an_item_from_collection_and_without_it_it_goes() throws IOException {
    Path item = RealNix.item("tool-1.0");
    Files.createDirectories(nix.place().onHost(item));
    nix.register(RealNix.registration(item, List.of()));
    Path through = directory.resolve("record");
    Path link = Files.createDirectories(store().roots().orElseThrow()).resolve("carrel-1-0");
    Files.createSymbolicLink(through, item);
    Files.createSymbolicLink(link, through);

    nix.run("", "nix-store", "--store", nix.root().toString(), "--gc");
    assertThat(nix.place().onHost(item)).exists();

    Files.delete(through);
    nix.run("", "nix-store", "--store", nix.root().toString(), "--gc");
    assertThat(nix.place().onHost(item)).doesNotExist();
    assertThat(Files.isSymbolicLink(link)).as("a link that leads nowhere").isFalse();
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> resolve(item.toString(), false)).withMessageContaining("is not valid");
  }
}
