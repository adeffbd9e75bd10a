package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What holds for networks that containers share. A provider that makes none is asked no more. */
abstract class SharedNetworks extends AttachedContainers {
  /** Bytes that are sent to find out how fast that goes, and bits in a second that it may be. */
  private static final int LOAD = 2_000_000;
  static final long RATE = 8_000_000;

  private static NetworkSpec.Attached on(NetworkInfo network) {
    return new NetworkSpec.Attached(Optional.of(network.definition().name()), Wishes.NONE);
  }

  final String outside(String protocol) {
    return question(protocol, neighbour().place().getAddress(), neighbour().place().getPort());
  }

  @Test
  void who_is_on_one_network_finds_the_others_by_name_and_address() throws Exception {
    NetworkInfo network = network(false);
    Member web = serving(on(network), Optional.of("web"));

    assertThat(heard(on(network), "tcp,web," + Wishes.PORT, "udp,web," + Wishes.PORT, "tcp," + web.address() + "," + Wishes.PORT))
        .containsExactly("tcp of the container", "udp of the container", "tcp of the container");
    assertThat(provider().networks()).filteredOn(one -> one.definition().equals(network.definition())).singleElement()
        .satisfies(one -> assertThat(one.containers().get(web.id())).contains(web.address()));
    leave(web);
    assertThat(heard(on(network), "!tcp,web," + Wishes.PORT)).containsExactly(NetworkTalk.SILENCE);
  }

  @Test
  void networks_are_isolated_from_each_other() throws Exception {
    NetworkInfo first = network(false);
    NetworkInfo second = network(false);
    Member web = serving(on(first), Optional.of("web"));

    assertThat(heard(on(second), "!tcp,web," + Wishes.PORT, "!tcp," + web.address() + "," + Wishes.PORT, "!udp," + web.address() + "," + Wishes.PORT))
        .containsOnly(NetworkTalk.SILENCE);
  }

  @Test
  void nothing_leads_out_of_an_internal_network_or_in() throws Exception {
    NetworkInfo network = network(true);

    assertThat(heard(on(network), "!" + outside("tcp"), "!" + outside("udp"))).containsOnly(NetworkTalk.SILENCE);
    NetworkOptions options = Wishes.published(0);
    assertThatThrownBy(() -> provider().files(new NetworkSpec.Attached(on(network).network(), options))).isInstanceOf(CarrelException.class)
        .hasMessageContaining(network.definition().name());
  }

  @Test
  void a_network_is_made_once_and_removed_once_and_not_while_somebody_is_attached() throws Exception {
    NetworkInfo network = network(false);
    String name = network.definition().name();
    assertThatThrownBy(() -> provider().create(new NetworkDefinition(name, List.of(), false))).isInstanceOf(CarrelException.class)
        .hasMessageContaining(name);
    Member member = serving(on(network), Optional.empty());
    assertThatThrownBy(() -> provider().remove(name)).isInstanceOf(CarrelException.class).hasMessageContaining(member.id());
    leave(member);
    provider().remove(name);
    forget(network);

    assertThat(provider().networks()).noneMatch(one -> one.definition().name().equals(name));
    assertThatThrownBy(() -> provider().remove(name)).isInstanceOf(CarrelException.class).hasMessageContaining(name);
    assertThatThrownBy(() -> provider().files(on(network))).isInstanceOf(CarrelException.class).hasMessageContaining(name);
  }

  @Test
  void who_was_about_to_be_attached_to_a_network_that_is_removed_is_told_so_and_nothing_is_left() throws Exception {
    NetworkInfo network = network(false);
    Held held = hold(SampleContainer.of("true"), on(network));
    provider().remove(network.definition().name());
    forget(network);

    assertThatThrownBy(() -> held.attach(Optional.empty())).isInstanceOf(CarrelException.class).hasMessageContaining(network.definition().name());
    held.running().kill();
    end(held.running());
    assertThat(provider().networks()).noneMatch(one -> one.definition().name().equals(network.definition().name()));
  }

  @Test
  void a_network_that_is_not_there_cannot_be_removed() {
    assertThatThrownBy(() -> provider().remove("kit-none")).isInstanceOf(CarrelException.class).hasMessageContaining("kit-none")
        .extracting(e -> ((CarrelException) e).kind()).isEqualTo(Kind.USAGE);
  }

  @Test
  void what_it_sends_is_held_to_its_rate() throws Exception {
    NetworkInfo network = network(true);
    NetworkOptions options = Wishes.rate(RATE);
    needs(options);
    Member sink = attach(SampleContainer.of(NetworkTalk.python("""
        import signal, socket, sys
        server = socket.create_server(("", int(sys.argv[1])))
        print("s", flush=True)
        peer, _ = server.accept()
        count = 0
        while count < int(sys.argv[2]):
            count += len(peer.recv(65536))
        peer.sendall(b"all")
        peer.recv(1)
        peer.close()
        signal.pause()
        """, Integer.toString(Wishes.PORT), Integer.toString(LOAD))), on(network), Optional.empty());
    assertThat((char) sink.running().process().getInputStream().read()).isEqualTo('s');
    String bitsInASecond = said(attach(SampleContainer.of(NetworkTalk.python("""
        import socket, sys, time
        load = int(sys.argv[3])
        begin = time.monotonic()
        with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as one:
            one.sendall(bytes(load))
            one.recv(3)
        print(int(load * 8 / (time.monotonic() - begin)))
        """, sink.address(), Integer.toString(Wishes.PORT), Integer.toString(LOAD))), new NetworkSpec.Attached(on(network).network(), options),
        Optional.empty())).get(0);

    assertThat(Long.parseLong(bitsInASecond)).isLessThan(RATE + RATE / 4); // what the queue lets through at first included
  }
}
