package dev.carrel.shell;

import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.AllowedDestination;
import dev.carrel.api.network.Firewall;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkOptions;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PublishedPort;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * What a command line says of the network.
 *
 * @param spec what it sees of it; nothing if there is no word of it
 * @param joined the container whose network it joins
 */
record NetworkLine(Optional<NetworkSpec> spec, Optional<String> joined) {
  /** What {@code --network} stands for without a value. */
  static final String PRIVATE = "private";
  private static final String JOIN = "join:";
  private static final String[] VALUED = {"publish", "ip", "mac", "mtu", "dns", "egress", "allow-net"};
  private static final String[] FLAGS = {"deny-net", "host-loopback"};

  static void addTo(Options options) {
    for (String name : VALUED) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
    for (String name : FLAGS) {
      options.addOption(Option.builder().longOpt(name).get());
    }
  }

  /**
   * The last word on the network counts; options of an interface alone mean a private one.
   *
   * @throws dev.carrel.api.CarrelException of kind USAGE if one makes no sense
   */
  static NetworkLine of(String command, Option[] options) {
    String chosen = chosen(options);
    String ofInterface = "";
    for (Option option : options) {
      String name = option.getLongOpt();
      if ("network".equals(name) && option.getValue().isEmpty()) {
        throw WorkplaceOptions.usage(command, "--network= lacks its value");
      }
      if (name != null && isOfInterface(name)) {
        ofInterface = name;
      }
    }
    boolean plain = isPlain(chosen);
    if (plain && !ofInterface.isEmpty()) {
      throw WorkplaceOptions.usage(command, "--" + ofInterface + " is about a network interface of its own, which --network=" + chosen
          + " does not give it: leave one out");
    }
    if (plain) {
      return chosen.startsWith(JOIN) ? joining(command, chosen.substring(JOIN.length()))
          : new NetworkLine(Optional.of(chosen.equals("none") ? NetworkSpec.NONE : NetworkSpec.HOST), Optional.empty());
    }
    if (chosen.isEmpty() && ofInterface.isEmpty()) {
      return new NetworkLine(Optional.empty(), Optional.empty());
    }
    return attached(command, chosen.isEmpty() || chosen.equals(PRIVATE) ? Optional.empty() : Optional.of(chosen), options);
  }

  /** The last word; empty: there is none. */
  private static String chosen(Option[] options) {
    String chosen = "";
    for (Option option : options) {
      if ("N".equals(option.getOpt())) {
        chosen = "host";
      } else if ("network".equals(option.getLongOpt())) {
        chosen = option.getValue();
      }
    }
    return chosen;
  }

  private static boolean isPlain(String chosen) {
    return chosen.equals("none") || chosen.equals("host") || chosen.startsWith(JOIN);
  }

  /** Whether a network is asked for to which no interface of the container's own leads. */
  static boolean refusesInterface(Option[] options) {
    return isPlain(chosen(options));
  }

  private static NetworkLine joining(String command, String container) {
    if (container.isEmpty()) {
      throw WorkplaceOptions.usage(command, "--network=join: lacks the container: write --network=join:CONTAINER");
    }
    return new NetworkLine(Optional.of(NetworkSpec.JOINED), Optional.of(container));
  }

  /** Whether an option is about such an interface. */
  static boolean isOfInterface(String name) {
    for (String known : VALUED) {
      if (known.equals(name)) {
        return true;
      }
    }
    for (String known : FLAGS) {
      if (known.equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static NetworkLine attached(String command, Optional<String> network, Option[] options) {
    try {
      return new NetworkLine(Optional.of(new NetworkSpec.Attached(network, options(command, options))), Optional.empty());
    } catch (IllegalArgumentException e) {
      throw WorkplaceOptions.usage(command, "--network: " + e.getMessage());
    }
  }

  private static NetworkOptions options(String command, Option[] options) {
    List<PublishedPort> published = new ArrayList<>();
    List<InetAddress> addresses = new ArrayList<>();
    List<InetAddress> dns = new ArrayList<>();
    List<AllowedDestination> allowed = new ArrayList<>();
    Optional<MacAddress> mac = Optional.empty();
    OptionalInt mtu = OptionalInt.empty();
    OptionalLong egress = OptionalLong.empty();
    boolean denies = false;
    boolean hostLoopback = false;
    NetworkOptions all = NetworkOptions.none();
    for (Option option : options) {
      String name = option.getLongOpt() == null ? "" : option.getLongOpt();
      String value = option.getValue();
      try {
        switch (name) {
          case "publish" -> published.addAll(NetworkWords.ports(value));
          case "ip" -> addresses.add(Addresses.parse(value));
          case "mac" -> mac = Optional.of(MacAddress.parse(value));
          case "mtu" -> mtu = OptionalInt.of(NetworkWords.number(value, "a number of bytes"));
          case "dns" -> dns.add(Addresses.parse(value));
          case "egress" -> egress = OptionalLong.of(NetworkWords.rate(value));
          case "allow-net" -> allowed.add(NetworkWords.destination(value));
          case "deny-net" -> denies = true;
          case "host-loopback" -> hostLoopback = true;
          default -> {
            continue;
          }
        }
        Optional<Firewall> firewall = denies || !allowed.isEmpty() ? Optional.of(new Firewall(allowed)) : Optional.empty();
        all = new NetworkOptions(published, addresses, mac, mtu, dns, egress, firewall, hostLoopback); // each by itself, so that a wrong one is named
      } catch (IllegalArgumentException e) {
        throw WorkplaceOptions.usage(command, "--" + name + "=" + value + ": " + e.getMessage());
      }
    }
    return all;
  }
}
