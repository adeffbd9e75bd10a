package dev.carrel.linux.netlink;

import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.Subnet;
import dev.carrel.linux.machine.Errno;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Changes interfaces, addresses, routes and queues of one network namespace; see rtnetlink(7). For one thread at a time. */
public final class RouteSocket implements AutoCloseable {
  private static final int NEWLINK = 16;
  private static final int DELLINK = 17;
  private static final int GETLINK = 18;
  private static final int SETLINK = 19;
  private static final int NEWADDR = 20;
  private static final int GETADDR = 22;
  private static final int NEWROUTE = 24;
  private static final int GETROUTE = 26;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_IFALIAS = 20;
  private static final int IFLA_NET_NS_FD = 28;
  private static final int KIND = 1;
  private static final int DATA = 2;
  private static final int PEER = 1; // VETH_INFO_PEER
  private static final int BR_FORWARD_DELAY = 1;
  private static final int BR_MCAST_SNOOPING = 23;
  private static final int BR_NF_CALL_IPTABLES = 36;
  private static final int BR_NF_CALL_IP6TABLES = 37;
  private static final int UP = 1;
  private static final int IFINFO = 16;
  private static final int IFADDR = 8;
  private static final int RTMSG = 12;
  private static final int LOCAL = 2; // IFA_LOCAL
  private static final int ADDRESS = 1; // IFA_ADDRESS
  private static final int FLAGS = 8; // IFA_FLAGS
  private static final int NO_DAD = 0x02;
  private static final int INET = 2;
  private static final int INET6 = 10;

  private final NetlinkSocket socket;

  private RouteSocket(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** In this thread's network namespace. */
  public static RouteSocket open() {
    return new RouteSocket(NetlinkSocket.open());
  }

  /** The number of an interface. */
  public OptionalInt index(String device) throws NetlinkFailure {
    try {
      List<Reply> found = socket.ask(link("look for the interface " + device, GETLINK, 0, 0, 0).attribute(IFLA_IFNAME, device));
      return OptionalInt.of(found.get(0).buffer().getInt(4));
    } catch (NetlinkFailure failure) {
      if (failure.is(Errno.ENODEV)) {
        return OptionalInt.empty();
      }
      throw failure;
    }
  }

  /** The names of all interfaces. */
  public List<String> devices() throws NetlinkFailure {
    List<String> names = new ArrayList<>();
    for (Reply reply : socket.ask(link("list the interfaces", GETLINK, Message.DUMP, 0, 0))) {
      reply.attribute(IFINFO, IFLA_IFNAME).ifPresent(name -> names.add(new String(name, StandardCharsets.US_ASCII).replace("\0", "")));
    }
    return names;
  }

  /**
   * Makes a bridge that is up; returns its number.
   *
   * @param alias whose it is, for people
   */
  public int addBridge(String device, MacAddress mac, String alias) throws NetlinkFailure {
    Message message = link("make the bridge " + device, NEWLINK, Message.CREATE | Message.EXCLUSIVE | Message.ACK, 0, UP)
        .attribute(IFLA_IFNAME, device).attribute(IFLA_ADDRESS, mac.bytes()).attribute(IFLA_IFALIAS, alias);
    int info = message.begin(IFLA_LINKINFO);
    message.attribute(KIND, "bridge");
    int data = message.begin(DATA);
    message.attribute(BR_FORWARD_DELAY, 0).attribute(BR_MCAST_SNOOPING, new byte[] {0});
    socket.request(message.end(data).end(info));
    return index(device).orElseThrow();
  }

  /** Whether what crosses a bridge is shown to netfilter, as what is routed is. */
  public void filterBridge(int bridge, boolean filtered) throws NetlinkFailure {
    Message message = link("have netfilter see what crosses the bridge", NEWLINK, Message.ACK, bridge, 0);
    int info = message.begin(IFLA_LINKINFO);
    message.attribute(KIND, "bridge");
    int data = message.begin(DATA);
    byte[] value = {(byte) (filtered ? 1 : 0)};
    message.attribute(BR_NF_CALL_IPTABLES, value).attribute(BR_NF_CALL_IP6TABLES, value);
    socket.request(message.end(data).end(info));
  }

  /**
   * Makes a pair of interfaces: one here, up and part of a bridge, the other in another namespace.
   *
   * @param inside what the other one is called there
   * @param mac that of the other one
   */
  public void addPair(String device, int bridge, NetworkNamespace namespace, String inside, MacAddress mac, OptionalInt mtu) throws NetlinkFailure {
    Message message = link("make the interface " + device, NEWLINK, Message.CREATE | Message.EXCLUSIVE | Message.ACK, 0, UP)
        .attribute(IFLA_IFNAME, device).attribute(IFLA_MASTER, bridge);
    mtu.ifPresent(bytes -> message.attribute(IFLA_MTU, bytes));
    int info = message.begin(IFLA_LINKINFO);
    message.attribute(KIND, "veth");
    int data = message.begin(DATA);
    int peer = message.begin(PEER);
    message.octets(0, 0, 0, 0).number(0).number(0).number(0);
    message.attribute(IFLA_IFNAME, inside).attribute(IFLA_ADDRESS, mac.bytes()).attribute(IFLA_NET_NS_FD, namespace.descriptor());
    mtu.ifPresent(bytes -> message.attribute(IFLA_MTU, bytes));
    socket.request(message.end(peer).end(data).end(info));
  }

  /** Removes an interface, and so its peer; does nothing if there is none of that name. */
  public void remove(String device) throws NetlinkFailure {
    try {
      socket.request(link("remove the interface " + device, DELLINK, Message.ACK, 0, 0).attribute(IFLA_IFNAME, device));
    } catch (NetlinkFailure failure) {
      if (!failure.is(Errno.ENODEV)) {
        throw failure;
      }
    }
  }

  /** Gives an interface an address, which nobody else is asked about. */
  public void addAddress(int device, InetAddress address, int prefix) throws NetlinkFailure {
    socket.request(address(device, address, prefix));
  }

  private static Message address(int device, InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    return new Message("give an interface the address " + address.getHostAddress(), NEWADDR, Message.CREATE | Message.EXCLUSIVE | Message.ACK)
        .octets(family(bytes), prefix, NO_DAD, 0).number(device).attribute(LOCAL, bytes).attribute(ADDRESS, bytes).attribute(FLAGS, NO_DAD);
  }

  /**
   * Brings an interface up with its addresses and the ways out, in one go.
   *
   * @param prefixes of the addresses, in the same order
   * @param egress how many bits per second it may send
   */
  public void configure(
      int device, List<InetAddress> addresses, List<Integer> prefixes, List<InetAddress> gateways, OptionalLong egress, int mtu)
      throws NetlinkFailure {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      messages.add(address(device, addresses.get(i), prefixes.get(i)));
    }
    messages.add(link("bring the interface up", SETLINK, Message.ACK, device, UP));
    for (InetAddress gateway : gateways) {
      byte[] bytes = gateway.getAddress();
      messages.add(new Message("lead what goes outside to " + gateway.getHostAddress(), NEWROUTE, Message.CREATE | Message.EXCLUSIVE | Message.ACK)
          .octets(family(bytes), 0, 0, 0, 254, 3, 0, 1).number(0) // RT_TABLE_MAIN, RTPROT_BOOT, RT_SCOPE_UNIVERSE, RTN_UNICAST
          .attribute(5, bytes).attribute(4, device)); // RTA_GATEWAY, RTA_OIF
    }
    if (egress.isPresent()) {
      messages.add(TokenBucket.message(device, egress.getAsLong(), mtu));
    }
    socket.request(messages.toArray(new Message[0]));
  }

  /** What is routed somewhere else than by default, of both families. */
  public List<Subnet> routes() throws NetlinkFailure {
    List<Subnet> routes = new ArrayList<>();
    for (int family : new int[] {INET, INET6}) {
      Message message = new Message("list the routes", GETROUTE, Message.DUMP).octets(family, 0, 0, 0, 0, 0, 0, 0).number(0);
      for (Reply reply : socket.ask(message)) {
        int prefix = Byte.toUnsignedInt(reply.body()[1]);
        Optional<byte[]> destination = reply.attribute(RTMSG, 1); // RTA_DST
        if (reply.body()[0] == family && destination.isPresent()) {
          routes.add(new Subnet(inet(destination.get()), prefix));
        }
      }
    }
    return routes;
  }

  /** An address and the number of the interface that has it. */
  public record Held(int device, InetAddress address, boolean global) {}

  /** The addresses of all interfaces. */
  public List<Held> addresses() throws NetlinkFailure {
    List<Held> held = new ArrayList<>();
    Message message = new Message("list the addresses", GETADDR, Message.DUMP).octets(0, 0, 0, 0).number(0);
    for (Reply reply : socket.ask(message)) {
      Optional<byte[]> local = reply.attribute(IFADDR, LOCAL);
      Optional<byte[]> address = local.isPresent() ? local : reply.attribute(IFADDR, ADDRESS);
      if (address.isPresent()) {
        held.add(new Held(reply.buffer().getInt(4), inet(address.get()), reply.body()[3] == 0)); // RT_SCOPE_UNIVERSE
      }
    }
    return held;
  }

  private static Message link(String purpose, int type, int flags, int device, int up) {
    return new Message(purpose, type, flags).octets(0, 0, 0, 0).number(device).number(up).number(up);
  }

  private static int family(byte[] address) {
    return address.length == 4 ? INET : INET6;
  }

  private static InetAddress inet(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // it has 4 or 16 bytes
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
