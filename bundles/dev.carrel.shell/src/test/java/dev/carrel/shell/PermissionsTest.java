package dev.carrel.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PermissionsTest {
  private static final Manifest READ = new Manifest(List.of("--share=/a b", "--env=A=\n"), List.of("jq"), List.of("jq", ""));

  @TempDir Path temporary;
  private Permissions permissions;

  @BeforeEach
  void setUp() {
    permissions = Permissions.of(Map.of("XDG_CONFIG_HOME", temporary.resolve("config").toString()));
  }

  private static GivenFile file(String path, String text) {
    return new GivenFile(Path.of(path), text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void what_was_allowed_is_known_with_its_words() throws IOException {
    GivenFile manifest = file("/p/carrel.toml", "x");
    assertThat(permissions.ask(manifest, Optional.empty())).isEqualTo(new Permissions.Answer(false, Optional.empty()));
    permissions.allow(manifest, Optional.empty(), READ);

    assertThat(permissions.ask(manifest, Optional.empty())).isEqualTo(new Permissions.Answer(true, Optional.of(READ)));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary.resolve("config/carrel/allowed")))).isEqualTo("rwx------");
  }

  @Test
  void another_content_another_place_or_another_lock_is_not_allowed() {
    GivenFile manifest = file("/p/carrel.toml", "x");
    GivenFile lock = file("/p/carrel.lock", "l");
    permissions.allow(manifest, Optional.of(lock), READ);

    assertThat(permissions.ask(file("/p/carrel.toml", "y"), Optional.of(lock))).isEqualTo(new Permissions.Answer(true, Optional.empty()));
    assertThat(permissions.ask(manifest, Optional.empty()).allowed()).isEmpty();
    assertThat(permissions.ask(manifest, Optional.of(file("/p/carrel.lock", "m"))).allowed()).isEmpty();
    assertThat(permissions.ask(file("/q/carrel.toml", "x"), Optional.of(lock))).isEqualTo(new Permissions.Answer(false, Optional.empty()));
    assertThat(permissions.ask(manifest, Optional.of(lock)).allowed()).contains(READ);
  }

  @Test
  void who_has_no_account_is_given_no_permission_by_the_working_directory() {
    String home = System.getProperty("user.home");
    System.setProperty("user.home", "?");
    try {
      assertThat(HomeDirectory.of(Map.of("HOME", "/elsewhere"))).isEqualTo(Path.of("/elsewhere"));
      assertThat(HomeDirectory.of(Map.of("HOME", "here"))).isEqualTo(Path.of("/"));
    } finally {
      System.setProperty("user.home", home);
    }
  }

  @Test
  void what_is_denied_is_not_allowed_any_more() {
    GivenFile manifest = file("/p/carrel.toml", "x");
    permissions.allow(manifest, Optional.empty(), READ);

    assertThat(permissions.deny(manifest.path())).isTrue();
    assertThat(permissions.deny(manifest.path())).isFalse();
    assertThat(permissions.ask(manifest, Optional.empty()).known()).isFalse();
  }

  @Test
  void a_note_that_was_cut_off_allows_nothing() throws IOException {
    GivenFile manifest = file("/p/carrel.toml", "x");
    permissions.allow(manifest, Optional.empty(), READ);
    Path note;
    try (var notes = Files.list(temporary.resolve("config/carrel/allowed"))) {
      note = notes.findFirst().orElseThrow();
    }
    String whole = Files.readString(note);
    for (int length = 0; length < whole.length(); length++) {
      Files.writeString(note, whole.substring(0, length));
      assertThat(permissions.ask(manifest, Optional.empty()).allowed()).as(length + " of " + whole.length() + " characters").isEmpty();
    }
  }
}
