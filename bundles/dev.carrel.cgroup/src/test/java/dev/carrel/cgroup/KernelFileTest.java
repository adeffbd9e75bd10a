package dev.carrel.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this host's kernel refuses. */
class KernelFileTest {
  private static IOException refusal(Path file, String text) {
    return catchThrowableOfType(() -> KernelFile.write(file, text), IOException.class);
  }

  @Test
  void what_is_not_there_may_be_there_soon(@TempDir Path directory) {
    assertThat(KernelFile.isFinal(refusal(directory.resolve("taken/cgroup.subtree_control"), "+memory"))).isFalse();
  }

  @Test
  void what_nobody_may_write_and_what_nobody_understands_stays_refused() throws IOException {
    assertThat(KernelFile.isFinal(refusal(Path.of("/proc/sys/kernel/ostype"), "x"))).isTrue();
    Optional<Path> second = Hierarchies.ofHost().second();
    assumeTrue(second.isPresent() && Files.isWritable(second.get()) && "root".equals(System.getProperty("user.name")), "needs root and control groups of version 2");
    assertThat(KernelFile.isFinal(refusal(second.get().resolve("cgroup.subtree_control"), "+nonsense"))).isTrue();
  }
}
