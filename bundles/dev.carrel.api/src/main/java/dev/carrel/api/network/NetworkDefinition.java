package dev.carrel.api.network;

import java.util.List;

/**
 * A network that is to be made.
 *
 * @param name by which containers ask for it
 * @param subnets where its addresses are, at most one of each family; without one of IPv4 its provider chooses both
 * @param internal whether nothing leads out of it
 */
public record NetworkDefinition(String name, List<Subnet> subnets, boolean internal) {
  /** What names are made of. */
  static final String NAMES = "it has 1 to 32 letters, digits, '-', '_' and '.', and begins with a letter or digit";
  private static final int LONGEST = 32;
  private static final List<String> RESERVED = List.of("none", "host", "private", "join");

  public NetworkDefinition {
    subnets = List.copyOf(subnets);
    if (!isName(name)) {
      throw new IllegalArgumentException("'" + name + "' is no name of a network: " + NAMES);
    }
    if (RESERVED.contains(name)) {
      throw new IllegalArgumentException("no network can be called " + name + ": --network=" + name + " says something else");
    }
    if (subnets.size() > 2 || subnets.size() == 2 && subnets.get(0).isIpv6() == subnets.get(1).isIpv6()) {
      throw new IllegalArgumentException("a network has at most one subnet of IPv4 and one of IPv6");
    }
    for (Subnet subnet : subnets) {
      if (subnet.hostBits() < 3) {
        throw new IllegalArgumentException("the subnet " + subnet + " is too small: a network needs a prefix of at most "
            + (subnet.bits() - 3));
      }
    }
  }

  /** Whether a network or a provider can be called so. */
  static boolean isName(String word) {
    boolean right = !word.isEmpty() && word.length() <= LONGEST;
    for (int i = 0; right && i < word.length(); i++) {
      char c = word.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      right = letter || i > 0 && (c == '-' || c == '_' || c == '.');
    }
    return right;
  }
}
