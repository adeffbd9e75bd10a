package dev.carrel.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carrel.api.CarrelException;
import dev.carrel.api.CarrelException.Kind;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.isolation.Inside;
import dev.carrel.api.isolation.Running;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Containers that a provider attaches for one test, of which neither the host nor the provider has anything in the end. */
abstract class AttachedContainers extends LaunchedContainers {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Mount ETC = new Mount.Directory(Path.of("/etc"), 0755);
  /** Names are looked for where the provider has put them, whatever this host does. */
  private static final Mount NAMES = new Mount.GeneratedFile(Path.of("/etc/nsswitch.conf"), "hosts: files dns\n", 0444);

  private final ConcurrentMap<String, Member> members = new ConcurrentHashMap<>();
  private final List<String> networks = new ArrayList<>();
  private Set<String> interfaces;

  /** A container that was attached. */
  record Member(String id, Running running, Attachment attachment) {
    String address() {
      return Addresses.text(attachment.addresses().get(0));
    }
  }

  /** What is tested. */
  protected abstract NetworkProvider provider();

  /** Somebody outside. */
  protected abstract Neighbour neighbour();

  @BeforeEach
  void look_at_the_network() throws IOException {
    assumeTrue(provider().unavailable().isEmpty(), () -> "the network provider " + provider().name() + " cannot work here: " + provider().unavailable().get());
    assertThat(backend().features()).as("features of the backend").contains(Feature.HELD_START, Feature.NETWORK_ATTACHMENT);
    provider().reconcile();
    interfaces = interfaces();
  }

  @AfterEach
  void nothing_of_the_network_is_left_behind() throws Exception {
    for (Member member : members.values()) {
      leave(member);
    }
    for (String network : networks) {
      provider().remove(network);
    }
    provider().reconcile();
    assertThat(provider().reconcile()).as("what is still to be removed").isEmpty();
    awaitNoMore(interfaces);
  }

  /** The kernel takes a namespace down later: it keeps one until nobody is to be sent anything from there, or that has failed often enough. */
  private static void awaitNoMore(Set<String> before) throws IOException {
    try {
      await("its interfaces to be gone", 4 * PATIENCE, () -> before.containsAll(interfaces()));
    } catch (AssertionError e) {
      throw new AssertionError("there were the interfaces " + before + ", and now there are " + interfaces(), e);
    }
  }

  private static Set<String> interfaces() throws SocketException {
    Set<String> names = new TreeSet<>();
    NetworkInterface.networkInterfaces().forEach(one -> names.add(one.getName()));
    return names;
  }

  /** On the provider's private network. */
  final NetworkSpec.Attached wanted(NetworkOptions options) {
    return new NetworkSpec.Attached(Optional.of(provider().name()), options);
  }

  /** Goes on if the provider can do that. One that cannot refuses it in words, before anything is made. */
  final void needs(NetworkOptions options) {
    refusal(() -> provider().files(wanted(options)));
  }

  /** A network of its own, which the test has alone; a provider without such refuses to make one. */
  final NetworkInfo network(boolean internal) {
    NetworkDefinition definition = new NetworkDefinition("kit" + COUNT.incrementAndGet(), List.of(), internal);
    List<NetworkInfo> made = new ArrayList<>();
    refusal(() -> made.add(provider().create(definition)));
    networks.add(definition.name());
    return made.get(0);
  }

  /** It is removed by the test itself. */
  final void forget(NetworkInfo network) {
    networks.remove(network.definition().name());
  }

  private void refusal(Runnable attempt) {
    try {
      attempt.run();
    } catch (CarrelException e) {
      assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.USAGE);
      assertThat(e.getMessage()).startsWith("cannot ");
      abort("the network provider " + provider().name() + " refuses it: " + e.getMessage());
    }
  }

  final Member attach(SampleContainer container, NetworkOptions options) {
    return attach(container, wanted(options), Optional.empty());
  }

  /** Attaches one whose first process waits, and has its program executed. */
  final Member attach(SampleContainer container, NetworkSpec.Attached wanted, Optional<String> name) {
    Held held = hold(container, wanted);
    Member member;
    try {
      member = held.attach(name);
    } catch (RuntimeException | AssertionError failure) {
      held.running().kill();
      throw failure;
    }
    backend().proceed(member.running(), Inside.of(held.container().spec()), held.container().process(), Optional.empty());
    return member;
  }

  /** A container that waits to be attached. */
  final class Held {
    private final String id = "c0ffee" + Integer.toHexString(0x1000 + COUNT.incrementAndGet());
    private final SampleContainer container;
    private final NetworkSpec.Attached wanted;
    private final Running running;

    private Held(SampleContainer container, NetworkSpec.Attached wanted) {
      List<Mount> files = new ArrayList<>();
      files.add(ETC);
      files.add(NAMES);
      files.addAll(provider().files(wanted));
      this.wanted = wanted;
      this.container = container.with(files.toArray(Mount[]::new)).waiting();
      this.running = launch(this.container.plan(id, Optional.empty()));
    }

    Running running() {
      return running;
    }

    String id() {
      return id;
    }

    SampleContainer container() {
      return container;
    }

    Member attach(Optional<String> name) {
      Attachment attachment = provider().attach(new Guest(id, name, Optional.of("desk"), running.process().pid()), wanted);
      Member member = new Member(id, running, attachment);
      members.put(id, member);
      return member;
    }
  }

  final Held hold(SampleContainer container, NetworkSpec.Attached wanted) {
    return new Held(container, wanted);
  }

  /** Ends one, and has freed what it was given. */
  final void leave(Member member) throws Exception {
    member.running().kill();
    end(member.running());
    provider().detach(member.id());
    members.remove(member.id());
  }

  /** It ends, and nobody says so to the provider. */
  final void endUnseen(Member member) throws Exception {
    members.remove(member.id());
    member.running().kill();
    end(member.running());
  }

  /** One that answers at {@value Wishes#PORT}. */
  final Member serving(NetworkSpec.Attached wanted, Optional<String> name) throws IOException {
    Member member = attach(SampleContainer.of(NetworkTalk.answering(Wishes.PORT)), wanted, name);
    assertThat((char) member.running().process().getInputStream().read()).as("the first letter of what it says: " + errors(member)).isEqualTo('s');
    return member;
  }

  final Member serving(NetworkOptions options) throws IOException {
    return serving(wanted(options), Optional.empty());
  }

  private static String errors(Member member) throws IOException {
    var err = member.running().process().getErrorStream();
    return new String(err.readNBytes(err.available()), StandardCharsets.UTF_8);
  }

  /** What it prints, until it has ended. */
  final List<String> said(Member member) throws Exception {
    String out = read(member.running());
    String err = new String(member.running().process().getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(end(member.running()).shellStatus()).as(err).isZero();
    leave(member);
    return out.lines().toList();
  }

  /** The answers to questions such as {@code tcp,192.0.2.2,7000} that a container asks. */
  final List<String> heard(NetworkSpec.Attached wanted, String... questions) throws Exception {
    return said(attach(SampleContainer.of(NetworkTalk.asking(questions)), wanted, Optional.empty()));
  }

  final List<String> heard(NetworkOptions options, String... questions) throws Exception {
    return heard(wanted(options), questions);
  }

  static String question(String protocol, InetAddress address, int port) {
    return protocol + "," + Addresses.text(address) + "," + port;
  }
}
