package dev.carrel.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.declaration.Place;
import dev.carrel.api.system.DeclarationPlaces;
import dev.carrel.api.system.SystemFile;
import dev.carrel.api.system.SystemGroup;
import dev.carrel.api.system.SystemUser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccountsTest {
  private static final String PASSWD = "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n";
  private static final String GROUP = "root:x:0:\nwww-data:x:33:\nadm:x:4:syslog\n";
  private static final DeclarationPlaces PLACES =
      new DeclarationPlaces("/a.toml", Map.of("user.app.group", new Place(4, 1), "user.app", new Place(2, 1), "group.app.gid", new Place(9, 7)));

  private static SystemUser user(long uid, String group, String... groups) {
    return new SystemUser("app", uid, group, List.of(groups), "The app", Path.of("/srv/app"), Path.of("/bin/sh"), Optional.of("$6$saltsalt$0123456789"));
  }

  private static Accounts accounts(List<SystemGroup> groups, List<SystemUser> users) {
    return new Accounts(PASSWD, GROUP, Examples.system(groups, users, List.of()), PLACES);
  }

  private static String text(Accounts accounts, String name) {
    return accounts.files().stream().filter(file -> file.path().equals(Path.of("/etc", name))).map(file -> ((SystemFile.Regular) file).content().toString())
        .findAny().orElseThrow();
  }

  @Test
  void declared_accounts_stand_beside_those_of_packages() {
    Accounts accounts = accounts(List.of(new SystemGroup("app", 1000)), List.of(user(1001, "app", "adm", "www-data")));

    assertThat(text(accounts, "passwd")).isEqualTo(PASSWD + "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
        + "app:x:1001:1000:The app:/srv/app:/bin/sh\n");
    assertThat(text(accounts, "group")).isEqualTo("root:x:0:\nwww-data:x:33:app\nadm:x:4:app,syslog\nnogroup:x:65534:\napp:x:1000:\n");
    assertThat(text(accounts, "shadow")).contains("root:*::0:99999:7:::\n", "app:$6$saltsalt$0123456789::0:99999:7:::\n");
    assertThat(accounts.files()).filteredOn(file -> file.path().toString().endsWith("shadow"))
        .allSatisfy(file -> assertThat(((SystemFile.Regular) file).mode()).isEqualTo(0600));
  }

  @Test
  void packages_without_accounts_leave_root_and_nobody() {
    assertThat(text(new Accounts("", "", Examples.system(List.of(), List.of(), List.of()), PLACES), "passwd"))
        .isEqualTo("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  }

  @Test
  void what_is_not_there_is_refused_with_its_line() {
    assertThatThrownBy(() -> accounts(List.of(), List.of(user(1001, "app")))).isInstanceOf(CarrelException.class)
        .hasMessageContaining("/a.toml:4:1: the user app has the group app, and there is none: write [group.app]");
    assertThatThrownBy(() -> accounts(List.of(), List.of()).uid("postgres", "user.app.shell", "the service a"))
        .hasMessageContaining("/a.toml:2:1: the service a belongs to the user postgres, and there is none");
  }

  @Test
  void a_number_belongs_to_one() {
    assertThatThrownBy(() -> accounts(List.of(new SystemGroup("app", 33)), List.of())).hasMessageContaining("/a.toml:9:7:")
        .hasMessageContaining("www-data");
    assertThatThrownBy(() -> accounts(List.of(), List.of(user(33, "root")))).hasMessageContaining("the uid 33", "www-data");
  }

  @Test
  void who_is_declared_counts_more_than_who_a_package_makes() {
    SystemUser other = new SystemUser("www-data", 33, "www-data", List.of(), "", Path.of("/srv"), Path.of("/bin/sh"), Optional.empty());

    assertThat(text(accounts(List.of(), List.of(other)), "passwd")).contains("www-data:x:33:33::/srv:/bin/sh\n").doesNotContain("/var/www");
  }
}
