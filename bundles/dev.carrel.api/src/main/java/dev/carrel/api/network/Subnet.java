package dev.carrel.api.network;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * A range of addresses.
 *
 * @param address its first one
 * @param prefix how many bits all of them have in common
 */
public record Subnet(InetAddress address, int prefix) {
  private static final int BITS_PER_BYTE = 8;

  public Subnet {
    Objects.requireNonNull(address);
    int bits = address.getAddress().length * BITS_PER_BYTE;
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException("/" + prefix + " is no prefix: it is a number from 0 to " + bits);
    }
    if (number(address).getLowestSetBit() >= 0 && number(address).getLowestSetBit() < bits - prefix) {
      throw new IllegalArgumentException(Addresses.text(address) + "/" + prefix + " is an address within a subnet: write its first one");
    }
  }

  /**
   * Reads ADDRESS/PREFIX, or ADDRESS for that one alone.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Subnet parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = Addresses.parse(slash < 0 ? text : text.substring(0, slash));
    if (slash < 0) {
      return new Subnet(address, address.getAddress().length * BITS_PER_BYTE);
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("'" + text + "' is no subnet: write ADDRESS/PREFIX, for example 10.7.0.0/24");
    }
    return new Subnet(address, Integer.parseInt(digits));
  }

  /** How many bits its addresses have. */
  public int bits() {
    return address.getAddress().length * BITS_PER_BYTE;
  }

  /** How many bits tell its addresses from each other. */
  public int hostBits() {
    return bits() - prefix;
  }

  public boolean isIpv6() {
    return address instanceof Inet6Address;
  }

  public boolean contains(InetAddress other) {
    return other.getAddress().length == address.getAddress().length
        && number(other).shiftRight(hostBits()).equals(number(address).shiftRight(hostBits()));
  }

  /** Whether an address is in both. */
  public boolean overlaps(Subnet other) {
    return prefix <= other.prefix ? contains(other.address) : other.contains(address);
  }

  /**
   * One of its addresses.
   *
   * @param index 0 is the first
   * @throws IllegalArgumentException if it has fewer
   */
  public InetAddress at(long index) {
    if (index < 0 || hostBits() < Long.SIZE - 1 && index >> hostBits() != 0) {
      throw new IllegalArgumentException("the subnet " + this + " has no address " + index);
    }
    byte[] sum = number(address).add(BigInteger.valueOf(index)).toByteArray();
    byte[] bytes = new byte[address.getAddress().length];
    int length = Math.min(sum.length, bytes.length); // a sign may come first
    System.arraycopy(sum, sum.length - length, bytes, bytes.length - length, length);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  /** As on a command line. */
  @Override
  public String toString() {
    return Addresses.text(address) + "/" + prefix;
  }
}
