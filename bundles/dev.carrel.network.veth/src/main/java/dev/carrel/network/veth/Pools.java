package dev.carrel.network.veth;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Subnet;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where networks get addresses from that are in nobody's way: the first part of a pool that no route and no other network has. */
record Pools(List<Subnet> ipv4, List<Subnet> ipv6) {
  static final String VARIABLE = "CARREL_NETWORK_POOLS";
  private static final String DEFAULT = "10.89.0.0/16,172.29.0.0/16,192.168.192.0/18";
  /** A thousand containers on one network. */
  private static final int IPV4_PREFIX = 22;
  private static final int IPV6_PREFIX = 64;

  /** The environment, with what is configured where it says nothing. */
  static Map<String, String> configured(Map<String, String> environment, Object pools) {
    String list = pools instanceof String[] many ? String.join(",", many) : pools instanceof Collection<?> many ? joined(many)
        : pools instanceof String one ? one : "";
    if (list.isEmpty() || !environment.getOrDefault(VARIABLE, "").isEmpty()) {
      return environment;
    }
    Map<String, String> all = new HashMap<>(environment);
    all.put(VARIABLE, list);
    return all;
  }

  private static String joined(Collection<?> pools) {
    StringBuilder list = new StringBuilder();
    for (Object pool : pools) {
      list.append(list.length() == 0 ? "" : ",").append(pool);
    }
    return list.toString();
  }

  /**
   * As the environment says, or the usual ones.
   *
   * @param own a pool of IPv6 that is nobody else's
   */
  static Pools of(Map<String, String> environment, Subnet own) {
    String given = environment.getOrDefault(VARIABLE, "");
    List<Subnet> ipv4 = new ArrayList<>();
    List<Subnet> ipv6 = new ArrayList<>();
    try {
      for (String word : (given.isEmpty() ? DEFAULT : given).split(",")) {
        Subnet pool = Subnet.parse(word.trim());
        if (pool.hostBits() < 3) {
          throw new IllegalArgumentException(pool + " is too small");
        }
        (pool.isIpv6() ? ipv6 : ipv4).add(pool);
      }
    } catch (IllegalArgumentException e) {
      throw CarrelException.usage(VARIABLE + "=" + given + " (the variable, or the setting network.veth.pools): " + e.getMessage() + ". Write subnets with commas between them");
    }
    return new Pools(ipv4, ipv6.isEmpty() ? List.of(own) : ipv6);
  }

  /** Forty bits by chance, so that it is nobody else's; see RFC 4193. */
  static Subnet ownIpv6() {
    byte[] bytes = new byte[16];
    byte[] chance = new byte[5];
    new SecureRandom().nextBytes(chance);
    bytes[0] = (byte) 0xFD;
    System.arraycopy(chance, 0, bytes, 1, chance.length);
    try {
      return new Subnet(InetAddress.getByAddress(bytes), 48);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /** @throws CarrelException if all of them are taken */
  Subnet freeIpv4(List<Subnet> taken) {
    return free(ipv4, IPV4_PREFIX, taken);
  }

  /** @throws CarrelException if all of them are taken */
  Subnet freeIpv6(List<Subnet> taken) {
    return free(ipv6, IPV6_PREFIX, taken);
  }

  private static Subnet free(List<Subnet> pools, int prefix, List<Subnet> taken) {
    for (Subnet pool : pools) {
      int part = Math.max(prefix, pool.prefix());
      long parts = 1L << Math.min(part - pool.prefix(), 16);
      for (long i = 0; i < parts; i++) {
        Subnet candidate = new Subnet(at(pool, part, i), part);
        if (taken.stream().noneMatch(candidate::overlaps)) {
          return candidate;
        }
      }
    }
    throw CarrelException.failed("cannot find addresses for a network: all of " + pools + " is routed somewhere. Name some with --subnet, or set "
        + VARIABLE);
  }

  private static InetAddress at(Subnet pool, int prefix, long index) {
    int shift = pool.bits() - prefix;
    byte[] bytes = pool.address().getAddress();
    java.math.BigInteger sum = new java.math.BigInteger(1, bytes).add(java.math.BigInteger.valueOf(index).shiftLeft(shift));
    byte[] digits = sum.toByteArray();
    byte[] result = new byte[bytes.length];
    int length = Math.min(digits.length, result.length);
    System.arraycopy(digits, digits.length - length, result, result.length - length, length);
    try {
      return InetAddress.getByAddress(result);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    ipv4.forEach(pool -> texts.add(Addresses.text(pool.address()) + "/" + pool.prefix()));
    return String.join(",", texts);
  }
}
