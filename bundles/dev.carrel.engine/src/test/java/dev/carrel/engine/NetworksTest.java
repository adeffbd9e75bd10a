package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class NetworksTest {
  /** Says who it is, and attaches nobody. */
  private record Named(String name, Optional<String> unavailable, String... own) implements NetworkProvider {
    @Override
    public List<Mount> files(NetworkSpec.Attached wanted) {
      return List.of();
    }

    @Override
    public List<Mount> plan(NetworkSpec.Attached wanted) {
      return List.of();
    }

    @Override
    public Attachment attach(Guest guest, NetworkSpec.Attached wanted) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void detach(String container) {}

    @Override
    public List<String> reconcile() {
      return List.of();
    }

    @Override
    public List<NetworkInfo> networks() {
      return List.of(own).stream().map(network -> new NetworkInfo(new NetworkDefinition(network, List.of(), false), name, "", Map.of())).toList();
    }

    @Override
    public NetworkInfo create(NetworkDefinition definition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove(String network) {}
  }

  private static final NetworkProvider ROOTS = new Named("veth", Optional.of("only root may"), "front");
  private static final NetworkProvider USERS = new Named("pasta", Optional.empty(), "mine");

  private static Networks of(NetworkProvider... providers) {
    return new Networks(() -> List.of(providers));
  }

  private static String refusal(Networks networks, String name) {
    Optional<String> wanted = name.isEmpty() ? Optional.empty() : Optional.of(name);
    CarrelException[] refused = new CarrelException[1];
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> networks.choose(wanted)).satisfies(e -> refused[0] = e);
    return refused[0].getMessage();
  }

  @Test
  void the_private_network_is_that_of_the_best_provider_that_works() {
    assertThat(of(ROOTS, USERS).choose(Optional.empty())).isSameAs(USERS);
    assertThat(of(new Named("veth", Optional.empty()), USERS).choose(Optional.empty()).name()).isEqualTo("veth");
  }

  @Test
  void a_name_is_that_of_a_provider_or_of_a_network_of_one() {
    assertThat(of(ROOTS, USERS).choose(Optional.of("pasta"))).isSameAs(USERS);
    assertThat(of(ROOTS, USERS).choose(Optional.of("mine"))).isSameAs(USERS);
    assertThat(of(ROOTS, new Named("macvlan", Optional.empty())).choose(Optional.of("macvlan")).name()).isEqualTo("macvlan");
  }

  @Test
  void where_there_is_none_the_error_names_the_bundle() {
    assertThat(refusal(of(), "")).endsWith("start the bundle dev.carrel.network.veth, which offers one");
    assertThat(refusal(of(), "front")).contains("dev.carrel.network.veth");
    assertThat(refusal(of(ROOTS), "")).contains("veth: only root may").endsWith("start the bundle dev.carrel.network.pasta, which offers one");
    assertThat(refusal(of(USERS), "veth")).endsWith("start the bundle dev.carrel.network.veth, which offers one");
  }

  @Test
  void who_could_have_attached_it_and_is_not_there_is_told_from_who_cannot() {
    NetworkProvider cannot = new Named("pasta", Optional.of("no tun"), "mine");
    assertThat(refusal(of(cannot), "")).contains("pasta: no tun").endsWith("For root, start the bundle dev.carrel.network.veth, which offers one");
    for (Networks some : List.of(of(), of(ROOTS), of(cannot))) {
      assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> some.choose(Optional.empty()))
          .satisfies(e -> assertThat(e.kind()).isEqualTo(CarrelException.Kind.UNAVAILABLE));
    }
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> of(ROOTS, cannot).choose(Optional.empty()))
        .satisfies(e -> assertThat(e.kind()).isEqualTo(CarrelException.Kind.FAILED));
  }

  @Test
  void a_reason_that_some_have_in_common_is_told_once() {
    NetworkProvider pasta = new Named("pasta", Optional.of("no tun"));
    NetworkProvider slirp = new Named("slirp4netns", Optional.of("no tun"));
    assertThat(refusal(of(ROOTS, pasta, slirp), "")).endsWith(" veth: only root may. pasta, slirp4netns: no tun.");
  }

  @Test
  void one_that_cannot_work_says_why() {
    assertThat(refusal(of(ROOTS, USERS), "veth")).contains("veth cannot work here: only root may");
    assertThat(refusal(of(ROOTS, USERS), "front")).contains("front, which is one of veth: only root may");
    assertThat(refusal(of(ROOTS, USERS), "nobody")).contains("'nobody'", "veth, pasta", "carrel network create nobody");
  }

  @Test
  void what_a_container_was_given_is_read_as_it_was_written() {
    Attachment attachment = new Attachment("veth", "front", "eth0", Optional.of(MacAddress.parse("02:00:00:00:00:07")),
        List.of(Addresses.parse("10.7.0.2"), Addresses.parse("fd00::2")), List.of(Addresses.parse("10.7.0.1")),
        List.of(Addresses.parse("192.0.2.53")), List.of(new PublishedPort(Optional.empty(), 8080, 80, PortProtocol.TCP),
            new PublishedPort(Optional.of(Addresses.parse("::1")), 53, 53, PortProtocol.UDP)), List.of("a note"));
    Properties lines = new Properties();
    assertThat(NetworkFile.attachment(lines)).isEmpty();
    NetworkFile.write(lines, attachment);
    assertThat(NetworkFile.attachment(lines)).contains(attachment);
  }
}
