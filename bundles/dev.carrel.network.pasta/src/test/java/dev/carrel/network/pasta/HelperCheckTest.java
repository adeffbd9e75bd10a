package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelperCheckTest {
  @TempDir Path directory;

  private List<Finding> found(Optional<String> noTun) {
    return new HelperCheck(name -> Optional.of(directory.resolve(name)).filter(Files::exists), noTun).examine();
  }

  private void install(String name) throws Exception {
    Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\necho \"" + name + " 7.1\"; echo copyright\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void a_helper_that_is_there_is_named_with_its_version() throws Exception {
    install("pasta");
    assertThat(found(Optional.empty())).containsExactly(Finding.ok("network pasta", "pasta 7.1"));
    install("slirp4netns");
    assertThat(found(Optional.empty())).extracting(Finding::detail).containsExactly("pasta 7.1", "slirp4netns 7.1");
  }

  @Test
  void where_pasta_is_missing_its_package_is_named() throws Exception {
    Finding alone = found(Optional.empty()).get(0);
    assertThat(alone.level()).isEqualTo(Level.LIMITED);
    assertThat(alone.remedy()).contains("apt install passt").doesNotContain("slirp4netns");
    install("slirp4netns");
    assertThat(found(Optional.empty())).extracting(Finding::level).containsExactly(Level.LIMITED, Level.OK);
    assertThat(found(Optional.empty()).get(0).remedy()).contains("slirp4netns does less");
  }

  @Test
  void one_that_cannot_make_an_interface_says_what_to_do() throws Exception {
    install("pasta");
    assertThat(found(Optional.of("load the module"))).extracting(Finding::level, Finding::remedy)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Level.LIMITED, "Needed only for --network without being root: load the module"));
  }
}
