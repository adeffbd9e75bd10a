package dev.carrel.api.network;

/** The hardware address of an interface: 48 bits. */
public record MacAddress(long value) {
  private static final int BYTES = 6;
  private static final long GROUP_BIT = 1L << 40;

  public MacAddress {
    if (value <= 0 || value >> (BYTES * Byte.SIZE) != 0 || (value & GROUP_BIT) != 0) {
      throw new IllegalArgumentException(text(value) + " is no hardware address of one interface: the last bit of its first byte is 0");
    }
  }

  /**
   * Reads six bytes, as 02:00:0a:07:00:02.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static MacAddress parse(String text) {
    if (!text.matches("[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}")) {
      throw new IllegalArgumentException("'" + text + "' is no hardware address: write six bytes, as 02:00:0a:07:00:02");
    }
    return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
  }

  /** Its six bytes. */
  public byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (value >> (BYTES - 1 - i) * Byte.SIZE);
    }
    return bytes;
  }

  private static String text(long value) {
    StringBuilder text = new StringBuilder();
    for (int i = BYTES - 1; i >= 0; i--) {
      int part = (int) (value >> i * Byte.SIZE) & 0xFF;
      text.append(text.length() == 0 ? "" : ":").append(part < 16 ? "0" : "").append(Integer.toHexString(part));
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return text(value);
  }
}
