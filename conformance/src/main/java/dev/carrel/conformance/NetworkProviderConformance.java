package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.AllowedDestination;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Firewall;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.network.Subnet;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link NetworkProvider}: extend it, and give it yours, a backend that can wait for it, and a neighbour. It takes a
 * Linux host with python3, on whose network the test may do what the provider does: best one in a network namespace of the test's own. A test
 * that is skipped names what the provider refuses.
 */
public abstract class NetworkProviderConformance extends SharedNetworks {
  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
  private static final InetAddress LOOPBACK = Addresses.parse("127.0.0.1");
  private static final int STARTS = 6;

  private static String host(String protocol, int port) {
    return question(protocol, LOOPBACK, port);
  }

  @Test
  void its_name_is_told() {
    assertThat(provider().name()).matches("[a-z][a-z0-9-]*");
  }

  @Test
  void the_files_are_the_same_objects_until_something_changes_and_a_plan_has_the_same_targets() {
    List<Mount> files = provider().files(wanted(Wishes.NONE));
    List<Mount> again = provider().files(wanted(Wishes.NONE));

    assertThat(again).hasSameSizeAs(files);
    for (int i = 0; i < files.size(); i++) {
      assertThat(again.get(i)).isSameAs(files.get(i));
    }
    assertThat(files.stream().map(Mount::target)).contains(RESOLV_CONF);
    assertThat(provider().plan(wanted(Wishes.NONE)).stream().map(Mount::target).toList()).isEqualTo(files.stream().map(Mount::target).toList());
  }

  @Test
  void a_plan_makes_nothing() throws Exception {
    provider().plan(wanted(Wishes.NONE));

    assertThat(provider().reconcile()).isEmpty();
    assertThat(provider().networks()).noneMatch(network -> network.definition().name().equals(provider().name()));
  }

  @Test
  void the_container_has_the_interface_and_the_addresses_that_are_told() throws Exception {
    Member member = attach(SampleContainer.of(NetworkTalk.python("""
        import socket, sys
        print(" ".join(name for _, name in socket.if_nameindex()))
        for line in sys.stdin:
            address = line.strip()
            with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as one:
                one.bind((address, 0))
                print(address)
        """)), Wishes.NONE);
    Attachment attachment = member.attachment();
    List<String> addresses = attachment.addresses().stream().map(Addresses::text).toList();
    member.running().process().outputWriter().append(String.join("\n", addresses)).close();
    List<String> said = said(member);

    assertThat(attachment.provider()).isEqualTo(provider().name());
    assertThat(attachment.network()).isNotBlank();
    assertThat(addresses).isNotEmpty();
    assertThat(said.get(0).split(" ")).containsExactlyInAnyOrder("lo", attachment.device());
    assertThat(said.subList(1, said.size())).isEqualTo(addresses);
  }

  @Test
  void it_reaches_others_over_tcp_and_udp() throws Exception {
    assertThat(heard(Wishes.NONE, outside("tcp"), outside("udp"))).hasSize(2).doesNotContain(NetworkTalk.SILENCE);
  }

  @Test
  void the_hosts_loopback_is_out_of_its_reach() throws Exception {
    Member waiting = serving(Wishes.NONE);
    try (HostListener listener = new HostListener(LOOPBACK)) {
      assertThat(NetworkTalk.heardByHost(host("tcp", listener.port()))).containsExactly(HostListener.WORD);
      List<String> questions = new ArrayList<>(List.of("!" + host("tcp", listener.port())));
      waiting.attachment().gateways().forEach(gateway -> questions.add("!" + question("tcp", gateway, listener.port())));
      assertThat(heard(Wishes.NONE, questions.toArray(String[]::new))).hasSameSizeAs(questions).containsOnly(NetworkTalk.SILENCE);
    }
  }

  @Test
  void the_hosts_loopback_is_reached_at_a_gateway_if_that_was_asked_for() throws Exception {
    needs(Wishes.HOST_LOOPBACK);
    Member waiting = serving(Wishes.HOST_LOOPBACK);
    try (HostListener listener = new HostListener(LOOPBACK)) {
      assertThat(heard(Wishes.HOST_LOOPBACK, question("tcp", waiting.attachment().gateways().get(0), listener.port()))).containsExactly(HostListener.WORD);
    }
  }

  @Test
  void what_it_does_not_publish_is_not_reached() throws Exception {
    serving(Wishes.NONE);

    assertThat(NetworkTalk.heardByHost("!" + host("tcp", Wishes.PORT), "!" + host("udp", Wishes.PORT))).containsOnly(NetworkTalk.SILENCE);
    assertThat(neighbour().asks(PortProtocol.TCP, Wishes.PORT)).isEmpty();
  }

  @Test
  void a_published_port_of_each_protocol_leads_to_it_and_port_0_is_one_that_is_chosen_and_told() throws Exception {
    NetworkOptions options = Wishes.published(Wishes.port(0, PortProtocol.TCP), Wishes.port(0, PortProtocol.UDP));
    needs(options);
    List<PublishedPort> told = serving(options).attachment().published();

    assertThat(told).hasSize(2).allMatch(port -> port.host() > 0 && port.guest() == Wishes.PORT);
    assertThat(NetworkTalk.heardByHost(host("tcp", told.get(0).host()))).containsExactly("tcp of the container");
    assertThat(neighbour().asks(PortProtocol.TCP, told.get(0).host())).hasValue("tcp of the container");
    assertThat(neighbour().asks(PortProtocol.UDP, told.get(1).host())).hasValue("udp of the container");
    assertThat(NetworkTalk.heardByHost("!" + host("tcp", told.get(1).host()))).as("by the protocol that is not published").containsOnly(NetworkTalk.SILENCE);
  }

  @Test
  void a_port_that_a_program_of_the_host_has_is_refused_by_its_number() throws Exception {
    needs(Wishes.published(0));
    try (HostListener listener = new HostListener(Addresses.parse("0.0.0.0"))) {
      refusesPort(listener.port());
      assertThat(NetworkTalk.heardByHost(host("tcp", listener.port()))).containsExactly(HostListener.WORD);
    }
  }

  @Test
  void a_port_that_leads_to_another_container_is_refused_by_its_number_until_that_has_ended() throws Exception {
    needs(Wishes.published(0));
    Member first = serving(Wishes.published(0));
    int taken = first.attachment().published().get(0).host();
    refusesPort(taken);
    assertThat(NetworkTalk.heardByHost(host("tcp", taken))).containsExactly("tcp of the container");
    endUnseen(first);

    serving(Wishes.published(taken));
    assertThat(NetworkTalk.heardByHost(host("tcp", taken))).containsExactly("tcp of the container");
  }

  private void refusesPort(int taken) {
    assertThatThrownBy(() -> attach(SampleContainer.of("true"), Wishes.published(taken))).isInstanceOf(CarrelException.class)
        .hasMessageContaining(Integer.toString(taken));
  }

  @Test
  void freed_its_port_is_another_containers_at_once() throws Exception {
    needs(Wishes.published(0));
    Member first = serving(Wishes.published(0));
    int port = first.attachment().published().get(0).host();
    leave(first);
    provider().detach(first.id()); // nothing happens

    assertThat(serving(Wishes.published(port)).attachment().published().get(0).host()).isEqualTo(port);
  }

  @Test
  void one_that_was_given_nothing_is_freed_of_nothing() {
    provider().detach("c0ffeeff");
    provider().detach("c0ffeeff");

    assertThat(provider().reconcile()).isEmpty();
  }

  @Test
  void the_hardware_address_and_the_size_of_packets_are_as_wanted() throws Exception {
    String shown = """
        import fcntl, socket, struct
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        name = [name for _, name in socket.if_nameindex() if name != "lo"][0].encode()
        print(":".join("%02x" % byte for byte in fcntl.ioctl(one, 0x8927, struct.pack("256s", name))[18:24])) # SIOCGIFHWADDR
        print(struct.unpack("i", fcntl.ioctl(one, 0x8921, struct.pack("256s", name))[16:20])[0]) # SIOCGIFMTU
        """;
    needs(Wishes.mac("02:00:00:00:00:07"));
    needs(Wishes.mtu(1400));

    assertThat(said(attach(SampleContainer.of(NetworkTalk.python(shown)), Wishes.mac("02:00:00:00:00:07"))).get(0)).isEqualTo("02:00:00:00:00:07");
    assertThat(said(attach(SampleContainer.of(NetworkTalk.python(shown)), Wishes.mtu(1400))).get(1)).isEqualTo("1400");
  }

  @Test
  void an_address_that_is_wanted_is_given() throws Exception {
    Member first = attach(SampleContainer.sh("true"), Wishes.NONE);
    InetAddress free = first.attachment().addresses().get(0);
    said(first);
    NetworkOptions options = Wishes.address(free);
    needs(options);

    assertThat(serving(options).attachment().addresses()).contains(free);
  }

  @Test
  void name_servers_that_are_wanted_are_those_it_is_told() throws Exception {
    NetworkOptions options = Wishes.nameServer(Addresses.parse("192.0.2.53"));
    needs(options);
    Member member = attach(SampleContainer.of("grep", "nameserver", RESOLV_CONF.toString()), options);

    assertThat(member.attachment().dns()).isEqualTo(options.dns());
    assertThat(said(member)).containsExactly("nameserver 192.0.2.53");
  }

  @Test
  void with_a_firewall_it_reaches_what_that_names_and_nothing_else() throws Exception {
    AllowedDestination allowed = new AllowedDestination(Subnet.parse(Addresses.text(neighbour().place().getAddress())), OptionalInt.of(neighbour().place().getPort()),
        Optional.of(PortProtocol.TCP));
    NetworkOptions options = Wishes.firewall(new Firewall(List.of(allowed)));
    needs(options);
    List<String> heard = heard(options, outside("tcp"), "!" + outside("udp"));

    assertThat(heard.get(0)).isNotEqualTo(NetworkTalk.SILENCE);
    assertThat(heard.get(1)).isEqualTo(NetworkTalk.SILENCE);
  }

  @Test
  void one_that_has_ended_before_it_is_attached_is_an_error_and_nothing_is_left() throws Exception {
    Held held = hold(SampleContainer.of("true"), wanted(Wishes.NONE));
    held.running().kill();
    end(held.running());

    assertThatThrownBy(() -> held.attach(Optional.empty())).isInstanceOf(CarrelException.class);
    assertThat(provider().networks()).allMatch(network -> network.containers().isEmpty());
  }

  @Test
  void one_that_is_killed_while_it_is_attached_leaves_nothing() throws Exception {
    provider().files(wanted(Wishes.NONE));
    for (int i = 0; i < STARTS; i++) {
      Held held = hold(SampleContainer.sh("true"), wanted(Wishes.NONE));
      long delay = TimeUnit.MILLISECONDS.toNanos(4L * i);
      Thread killer = new Thread(() -> {
        LockSupport.parkNanos(delay);
        held.running().kill();
      });
      killer.start();
      try {
        held.attach(Optional.of("killed"));
      } catch (CarrelException e) {
        assertThat(e.getMessage()).isNotBlank(); // it was too late
      }
      killer.join();
      end(held.running());
    }
  }

  @Test
  void what_those_had_whose_end_nobody_has_told_is_found_and_freed() throws Exception {
    endUnseen(serving(Wishes.NONE));
    provider().reconcile();

    assertThat(provider().networks()).allMatch(network -> network.containers().isEmpty());
  }

  @Test
  void many_are_attached_at_once_and_each_has_ports_of_its_own() throws Exception {
    NetworkOptions options = Wishes.published(0);
    needs(options);
    ExecutorService threads = Executors.newFixedThreadPool(STARTS);
    try {
      Callable<Member> start = () -> serving(options);
      List<Future<Member>> started = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        started.add(threads.submit(start));
      }
      Set<Integer> ports = new HashSet<>();
      for (Future<Member> one : started) {
        int port = one.get(PATIENCE, TimeUnit.SECONDS).attachment().published().get(0).host();
        assertThat(ports.add(port)).as("that nobody else has port " + port).isTrue();
        assertThat(NetworkTalk.heardByHost(host("tcp", port))).containsExactly("tcp of the container");
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void what_it_cannot_do_it_refuses_in_words_before_anything_is_made() throws Exception {
    List<NetworkOptions> all = List.of(Wishes.published(0), Wishes.mtu(65535), Wishes.mac("02:00:00:00:00:08"), Wishes.rate(RATE),
        Wishes.firewall(new Firewall(List.of())), Wishes.HOST_LOOPBACK);
    for (NetworkOptions options : all) {
      try {
        provider().files(wanted(options));
      } catch (CarrelException e) {
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.USAGE);
        assertThat(e.getMessage()).startsWith("cannot ");
        assertThatThrownBy(() -> provider().plan(wanted(options))).as("a plan of it").hasMessage(e.getMessage());
        continue;
      } catch (RuntimeException e) {
        fail("what is refused is a CarrelException", e);
      }
      serving(options);
    }
  }
}
