package dev.carrel.network.pasta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.SubordinateIds;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Firewall;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.linux.host.LinuxHost;
import dev.carrel.linux.process.SpawnLauncher;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What helpers cannot do, and how they are called for what they can. */
class RefusalTest {
  private final PastaNetwork pasta = new PastaNetwork(new SpawnLauncher(), new LinuxHost());
  private final SlirpNetwork slirp = new SlirpNetwork(new SpawnLauncher(), new LinuxHost());

  @Test
  void what_a_helper_cannot_do_is_refused_by_name_before_anything_is_made() {
    assertThat(refusal(pasta, options(List.of(), List.of(), OptionalInt.empty(), OptionalLong.of(10_000_000), Optional.empty())))
        .startsWith("cannot attach a container to the network of pasta").contains("--egress", "veth");
    assertThat(refusal(pasta, options(List.of(), List.of(), OptionalInt.empty(), OptionalLong.empty(), Optional.of(new Firewall(List.of())))))
        .contains("whom the container talks to", "veth");
    assertThat(refusal(slirp, options(List.of(), List.of(Addresses.parse("10.5.5.5")), OptionalInt.empty(), OptionalLong.empty(), Optional.empty())))
        .startsWith("cannot attach a container to the network of slirp4netns").contains("--ip", "apt install passt");
    SlirpNetwork slirp = new SlirpNetwork(new SpawnLauncher(), new Ordinary());
    PublishedPort six = new PublishedPort(Optional.of(Addresses.parse("::1")), 0, 80, PortProtocol.TCP);
    assertThat(refusal(slirp, options(List.of(six), List.of(), OptionalInt.empty(), OptionalLong.empty(), Optional.empty()))).contains("IPv4 alone", "[::1]:0:80/tcp");
    assertThat(refusal(slirp, options(List.of(), List.of(), OptionalInt.of(65535), OptionalLong.empty(), Optional.empty()))).contains("--mtu", "65521");
  }

  @Test
  void a_helper_makes_no_networks_of_names() {
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> pasta.create(new NetworkDefinition("blue", List.of(), false)))
        .withMessageContaining("dev.carrel.network.veth");
    assertThat(pasta.networks()).isEmpty();
  }

  @Test
  void pasta_publishes_what_it_is_told_and_leads_to_nothing_on_the_hosts_loopback() {
    List<PublishedPort> published = List.of(new PublishedPort(Optional.empty(), 8080, 80, PortProtocol.TCP),
        new PublishedPort(Optional.of(Addresses.parse("::1")), 8081, 81, PortProtocol.TCP));
    List<String> words = pasta.command(Path.of("/usr/bin/pasta"), new NetworkOptions(published, List.of(Addresses.parse("10.5.5.5")),
        Optional.of(MacAddress.parse("02:00:00:00:00:05")), OptionalInt.of(1400), List.of(), OptionalLong.empty(), Optional.empty()), published,
        Path.of("/none")).arguments();
    assertThat(words).startsWith("pasta").contains("--no-map-gw")
        .containsSubsequence("--tcp-ns", "none", "--udp-ns", "none", "--tcp-ports", "8080:80", "--tcp-ports", "::1/8081:81", "--udp-ports", "none")
        .containsSubsequence("--address", "10.5.5.5", "--ns-mac-addr", "02:00:00:00:00:05", "--mtu", "1400");
  }

  @Test
  void slirp4netns_shuts_itself_in_and_leads_to_nothing_on_the_hosts_loopback() {
    assertThat(slirp.command(Path.of("/usr/bin/slirp4netns"), NetworkOptions.none(), List.of(), Path.of("/none")).arguments())
        .contains("--disable-host-loopback", "--enable-sandbox", "--enable-seccomp").noneMatch(word -> word.contains("/none"));
  }

  @Test
  void the_hosts_loopback_is_reached_only_if_that_was_asked_for() {
    NetworkOptions asked = new NetworkOptions(List.of(), List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(), Optional.empty(), true);
    assertThat(pasta.command(Path.of("/usr/bin/pasta"), asked, List.of(), Path.of("/none")).arguments()).doesNotContain("--no-map-gw");
    assertThat(slirp.command(Path.of("/usr/bin/slirp4netns"), asked, List.of(), Path.of("/none")).arguments()).doesNotContain("--disable-host-loopback");
  }

  @Test
  void roots_slirp4netns_publishes_nothing() {
    PublishedPort port = new PublishedPort(Optional.empty(), 0, 80, PortProtocol.TCP);
    SlirpNetwork roots = new SlirpNetwork(new SpawnLauncher(), new Ordinary() {
      @Override
      public boolean administers() {
        return true;
      }
    });
    assertThat(refusal(roots, options(List.of(port), List.of(), OptionalInt.empty(), OptionalLong.empty(), Optional.empty())))
        .contains("--publish", "--network=veth");
  }

  private static NetworkOptions options(List<PublishedPort> published, List<InetAddress> addresses, OptionalInt mtu, OptionalLong egress,
      Optional<Firewall> firewall) {
    return new NetworkOptions(published, addresses, Optional.empty(), mtu, List.of(), egress, firewall);
  }

  /** Whoever runs the tests. */
  private static class Ordinary implements Host {
    private final LinuxHost real = new LinuxHost();

    @Override
    public Account account() {
      return real.account();
    }

    @Override
    public boolean administers() {
      return false;
    }

    @Override
    public List<Group> groups() {
      return real.groups();
    }

    @Override
    public SubordinateIds subordinateIds() {
      return real.subordinateIds();
    }

    @Override
    public void sync(Path anyFileOfIt) throws IOException {
      real.sync(anyFileOfIt);
    }
  }

  private static String refusal(HelperNetwork network, NetworkOptions options) {
    return assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> network.files(new NetworkSpec.Attached(Optional.empty(), options))).actual().getMessage();
  }
}
