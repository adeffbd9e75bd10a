package dev.carrel.network.pasta;

import dev.carrel.api.network.Addresses;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whom programs ask for names: the file /etc/resolv.conf; see resolv.conf(5).
 *
 * @param servers in their order
 * @param others its other lines: domains to search, options
 */
record NameServers(List<InetAddress> servers, List<String> others) {
  private static final Path FILE = Path.of("/etc/resolv.conf");

  NameServers {
    servers = List.copyOf(servers);
    others = List.copyOf(others);
  }

  /** The host's; none if it has no such file. */
  static NameServers ofHost() {
    try {
      return parse(Files.readString(FILE));
    } catch (IOException e) {
      return new NameServers(List.of(), List.of());
    }
  }

  /** Comments are left out, and a server that is known on one of the host's interfaces alone. */
  static NameServers parse(String text) {
    List<InetAddress> servers = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("[ \t]+");
      if (words[0].equals("nameserver") && words.length > 1) {
        address(words[1]).ifPresent(servers::add);
      } else if (words[0].equals("search") || words[0].equals("domain") || words[0].equals("options")) {
        others.add(String.join(" ", words));
      }
    }
    return new NameServers(servers, others);
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(Addresses.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether the first of IPv4, whose place a helper can take, is one that only the host itself can ask. */
  boolean areTheHostsOwn() {
    for (InetAddress server : servers) {
      if (server instanceof Inet4Address) {
        return server.isLoopbackAddress();
      }
    }
    return false;
  }

  /** The same, where another one stands for those that only the host itself can ask; they are left out if there is none. */
  NameServers standingIn(Optional<InetAddress> other) {
    List<InetAddress> reached = new ArrayList<>();
    for (InetAddress server : servers) {
      if (!server.isLoopbackAddress()) {
        reached.add(server);
      } else if (other.isPresent() && !reached.contains(other.get())) {
        reached.add(other.get());
      }
    }
    return new NameServers(reached, others);
  }

  NameServers withServers(List<InetAddress> wanted) {
    return new NameServers(wanted, others);
  }

  /** As that file has it. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (InetAddress server : servers) {
      text.append("nameserver ").append(Addresses.text(server)).append('\n');
    }
    for (String line : others) {
      text.append(line).append('\n');
    }
    return text.toString();
  }
}
