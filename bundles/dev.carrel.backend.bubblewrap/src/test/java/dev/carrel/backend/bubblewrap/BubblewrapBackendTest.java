package dev.carrel.backend.bubblewrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.isolation.Feature;
import dev.carrel.linux.host.LinuxHost;
import dev.carrel.linux.process.SpawnLauncher;
import dev.carrel.linux.seccomp.LibSeccompCompiler;
import org.junit.jupiter.api.Test;

class BubblewrapBackendTest {
  private final BubblewrapBackend backend = new BubblewrapBackend(new SpawnLauncher(), new LinuxHost(), new LibSeccompCompiler(), "/nowhere");

  @Test
  void without_bwrap_it_says_so_and_what_to_install() {
    assertThat(backend.unavailable().orElseThrow()).contains("no bwrap in the PATH", "apt install bubblewrap");
    assertThat(backend.version()).isEqualTo("-");
    assertThatThrownBy(() -> backend.launch(null)).isInstanceOf(CarrelException.class).hasMessageContaining("apt install bubblewrap");
  }

  @Test
  void what_bwrap_cannot_do_is_not_declared() {
    assertThat(backend.features()).contains(Feature.TERMINAL, Feature.DETACHED)
        .doesNotContain(Feature.ID_RANGES, Feature.OVERLAYS, Feature.LOCKED_MOUNTS, Feature.NAMESPACE_CAPABILITIES);
  }
}
