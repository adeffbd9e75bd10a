package dev.carrel.backend.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.backend.namespace.ToolBackend.ControlGroupsOfTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OciRuntimeTest {
  @TempDir Path directory;

  private Path program(String name, String text) throws IOException {
    Path program = Files.writeString(directory.resolve(name), "#!/bin/sh\necho '" + text + "'\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  private OciRuntime saying(String text) throws IOException {
    return OciRuntime.find(Optional.of(program("runtime", text).toString()), OciRuntime.KNOWN, null).orElseThrow();
  }

  @Test
  void the_quickest_of_those_in_the_path_is_taken() throws IOException {
    program("runc", "runc version 1.1.5+ds1");
    program("crun", "crun version 1.8.1");
    OciRuntime runtime = OciRuntime.find(Optional.empty(), OciRuntime.KNOWN, "/nowhere:relative::" + directory).orElseThrow();

    assertThat(runtime.path()).isEqualTo(directory.resolve("crun"));
    assertThat(runtime.version()).contains("crun 1.8.1");
    assertThat(runtime.obstacle()).isEmpty();
  }

  @Test
  void one_that_was_named_is_taken_or_none() throws IOException {
    Path runtime = program("other", "youki version: 0.5.3");
    program("crun", "crun version 1.8.1");

    assertThat(OciRuntime.find(Optional.of("other"), OciRuntime.KNOWN, directory.toString()).orElseThrow().version()).contains("youki 0.5.3");
    assertThat(OciRuntime.find(Optional.of(runtime.toString()), OciRuntime.KNOWN, "/nowhere").orElseThrow().path()).isEqualTo(runtime);
    assertThat(OciRuntime.find(Optional.of("no-such-runtime"), OciRuntime.KNOWN, directory.toString())).isEmpty();
  }

  @Test
  void what_is_not_executable_or_no_file_is_not_taken() throws IOException {
    Files.createDirectory(directory.resolve("no-directory"));
    Files.writeString(directory.resolve("no-program"), "");

    assertThat(OciRuntime.find(Optional.of("no-directory"), OciRuntime.KNOWN, directory.toString())).isEmpty();
    assertThat(OciRuntime.find(Optional.of(directory.resolve("no-program").toString()), OciRuntime.KNOWN, null)).isEmpty();
  }

  @Test
  void one_that_cannot_be_used_says_why_and_what_to_do() throws IOException {
    assertThat(saying("hello").obstacle().orElseThrow()).contains("does not tell its version", "CARREL_OCI_RUNTIME");
    assertThat(saying("runc version 0.1.1").obstacle().orElseThrow()).contains("runc 0.1.1", "Install version 1.0 or newer");
    assertThat(saying("runsc version release-20240101.0").obstacle().orElseThrow()).contains("a kernel of its own");
    assertThat(saying("runc version 1.0.0-rc93").obstacle()).isEmpty();
    assertThat(saying("youki version 0.5.3").obstacle()).isEmpty();
  }

  @Test
  void each_is_kept_from_making_control_groups_in_its_own_way() throws IOException {
    OciRuntime crun = saying("crun version 1.8.1");
    OciRuntime runc = saying("runc version 1.1.5");
    OciRuntime other = saying("other version 1.0");

    assertThat(crun.options()).containsExactly("--cgroup-manager=disabled");
    assertThat(crun.controlGroups(true)).isEqualTo(ControlGroupsOfTool.HIDDEN);
    assertThat(crun.controlGroups(false)).isEqualTo(ControlGroupsOfTool.AS_THEY_ARE);
    assertThat(runc.options()).containsExactly("--rootless=true");
    assertThat(runc.controlGroups(true)).isEqualTo(ControlGroupsOfTool.READ_ONLY);
    assertThat(other.options()).isEmpty();
    assertThat(other.createOptions()).isEmpty();
  }
}
