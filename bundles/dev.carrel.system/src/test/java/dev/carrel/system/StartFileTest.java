package dev.carrel.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.mount.Access;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import dev.carrel.api.system.SystemStart.ServiceCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartFileTest {
  private static final String PROFILE = "0123456789abcdef0123456789abcdef-profile";

  @TempDir
  Path items;

  private Path item;

  @BeforeEach
  void makeItems() throws IOException {
    items = items.toRealPath();
    item = Files.createDirectories(items.resolve("item"));
    Files.createDirectories(items.resolve(PROFILE));
  }

  private SystemStart start() {
    return new SystemStart(item, new SystemName("web"), items.resolve(PROFILE), "host", "s6", List.of("/bin/sh", "a\tb\nc\\d \\t"), "TERM", List.of("--mount=type=tmpfs,target=/run/a"), "C.UTF-8",
        List.of("--publish=80:80", "--network=private"), List.of(new SystemMapping(Path.of("/a b"), Path.of("/c"), Access.SHARE, true)),
        List.of(new Kept(Path.of("/var/x"), 5, 6, 0700)), List.of(new Kept(Path.of("/home/app"), 1000, 1001, 0750)), Map.of(Path.of("/etc/shadow"), 0600),
        Map.of("a", new ServiceCommands(List.of("state", ""), List.of("start"), List.of("stop"), Optional.of(Path.of("/var/log/a"))),
            "b", new ServiceCommands(List.of("s"), List.of("s", "t"), List.of("p"), Optional.empty())),
        List.of(List.of("change", "one"), List.of("two")), List.of("the package linux: no kernel is needed"));
  }

  private SystemStart read() {
    return StartFile.read(item, name -> Path.of("/elsewhere", name));
  }

  @Test
  void what_is_written_is_read() throws IOException {
    Files.writeString(item.resolve(StartFile.NAME), StartFile.text(start()));

    assertThat(read()).isEqualTo(start());
  }

  @Test
  void a_profile_that_is_not_beside_it_is_looked_for() throws IOException {
    Files.writeString(item.resolve(StartFile.NAME), StartFile.text(start()));
    Files.delete(items.resolve(PROFILE));

    assertThat(read().profile()).isEqualTo(Path.of("/elsewhere", PROFILE));
  }

  @Test
  void it_does_not_tell_where_it_lies() {
    assertThat(StartFile.text(start())).doesNotContain(items.toString());
  }

  @Test
  void what_is_none_is_refused() throws IOException {
    assertThatThrownBy(this::read).hasMessageContaining("there is no system at");
    Files.writeString(item.resolve(StartFile.NAME), "carrel-system-0\nname\tweb\n");
    assertThatThrownBy(this::read).hasMessageContaining("another Carrel");
    Files.writeString(item.resolve(StartFile.NAME), "carrel-system-1\nname\tweb\n");
    assertThatThrownBy(this::read).hasMessageContaining("damaged");
    Files.writeString(item.resolve(StartFile.NAME), StartFile.text(start()).replace("\t5\t6\t700", "\t5"));
    assertThatThrownBy(this::read).hasMessageContaining("damaged");
  }
}
