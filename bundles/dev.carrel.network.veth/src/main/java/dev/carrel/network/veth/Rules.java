package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.AllowedDestination;
import dev.carrel.api.network.Firewall;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import dev.carrel.api.network.Subnet;
import dev.carrel.linux.netfilter.RuleFailure;
import dev.carrel.linux.netfilter.RuleSet;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Carrel's table of nftables. Its chains are loaded once; networks, ports and firewalls are elements of its sets and maps. */
final class Rules implements AutoCloseable {
  private final NetworkDirectory directory;
  private final String table;
  private RuleSet rules;

  Rules(NetworkDirectory directory) {
    this.directory = directory;
    this.table = directory.table();
  }

  private synchronized RuleSet rules() {
    if (rules == null) {
      rules = RuleSet.open();
    }
    return rules;
  }

  /** Makes the table if it is not there, and writes a network into it. */
  void ensure(Network network) {
    String elements = elements("add", network);
    try {
      rules().run(elements);
    } catch (RuleFailure missing) {
      directory.locked(() -> load(network, elements));
    }
  }

  private boolean load(Network network, String elements) {
    try {
      rules().run("add table inet " + table + "\n" + (isThere("inet " + table + " forward") ? "" : RuleText.of(table)) + elements);
      return true;
    } catch (RuleFailure failure) {
      throw CarrelException.failed("cannot write the network " + network.name() + " into the rules of nftables: " + failure.getMessage()
          + ". It takes nftables in the kernel: nf_tables with inet, nat and masquerade", failure);
    }
  }

  private boolean isThere(String chain) {
    try {
      rules().run("list chain " + chain);
      return true;
    } catch (RuleFailure failure) {
      return false;
    }
  }

  private String elements(String verb, Network network) {
    String way = network.internal() ? "inward" : "outward";
    return element(verb, "bridges", network.bridge()) + element(verb, way, network.bridge())
        + element(verb, "same", network.bridge() + " . " + network.bridge())
        + element(verb, "subnets4", network.ipv4().toString())
        + network.ipv6().map(subnet -> element(verb, "subnets6", subnet.toString())).orElse("");
  }

  private String element(String verb, String set, String value) {
    return verb + " element inet " + table + " " + set + " { " + value + " }\n";
  }

  /** Takes a network out. */
  void remove(Network network) {
    for (String line : elements("delete", network).split("\n")) {
      attempt(line); // each for itself: a removal that was broken off goes on where it was
    }
  }

  /** Nothing of Carrel's is left in the rules. */
  void removeAll() {
    attempt("delete table inet " + table);
    attempt("delete table bridge " + table);
  }

  private void attempt(String command) {
    try {
      rules().run(command);
    } catch (RuleFailure gone) {
      return; // it was not there
    }
  }

  /**
   * Has a port of the host lead to a container.
   *
   * @param addresses the container's
   * @return whether it was free
   */
  boolean publish(PublishedPort port, List<InetAddress> addresses) {
    String commands = portCommands("create", port, addresses);
    try {
      rules().run(commands);
      return true;
    } catch (RuleFailure failure) {
      if (failure.exists()) {
        return false;
      }
      throw CarrelException.failed("cannot publish the port " + port + ": " + failure.getMessage(), failure);
    }
  }

  /** Takes out what leads by a port to these addresses, and not what leads to others. */
  void withdraw(PublishedPort port, List<InetAddress> addresses) {
    for (InetAddress address : addresses) {
      for (String command : portCommands("delete", port, List.of(address)).split("\n")) {
        if (!command.isEmpty() && leadsTo(command.replaceFirst("delete", "get"), address)) {
          attempt(command);
        }
      }
    }
  }

  private boolean leadsTo(String question, InetAddress address) {
    try {
      return rules().run(question).contains(" : " + Addresses.text(address) + " . ");
    } catch (RuleFailure missing) {
      return false;
    }
  }

  private String portCommands(String verb, PublishedPort port, List<InetAddress> addresses) {
    StringBuilder commands = new StringBuilder();
    for (InetAddress address : addresses) {
      boolean six = address instanceof Inet6Address;
      boolean fits = port.address().isEmpty() || port.address().get() instanceof Inet6Address == six;
      if (fits) {
        String key = port.address().map(own -> Addresses.text(own) + " . ").orElse("") + port.protocol().label() + " . " + port.host();
        String value = " : " + Addresses.text(address) + " . " + port.guest();
        commands.append(element(verb, "published" + (six ? "6" : "4") + (port.address().isPresent() ? "at" : ""),
            key + (verb.equals("delete") ? "" : value)));
      }
    }
    return commands.toString();
  }

  /**
   * Lets a container begin to talk to nobody but these.
   *
   * @param device the host's interface to it
   */
  void guard(String id, String device, List<InetAddress> addresses, Firewall firewall) {
    if (!isThere("bridge " + table + " sent")) {
      directory.locked(this::loadSenders);
    }
    StringBuilder commands = new StringBuilder();
    senders("add", device, addresses).forEach(commands::append);
    commands.append("add chain inet " + table + " " + chain(id) + "\n");
    for (AllowedDestination allowed : firewall.allowed()) {
      for (String condition : conditions(allowed)) {
        commands.append("add rule inet ").append(table).append(' ').append(chain(id)).append(' ').append(condition).append(" accept\n");
      }
    }
    commands.append("add rule inet ").append(table).append(' ').append(chain(id)).append(" drop\n");
    for (InetAddress address : addresses) {
      commands.append(element("add", guards(address), Addresses.text(address) + " : jump " + chain(id)));
    }
    try {
      rules().run(commands.toString());
    } catch (RuleFailure failure) {
      throw CarrelException.failed("cannot write the firewall of container " + id + " into the rules of nftables: " + failure.getMessage(), failure);
    }
  }

  /** @throws CarrelException if the kernel has no nf_tables for bridges */
  private boolean loadSenders() {
    try {
      if (!isThere("bridge " + table + " sent")) {
        rules().run(RuleText.ofSenders(table));
      }
      return true;
    } catch (RuleFailure failure) {
      throw CarrelException.failed("cannot keep a container to its own addresses, by which a firewall goes: " + failure.getMessage()
          + ". It takes nftables for bridges in the kernel: NF_TABLES_BRIDGE", failure);
    }
  }

  private List<String> senders(String verb, String device, List<InetAddress> addresses) {
    List<String> commands = new ArrayList<>(List.of(verb + " element bridge " + table + " guarded { " + device + " }\n"));
    for (InetAddress address : addresses) {
      commands.add(verb + " element bridge " + table + " senders" + (address instanceof Inet6Address ? "6" : "4") + " { " + device + " . "
          + Addresses.text(address) + " }\n");
    }
    return commands;
  }

  void unguard(String id, String device, List<InetAddress> addresses) {
    senders("delete", device, addresses).forEach(this::attempt);
    addresses.forEach(address -> attempt(element("delete", guards(address), Addresses.text(address))));
    attempt("flush chain inet " + table + " " + chain(id));
    attempt("delete chain inet " + table + " " + chain(id));
  }

  private static String guards(InetAddress address) {
    return address instanceof Inet6Address ? "guards6" : "guards4";
  }

  private static String chain(String id) {
    return "guard_" + id;
  }

  private static List<String> conditions(AllowedDestination allowed) {
    Subnet subnet = allowed.subnet();
    String where = (subnet.isIpv6() ? "ip6" : "ip") + " daddr " + subnet;
    List<String> conditions = new ArrayList<>();
    if (allowed.port().isEmpty()) {
      conditions.add(where);
      return conditions;
    }
    for (PortProtocol protocol : PortProtocol.values()) {
      if (allowed.protocol().isEmpty() || allowed.protocol().get() == protocol) {
        conditions.add(where + " " + protocol.label() + " dport " + allowed.port().getAsInt());
      }
    }
    return conditions;
  }

  @Override
  public synchronized void close() {
    if (rules != null) {
      rules.close();
      rules = null;
    }
  }
}
