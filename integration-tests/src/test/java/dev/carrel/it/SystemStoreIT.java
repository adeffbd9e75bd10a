package dev.carrel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An ordinary user beside the store of root. */
@Tag(User.ROOT)
@ExtendWith(TestStore.Extension.class)
class SystemStoreIT {
  private static List<String> items(Path store) throws IOException {
    try (Stream<Path> items = Files.list(store.resolve("items"))) {
      return items.map(item -> item.getFileName().toString()).toList();
    }
  }

  @Test
  void what_root_has_is_neither_fetched_nor_unpacked_again(TestStore system) throws Exception {
    User user = User.ordinary().orElseGet(() -> abort("needs an ordinary user"));
    Path home = Files.createTempDirectory("carrel-it-home");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    user.own(home);
    Path own = home.resolve("store");
    try {
      Carrel.Result result = carrel(system, user, home, "shell", "hello", "iproute2", "python3-minimal", "--no-cwd", "--", "hello").run();
      assertThat(result.status()).as(result.err()).isZero();
      assertThat(result.out()).isEqualTo("Hello, world!\n");
      assertThat(items(own)).as("the whole profile is root's").isEmpty();

      Carrel.Result more = carrel(system, user, home, "profile", "install", "hello").run();
      assertThat(more.status()).as(more.err()).isZero();
      assertThat(more.err()).contains("MB from the store " + system.directory());
      assertThat(items(own)).singleElement().asString().endsWith("-profile");
      assertThat(carrel(system, user, home, "shell", "--profile=default", "--no-cwd", "--", "hello").run().out()).isEqualTo("Hello, world!\n");
      assertThat(carrel(system, user, home, "store", "verify").run().out()).contains("all are as they were made");
      Carrel.Result collected = carrel(system, user, home, "store", "gc", "--delete-older-than=0d").run();
      assertThat(collected.status()).as(collected.err()).isZero();
      assertThat(items(own)).hasSize(1);
      assertThat(items(system.directory())).hasSizeGreaterThan(20);
    } finally {
      Trees.delete(home);
    }
  }

  @Test
  void a_system_that_is_kept_does_not_need_the_store_of_root_any_more(TestStore system) throws Exception {
    User user = User.ordinary().orElseGet(() -> abort("needs an ordinary user"));
    Path home = Files.createTempDirectory("carrel-it-home");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    user.own(home);
    Path own = home.resolve("store");
    Path file = Files.writeString(home.resolve("web.toml"), "packages = [\"" + String.join("\", \"", TestStore.PACKAGES) + "\"]\n"
        + "[service.web]\ncommand = [\"python3\", \"-V\"]\n");
    try {
      system.command("system", "build", file.toString()).says();

      Path built = Path.of(carrel(system, user, home, "system", "build", file.toString()).says().strip());
      assertThat(items(own)).as("and the profile, as the directories of root's store belong to nobody inside").hasSize(2)
          .contains(built.getFileName().toString());
      assertThat(carrel(system, user, home, "system", "reconfigure", file.toString()).says()).isEqualTo("system web: generation 1\n");
      carrel(system, user, home, "store", "gc", "--delete-older-than=0d").says();
      assertThat(items(own)).hasSize(2).anyMatch(item -> item.endsWith("-profile"));
      assertThat(carrel(system, user, home, "system", "describe", "web").says()).contains("profile: " + own + "/items/");
    } finally {
      Trees.delete(home);
    }
  }

  private static Carrel carrel(TestStore system, User user, Path home, String... words) {
    return Carrel.command(words).in(home).as(user).withVariable("HOME", home.toString()).withVariable("CARREL_STORE", home.resolve("store").toString())
        .withVariable("CARREL_STATE", home.resolve("state").toString()).withVariable("CARREL_SYSTEM_STORE", system.directory().toString());
  }
}
