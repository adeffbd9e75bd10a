package dev.carrel.store.debian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.Progress;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.PackageSource.Lists;
import dev.carrel.api.store.Resolution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive that this host uses, over the network. */
class HostArchiveTest {
  @Test
  void hello_comes_from_the_hosts_archive_and_the_hosts_apt_is_not_touched(@TempDir Path temp) throws Exception {
    assumeTrue(AptPaths.host().program("apt-get").isPresent(), "needs apt");
    DirectoryStore store = new DirectoryStore(temp.resolve("store"));
    DebianSource source = new DebianSource(AptPaths.host(), Sha256::java);
    Path hostsLists = Path.of("/var/lib/apt/lists");
    var before = Files.getLastModifiedTime(hostsLists);
    try {
      source.resolve(List.of(), store, Lists.IF_MISSING, Progress.silent());
    } catch (CarrelException e) {
      abort("needs the archive of this host: " + e.getMessage());
    }

    Resolution resolution = source.resolve(List.of(PackageRequest.parse("hello")), store, Lists.AS_THEY_ARE, Progress.silent());
    source.realize(resolution, store, Progress.silent());

    assertThat(resolution.packages()).extracting(one -> one.name()).contains("hello", "libc6", "bash", "coreutils", "dpkg");
    for (var one : resolution.packages()) {
      assertThat(store.locate(one.item()).resolve("DEBIAN/control")).content().contains("Package: " + one.name() + "\n");
    }
    Path hello = store.locate(resolution.packages().stream().filter(one -> one.name().equals("hello")).findFirst().orElseThrow().item());
    assertThat(hello.resolve("usr/bin/hello")).isExecutable();
    assertThat(Files.getLastModifiedTime(hostsLists)).isEqualTo(before);
    assertThatThrownBy(() -> source.resolve(List.of(PackageRequest.parse("cowsya")), store, Lists.AS_THEY_ARE, Progress.silent()))
        .hasMessageContaining("cowsay");
  }
}
