package dev.carrel.network.pasta;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a container's network namespace has, beside the loopback interface; see proc_pid_net(5).
 *
 * @param addresses those of its interfaces that can be reached from outside
 * @param gateways its default routes
 */
record InsideNetwork(List<InetAddress> addresses, List<InetAddress> gateways) {
  private static final String GLOBAL = "00";
  private static final int IPV6_DIGITS = 32;

  InsideNetwork {
    addresses = List.copyOf(addresses);
    gateways = List.copyOf(gateways);
  }

  /** That of a process; nothing if it has ended. */
  static InsideNetwork of(long pid) {
    Path net = Path.of("/proc", Long.toString(pid), "net");
    return parse(read(net.resolve("fib_trie")), read(net.resolve("route")), read(net.resolve("if_inet6")), read(net.resolve("ipv6_route")));
  }

  /** A file that is not there: of a kernel without IPv6, or of a process that has ended. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  static InsideNetwork parse(String trie, String route, String inet6, String route6) {
    List<InetAddress> addresses = new ArrayList<>();
    String last = "";
    for (String line : trie.split("\n")) {
      String stripped = line.strip();
      if (stripped.startsWith("|-- ")) {
        last = stripped.substring(4);
      } else if (stripped.equals("/32 host LOCAL") && !last.startsWith("127.")) {
        add(addresses, ofText(last));
      }
    }
    for (String line : inet6.split("\n")) {
      String[] fields = line.strip().split(" +");
      if (fields.length == 6 && fields[3].equals(GLOBAL)) {
        add(addresses, ofDigits(fields[0]));
      }
    }
    List<InetAddress> gateways = new ArrayList<>();
    for (String line : route.split("\n")) {
      String[] fields = line.split("\t");
      if (fields.length > 7 && fields[1].equals("00000000") && fields[7].equals("00000000") && !fields[2].equals("00000000")) {
        add(gateways, ofNumber(fields[2]));
      }
    }
    for (String line : route6.split("\n")) {
      String[] fields = line.strip().split(" +");
      String none = "0".repeat(IPV6_DIGITS);
      if (fields.length == 10 && fields[0].equals(none) && fields[1].equals("00") && !fields[4].equals(none)) {
        add(gateways, ofDigits(fields[4]));
      }
    }
    return new InsideNetwork(addresses, gateways);
  }

  private static void add(List<InetAddress> addresses, InetAddress address) {
    if (!addresses.contains(address)) {
      addresses.add(address);
    }
  }

  private static InetAddress ofText(String dotted) {
    try {
      return InetAddress.getByName(dotted); // figures: nobody is asked
    } catch (UnknownHostException e) {
      throw new IllegalStateException("the kernel's address " + dotted, e);
    }
  }

  /** Of IPv4 as a number in the order of this machine, which is little-endian on both processors. */
  private static InetAddress ofNumber(String digits) {
    int number = Integer.parseUnsignedInt(digits, 16);
    return of(new byte[] {(byte) number, (byte) (number >> 8), (byte) (number >> 16), (byte) (number >> 24)});
  }

  private static InetAddress ofDigits(String digits) {
    byte[] bytes = new byte[digits.length() / 2];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
    }
    return of(bytes);
  }

  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
    }
  }
}
