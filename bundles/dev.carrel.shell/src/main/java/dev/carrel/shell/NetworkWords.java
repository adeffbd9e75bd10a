package dev.carrel.shell;

import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.AllowedDestination;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.network.Subnet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ports, rates and destinations as users write them. Each method throws an IllegalArgumentException if it is none. */
final class NetworkWords {
  private static final int MOST_PORTS = 1000;
  private static final Pattern PORTS =
      Pattern.compile("(?:(\\[[^\\]]*\\]|[^:\\[\\]]*):)?([0-9]{1,5})(?:-([0-9]{1,5}))?:([0-9]{1,5})(?:-([0-9]{1,5}))?(?:/([a-z]+))?");
  private static final Pattern RATE = Pattern.compile("([0-9]{1,12})(|k|m|g|kbit|mbit|gbit|bit)");
  private static final Pattern DESTINATION =
      Pattern.compile("(\\[[^\\]]*\\]|[0-9./]+|[0-9A-Fa-f:./]*:[0-9A-Fa-f:./]*?)(?::([0-9]{1,5})(?:/(tcp|udp))?)?");

  private NetworkWords() {}

  /** {@code [ADDRESS:]HOST[-HOST]:GUEST[-GUEST][/tcp|udp]}; HOST alone is both. */
  static List<PublishedPort> ports(String text) {
    String whole = text.matches("[0-9]{1,5}(/[a-z]+)?") ? text.replaceFirst("([0-9]+)", "$1:$1") : text;
    Matcher matcher = PORTS.matcher(whole);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("write [ADDRESS:]HOST:GUEST[/tcp|udp], for example 8080:80 or 127.0.0.1:8080-8089:80-89;"
          + " an address of IPv6 is in brackets");
    }
    Optional<InetAddress> address = matcher.group(1) == null || matcher.group(1).isEmpty() ? Optional.empty()
        : Optional.of(Addresses.parse(matcher.group(1).replaceAll("[\\[\\]]", "")));
    PortProtocol protocol = matcher.group(6) == null ? PortProtocol.TCP : PortProtocol.of(matcher.group(6)).orElseThrow(() ->
        new IllegalArgumentException("'" + matcher.group(6) + "' has no ports: say tcp or udp"));
    int host = Integer.parseInt(matcher.group(2));
    int guest = Integer.parseInt(matcher.group(4));
    int count = count(host, matcher.group(3));
    if (count != count(guest, matcher.group(5))) {
      throw new IllegalArgumentException("both ranges have to have as many ports");
    }
    if (host == 0 && count > 1) {
      throw new IllegalArgumentException("port 0 is one that is chosen, and begins no range");
    }
    List<PublishedPort> ports = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ports.add(new PublishedPort(address, host + i, guest + i, protocol));
    }
    return ports;
  }

  private static int count(int first, String last) {
    int count = last == null ? 1 : Integer.parseInt(last) - first + 1;
    if (count < 1 || count > MOST_PORTS) {
      throw new IllegalArgumentException("a range is from the lower to the higher port, and has at most " + MOST_PORTS);
    }
    return count;
  }

  /** {@code 10mbit}, in bits per second. */
  static long rate(String text) {
    Matcher matcher = RATE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("write a number of bits per second, as 10mbit, 500kbit or 1gbit");
    }
    String unit = matcher.group(2);
    long factor = unit.startsWith("k") ? 1_000L : unit.startsWith("m") ? 1_000_000L : unit.startsWith("g") ? 1_000_000_000L : 1L;
    return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
  }

  /** {@code CIDR[:PORT[/tcp|udp]]}; that of IPv6 is in brackets before a port. */
  static AllowedDestination destination(String text) {
    Matcher matcher = DESTINATION.matcher(text);
    boolean bare = text.indexOf('[') < 0 && text.indexOf(':') != text.lastIndexOf(':'); // IPv6, all of it
    if (!bare && !matcher.matches()) {
      throw new IllegalArgumentException("write CIDR[:PORT[/tcp|udp]], for example 10.7.0.0/24:5432 or [fd00::/64]:443/tcp");
    }
    Subnet subnet = Subnet.parse(bare ? text : matcher.group(1).replaceAll("[\\[\\]]", ""));
    String port = bare ? null : matcher.group(2);
    return new AllowedDestination(subnet, port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)),
        bare || matcher.group(3) == null ? Optional.empty() : PortProtocol.of(matcher.group(3)));
  }

  static int number(String text, String what) {
    if (!text.matches("[0-9]{1,9}")) {
      throw new IllegalArgumentException("it is no number: write " + what);
    }
    return Integer.parseInt(text);
  }
}
