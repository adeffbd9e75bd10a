package dev.carrel.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.Container;
import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.IdMapping;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessSpec;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.isolation.Feature;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.MountPlan;
import dev.carrel.api.mount.RootSpec;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.Limits;
import dev.carrel.linux.host.LinuxHost;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers that a provider attaches to a network. */
@Timeout(300)
class AttachedStartTest {
  private static final Mount FILE = new Mount.GeneratedFile(Path.of("/etc/hosts"), "of the network\n", 0444);
  private static final Mount PLANNED = new Mount.GeneratedFile(Path.of("/etc/hosts"), "of a network that is not there yet\n", 0444);
  private static final PublishedPort PORT = new PublishedPort(Optional.empty(), 8080, 80, PortProtocol.TCP);

  @TempDir Path directory;
  private final FakeBackend backend = new FakeBackend("first", Set.of(Feature.values()));
  private final Provider provider = new Provider();
  /** What the last plan was asked to mount. */
  private List<Mount> mounted = List.of();

  /** Writes down what it is asked for. */
  private final class Provider implements NetworkProvider {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private CarrelException refusal;

    @Override
    public String name() {
      return "veth";
    }

    @Override
    public Optional<String> unavailable() {
      return Optional.empty();
    }

    @Override
    public List<Mount> files(NetworkSpec.Attached wanted) {
      return wanted.options().dns().isEmpty() ? List.of(FILE) : List.of(FILE, resolver(wanted.options().dns()));
    }

    @Override
    public List<Mount> plan(NetworkSpec.Attached wanted) {
      return List.of(PLANNED);
    }

    @Override
    public Attachment attach(Guest guest, NetworkSpec.Attached wanted) {
      asked.add("attach before " + backend.proceeded.get() + " programs");
      if (refusal != null) {
        throw refusal;
      }
      return new Attachment("veth", "veth", "eth0", Optional.empty(), List.of(Addresses.parse("10.7.0.2")), List.of(),
          wanted.options().dns(), wanted.options().published(), List.of());
    }

    @Override
    public void detach(String container) {
      asked.add("detach");
    }

    @Override
    public List<String> reconcile() {
      return List.of("what was left");
    }

    @Override
    public List<NetworkInfo> networks() {
      return List.of();
    }

    @Override
    public NetworkInfo create(NetworkDefinition definition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove(String network) {}
  }

  private static Mount resolver(List<InetAddress> servers) {
    return new Mount.GeneratedFile(Path.of("/etc/resolv.conf"), servers.toString(), 0444);
  }

  private Engine engine(FakeBackend offered) {
    Engine engine = new Engine(new StateDirectory(Map.of("CARREL_STATE", directory.resolve("state").toString()), new LinuxHost()),
        new Networks(() -> List.of(provider)));
    engine.setPlanner(request -> {
      mounted = request.root().base();
      return new MountPlan(List.of(), false);
    });
    engine.addBackend(offered, Map.of());
    return engine;
  }

  private static ContainerSpec spec(Life life, PublishedPort... ports) {
    return spec(life, new NetworkOptions(List.of(ports), List.of(), Optional.empty(), OptionalInt.empty(), List.of(), OptionalLong.empty(),
        Optional.empty()));
  }

  private static ContainerSpec spec(Life life, NetworkOptions options) {
    IdMapping one = new IdMapping(0, 0, 1);
    return new ContainerSpec(new ProcessSpec(List.of("true"), Map.of(), Path.of("/"), Stdio.discard()), Namespace.standard(), new Identity(one, one),
        Optional.empty(), new RootSpec(List.of(), List.of(), false), new NetworkSpec.Attached(Optional.empty(), options), Optional.empty())
        .withLife(life);
  }

  @Test
  void a_container_is_attached_before_its_program_starts_and_sees_the_files_of_its_network() {
    ContainerSpec spec = spec(Life.unrecorded());
    Engine engine = engine(backend);
    Container container = engine.start(spec);
    assertThat(provider.asked).containsExactly("attach before 0 programs");
    assertThat(backend.proceeded).hasValue(1);
    assertThat(container.spec().root().base()).contains(FILE);
    assertThat(container.info().network().orElseThrow().device()).isEqualTo("eth0");
    assertThat(engine.start(spec).spec()).isSameAs(container.spec()); // so what was prepared for the last serves the next
  }

  @Test
  void nothing_else_of_a_container_changes_when_it_gets_the_files_of_its_network() {
    ContainerSpec spec = spec(Life.unrecorded()).withLimits(Limits.none().withProcesses(new Bound(5)));
    assertThat(List.of(spec.withRoot(spec.root()), spec.withLife(spec.life()), spec.withSecurity(spec.security()))).containsOnly(spec);
  }

  @Test
  void who_waits_for_the_end_of_a_published_one_gets_its_port_back() {
    Container container = engine(backend).start(spec(Life.unrecorded(), PORT));
    backend.endAll();
    container.exit().join();
    assertThat(provider.asked).endsWith("detach");
  }

  @Test
  void one_without_ports_is_detached_off_the_way_of_its_end() throws Exception {
    Container container = engine(backend).start(spec(Life.unrecorded()));
    backend.endAll();
    container.exit().join();
    while (!provider.asked.contains("detach")) {
      Thread.sleep(5);
    }
  }

  @Test
  void of_one_that_cannot_be_attached_nothing_is_left_and_its_program_never_runs() {
    provider.refusal = CarrelException.failed("no room");
    Engine engine = engine(backend);
    assertThatExceptionOfType(CarrelException.class)
        .isThrownBy(() -> engine.start(spec(Life.detached(Optional.of("job"), Life.Restart.never())))).withMessage("no room");
    assertThat(backend.proceeded).hasValue(0);
    assertThat(backend.last().killed()).isEqualTo(1);
    assertThat(engine.all()).isEmpty();
  }

  @Test
  void a_created_one_is_attached_when_it_is_made() {
    Container container = engine(backend).create(spec(Life.unrecorded()));
    assertThat(provider.asked).containsExactly("attach before 0 programs");
    assertThat(backend.proceeded).hasValue(0);
    container.start();
    assertThat(provider.asked).hasSize(1);
  }

  @Test
  void a_backend_that_cannot_wait_for_a_network_is_told_before_anything_is_made() {
    FakeBackend simple = new FakeBackend("simple", EnumSet.complementOf(EnumSet.of(Feature.NETWORK_ATTACHMENT)));
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> engine(simple).start(spec(Life.unrecorded())))
        .withMessageContaining("an interface to a network");
    assertThat(simple.started()).isZero();
    assertThat(provider.asked).isEmpty();
  }

  @Test
  void what_one_that_has_ended_by_itself_was_given_is_freed_by_whoever_sees_that() {
    engine(backend).start(spec(Life.detached(Optional.of("job"), Life.Restart.never()), PORT)); // its pid is nobody's
    assertThat(provider.asked).doesNotContain("detach");
    assertThat(engine(backend).find("job")).isPresent();
    assertThat(provider.asked).endsWith("detach");
  }

  @Test
  void so_is_what_one_was_given_that_ends_between_the_look_and_the_wait() throws Exception {
    Process program = new ProcessBuilder("sleep", "4321").start();
    backend.pid = program.pid();
    engine(backend).start(spec(Life.detached(Optional.of("job"), Life.Restart.never()), PORT));
    ContainerHandle found = engine(backend).find("job").orElseThrow();
    assertThat(provider.asked).doesNotContain("detach");

    program.destroyForcibly().waitFor();
    found.exit().join();

    assertThat(provider.asked).endsWith("detach");
  }

  @Test
  void a_plan_has_no_network_made() {
    engine(backend).explain(spec(Life.unrecorded()));
    assertThat(mounted).containsExactly(PLANNED);
    assertThat(provider.asked).isEmpty();
  }

  @Test
  void who_joins_the_network_of_a_container_asks_the_name_servers_that_this_one_asks() {
    List<InetAddress> servers = List.of(Addresses.parse("192.0.2.53"));
    Engine engine = engine(backend);
    engine.start(joining(engine.start(spec(Life.unrecorded(), new NetworkOptions(List.of(), List.of(), Optional.empty(), OptionalInt.empty(), servers,
        OptionalLong.empty(), Optional.empty())))));
    assertThat(mounted).containsExactly(FILE, resolver(servers));
  }

  @Test
  void who_joins_the_network_of_a_container_sees_its_files() {
    Engine engine = engine(backend);
    assertThat(engine.start(joining(engine.start(spec(Life.unrecorded())))).spec().root().base()).contains(FILE);
    assertThat(provider.asked).hasSize(1);
  }

  private static ContainerSpec joining(Container first) {
    ContainerSpec apart = spec(Life.unrecorded());
    return new ContainerSpec(apart.process(), Namespace.standardBut(Namespace.NETWORK),
        List.of(new Join(Namespace.NETWORK, first.process().pid())), Optional.empty(), apart.identity(), Optional.empty(), Map.of(), apart.root(),
        NetworkSpec.JOINED, Security.standard(), Life.unrecorded(), Optional.empty());
  }

  @Test
  void cleaning_asks_the_providers_as_well() {
    assertThat(engine(backend).clean()).containsExactly("what was left");
  }
}
