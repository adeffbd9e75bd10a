package dev.carrel.network.veth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.Subnet;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeasesTest {
  private static final Network SMALL = new Network("small", "carrel0", Subnet.parse("10.7.0.0/26"), Optional.of(Subnet.parse("fd00::/64")), false);
  private static final int GUESTS = 61;

  @TempDir Path state;
  private NetworkDirectory directory;
  private Leases leases;

  @BeforeEach
  void defineNetwork() {
    directory = new NetworkDirectory(Map.of("CARREL_STATE", state.toString()));
    leases = new Leases(directory);
    directory.locked(() -> {
      directory.write(SMALL, HostsFile.head("here"));
      return SMALL;
    });
  }

  private List<InetAddress> take(String id, String... wanted) throws IOException {
    leases.begin(Lease.of("small", new Guest(id, Optional.empty(), Optional.empty(), ProcessHandle.current().pid()), false));
    List<InetAddress> addresses = new ArrayList<>();
    for (String address : wanted) {
      addresses.add(Addresses.parse(address));
    }
    return leases.take(SMALL, id, addresses);
  }

  @Test
  void as_many_as_there_are_take_all_addresses_at_once_and_none_twice() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(GUESTS);
    List<Callable<List<InetAddress>>> starts = new ArrayList<>();
    for (int i = 0; i < GUESTS; i++) {
      String id = "id" + i;
      starts.add(() -> take(id));
    }
    Set<InetAddress> taken = new HashSet<>();
    for (Future<List<InetAddress>> start : threads.invokeAll(starts)) {
      taken.addAll(start.get());
    }
    threads.shutdown();

    assertThat(taken).hasSize(2 * GUESTS);
    assertThat(taken).allMatch(address -> SMALL.ipv4().contains(address) || SMALL.ipv6().orElseThrow().contains(address));
    assertThat(taken).doesNotContain(SMALL.ipv4().at(0), SMALL.ipv4().at(1), SMALL.ipv4().at(63));
    assertThat(take("more")).isEmpty();
    assertThat(leases.refusal(SMALL, List.of())).hasMessageContaining("all 61 addresses of 10.7.0.0/26 are taken");
  }

  @Test
  void an_address_that_is_wanted_is_taken_once() throws IOException {
    assertThat(take("one", "10.7.0.9", "fd00::77")).containsExactly(Addresses.parse("10.7.0.9"), Addresses.parse("fd00::77"));
    assertThat(take("two", "10.7.0.9")).isEmpty();
    assertThat(leases.refusal(SMALL, List.of(Addresses.parse("10.7.0.9")))).hasMessageContaining("10.7.0.9 is taken by container one");
    assertThat(take("three", "fd00::77")).isEmpty();
    assertThat(leases.refusal(SMALL, List.of(Addresses.parse("fd00::77")))).hasMessageContaining("fd00::77 is taken");
  }

  @Test
  void addresses_of_the_host_of_all_and_of_others_are_no_containers() {
    for (String address : List.of("10.7.0.0", "10.7.0.1", "10.7.0.63", "10.7.0.64", "fd00::1", "fd01::5")) {
      assertThatExceptionOfType(CarrelException.class).as(address).isThrownBy(() -> take("one", address)).withMessageContaining(address);
    }
  }

  @Test
  void what_was_taken_by_who_was_killed_before_he_wrote_it_down_is_found() throws IOException {
    List<InetAddress> addresses = take("one");
    Path file = directory.ids().resolve("one");
    String head = Files.readAllLines(file).get(0) + "\n";
    Files.writeString(file, head);

    Lease lease = leases.of("one").orElseThrow();
    assertThat(lease.addresses()).isEmpty();
    assertThat(leases.addresses(lease)).containsExactlyInAnyOrderElementsOf(addresses);
    leases.free(lease);
    assertThat(NetworkDirectory.children(directory.leases("small"))).isEmpty();
    assertThat(leases.all()).isEmpty();
  }

  @Test
  void on_a_network_that_was_removed_nothing_is_taken_also_if_there_is_another_of_its_name() throws IOException {
    removed();
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> take("one")).withMessageContaining("small was removed while");

    Network other = new Network("small", "carrel0", Subnet.parse("10.8.0.0/26"), Optional.empty(), false);
    directory.locked(() -> {
      directory.write(other, HostsFile.head("here"));
      return other;
    });
    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> take("two")).withMessageContaining("carrel network create small");
    leases.free(leases.of("two").orElseThrow());
    assertThat(NetworkDirectory.children(directory.leases("small"))).isEmpty();
  }

  private void removed() {
    directory.locked(() -> {
      assertThat(directory.beginRemoval("small")).isTrue();
      directory.endRemoval("small");
      return "small";
    });
  }

  @Test
  void who_was_freed_meanwhile_gets_nothing() throws IOException {
    Files.createDirectories(directory.ids());

    assertThatExceptionOfType(CarrelException.class).isThrownBy(() -> leases.take(SMALL, "freed", List.of())).withMessageContaining("has ended");
  }

  @Test
  void a_removal_that_is_taken_back_is_nobodys_end() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<List<InetAddress>> taken = directory.locked(() -> {
        directory.beginRemoval("small");
        Future<List<InetAddress>> started = thread.submit(() -> take("one"));
        while (leases.of("one").isEmpty()) {
          Thread.onSpinWait();
        }
        directory.takeBack("small");
        return started;
      });
      assertThat(taken.get()).hasSize(2);
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void a_lease_lives_as_long_as_the_process_and_not_as_its_pid() throws Exception {
    Process process = new ProcessBuilder("sleep", "4321").start();
    Lease lease = Lease.of("small", new Guest("x", Optional.empty(), Optional.empty(), process.pid()), false);
    assertThat(lease.lives()).isTrue();
    assertThat(new Lease("small", "x", process.pid(), lease.time() + 1, List.of(), List.of(), false).lives()).isFalse();
    process.destroyForcibly().waitFor();
    assertThat(lease.lives()).isFalse();
  }
}
