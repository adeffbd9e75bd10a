package dev.carrel.api.network;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses in what users write; no name is looked up for them. */
public final class Addresses {
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String IPV4 = BYTE + "(\\." + BYTE + "){3}";

  private Addresses() {}

  /** @throws IllegalArgumentException if it is no address of IPv4 or IPv6 in figures */
  public static InetAddress parse(String text) {
    try {
      if (text.matches(IPV4) || text.indexOf(':') >= 0 && text.matches("[0-9A-Fa-f:.]+")) {
        return InetAddress.getByName(text);
      }
    } catch (UnknownHostException e) {
      // told below
    }
    throw new IllegalArgumentException("'" + text + "' is no address: write it in figures, as 10.7.0.2 or fd00::2");
  }

  /** As users write it: that of IPv6 as in RFC 5952. */
  public static String text(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return address.getHostAddress();
    }
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xFF) << 8 | bytes[2 * i + 1] & 0xFF;
    }
    int start = -1;
    int longest = 1; // one group alone is not left out
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > longest) {
        start = i;
        longest = end - i;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < groups.length; i++) {
      if (i == start) {
        text.append("::");
        i += longest - 1;
        continue;
      }
      text.append(text.length() == 0 || i == start + longest && start >= 0 ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
