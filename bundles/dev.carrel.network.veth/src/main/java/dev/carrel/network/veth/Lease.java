package dev.carrel.network.veth;

import dev.carrel.api.host.ProcessTimes;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Guest;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a container was given.
 *
 * @param id the container's
 * @param pid of its first process
 * @param time when that was started, in clock ticks since the host was booted
 * @param addresses those it has, as far as it got
 * @param ports those that lead to it, as far as it got
 * @param guarded whether a firewall of its own is, or is about to be, in the rules
 */
record Lease(String network, String id, long pid, long time, List<InetAddress> addresses, List<PublishedPort> ports, boolean guarded) {
  Lease {
    addresses = List.copyOf(addresses);
    ports = List.copyOf(ports);
  }

  /** Of a container that is about to be attached. */
  static Lease of(String network, Guest guest, boolean guarded) {
    return new Lease(network, guest.id(), guest.pid(), ProcessTimes.startTime(guest.pid()), List.of(), List.of(), guarded);
  }

  boolean lives() {
    return time != 0 && ProcessTimes.startTime(pid) == time;
  }

  /** What is known of it before it has anything. */
  String head() {
    return "holder " + network + " " + id + " " + pid + " " + time + " " + guarded + "\n";
  }

  static String line(InetAddress address) {
    return "address " + Addresses.text(address) + "\n";
  }

  static String line(PublishedPort port) {
    return "port " + port.protocol() + " " + port.host() + " " + port.guest() + port.address().map(address -> " " + Addresses.text(address)).orElse("")
        + "\n";
  }

  /** Nothing if it is gone, or was never whole. */
  static Optional<Lease> read(Path file) {
    List<InetAddress> addresses = new ArrayList<>();
    List<PublishedPort> ports = new ArrayList<>();
    String[] head = {};
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "holder" -> head = words;
          case "address" -> addresses.add(Addresses.parse(words[1]));
          case "port" -> ports.add(new PublishedPort(words.length > 4 ? Optional.of(Addresses.parse(words[4])) : Optional.empty(),
              Integer.parseInt(words[2]), Integer.parseInt(words[3]), PortProtocol.valueOf(words[1])));
          default -> { }
        }
      }
      return Optional.of(new Lease(head[1], head[2], Long.parseLong(head[3]), Long.parseLong(head[4]), addresses, ports,
          Boolean.parseBoolean(head[5])));
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }
}
