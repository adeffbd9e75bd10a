package dev.carrel.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.declaration.Place;
import dev.carrel.api.mount.Access;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.InitTree;
import dev.carrel.api.system.InitTree.Omission;
import dev.carrel.api.system.PersistentDirectory;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.SystemDeclaration;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a declaration speaks of is compared with a profile that lies on disk. */
class ChecksTest {
  private static final DeclarationPlaces PLACES = new DeclarationPlaces("/a.toml", Map.of("service.a.command", new Place(7, 1),
      "timezone", new Place(1, 1), "locale", new Place(2, 1)));

  @TempDir
  Path directory;

  private Profile profile;

  @BeforeEach
  void makeProfile() throws IOException {
    profile = new Profile(Files.createDirectories(directory.resolve("0123456789abcdef0123456789abcdef-profile")));
    for (String file : new String[] {"usr/bin/app", "usr/sbin/serve", "opt/tool", "usr/share/zoneinfo/Europe/Berlin", "usr/lib/locale/de_DE.utf8/LC_CTYPE"}) {
      Files.createDirectories(profile.directory().resolve(file).getParent());
      Files.writeString(profile.directory().resolve(file), "");
    }
  }

  private void check(Optional<String> zone, String locale, List<SystemMapping> mappings, List<Omission> omitted, Service... services) {
    SystemDeclaration declaration = new SystemDeclaration(new SystemName("web"), "web", zone, locale, List.of(), List.of(), List.of(), List.of(),
        List.of(services), mappings, List.of(new PersistentDirectory(Path.of("/srv/own"), "root", "root", 0755)), List.of(), "plain");
    InitTree tree = new InitTree(List.of(), List.of(), List.of("/init"), "TERM", List.of(), omitted);
    new Checks(declaration, PLACES, profile, new Accounts("", "", declaration, PLACES), tree).make();
  }

  private void checkProgram(String program) {
    check(Optional.empty(), "C.UTF-8", List.of(), List.of(), Examples.service("a", program));
  }

  @Test
  void programs_are_found_by_path_and_by_name_below_merged_directories_too() {
    for (String program : new String[] {"app", "serve", "/usr/bin/app", "/bin/app", "/sbin/serve", "/opt/tool", "/srv/own/bin/later"}) {
      assertThatCode(() -> checkProgram(program)).as(program).doesNotThrowAnyException();
    }
  }

  @Test
  void a_program_that_is_not_there_is_refused_with_its_line() {
    assertThatThrownBy(() -> checkProgram("/opt/other")).hasMessageContaining("/a.toml:7:1: the service a needs the program /opt/other");
    assertThatThrownBy(() -> checkProgram("tool")).hasMessageContaining("at the usual places");
  }

  @Test
  void what_is_mapped_may_have_any_program() {
    List<SystemMapping> mapped = List.of(new SystemMapping(Path.of("/host"), Path.of("/opt"), Access.EXPOSE, false),
        new SystemMapping(Path.of("/host/x"), Path.of("/usr/bin/x"), Access.EXPOSE, false));

    assertThatCode(() -> check(Optional.empty(), "C", mapped, List.of(), Examples.service("a", "/opt/other"), Examples.service("b", "x")))
        .doesNotThrowAnyException();
  }

  @Test
  void a_service_that_is_left_out_needs_no_program() {
    assertThatCode(() -> check(Optional.empty(), "C", List.of(), List.of(new Omission("the service a", "no console")), Examples.service("a", "agetty")))
        .doesNotThrowAnyException();
  }

  @Test
  void time_zones_and_locales_are_those_that_packages_have() {
    assertThatCode(() -> check(Optional.of("Europe/Berlin"), "de_DE.UTF-8", List.of(), List.of())).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(Optional.of("Europe/Paris"), "C", List.of(), List.of())).hasMessageContaining("/a.toml:1:1: there is no time zone Europe/Paris");
    assertThatThrownBy(() -> check(Optional.empty(), "fr_FR.UTF-8", List.of(), List.of())).hasMessageContaining("/a.toml:2:1:")
        .hasMessageContaining("locales-all");
  }

  @Test
  void a_profile_knows_its_name() {
    assertThat(profile.item().fileName()).isEqualTo("0123456789abcdef0123456789abcdef-profile");
  }
}
