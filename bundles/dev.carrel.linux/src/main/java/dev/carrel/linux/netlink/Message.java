package dev.carrel.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A request: a header, a structure, and attributes, which can hold others; see netlink(7). */
final class Message {
  static final int HEADER = 16;
  static final int REQUEST = 1;
  static final int ACK = 4;
  static final int DUMP = 0x300;
  static final int CREATE = 0x400;
  static final int EXCLUSIVE = 0x200;
  private static final int ATTRIBUTE_HEADER = 4;
  private static final int ALIGNMENT = 4;

  private final String purpose;
  private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

  /** @param purpose what it is for, as part of a sentence */
  Message(String purpose, int type, int flags) {
    this.purpose = purpose;
    bytes.putInt(0).putShort((short) type).putShort((short) (REQUEST | flags)).putLong(0);
  }

  String purpose() {
    return purpose;
  }

  private ByteBuffer room(int size) {
    if (bytes.remaining() < size) {
      ByteBuffer larger = ByteBuffer.allocate(2 * bytes.capacity() + size).order(ByteOrder.nativeOrder());
      larger.put(bytes.flip());
      bytes = larger;
    }
    return bytes;
  }

  /** Part of the structure behind the header. */
  Message octets(int... values) {
    for (int value : values) {
      room(1).put((byte) value);
    }
    return this;
  }

  /** Part of the structure behind the header. */
  Message number(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  Message attribute(int type, byte[] value) {
    room(ATTRIBUTE_HEADER + value.length + ALIGNMENT).putShort((short) (ATTRIBUTE_HEADER + value.length)).putShort((short) type).put(value);
    return align();
  }

  Message attribute(int type, int value) {
    return attribute(type, ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array());
  }

  Message attribute(int type, long value) {
    return attribute(type, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(value).array());
  }

  /** A string, with the NUL behind it. */
  Message attribute(int type, String value) {
    byte[] text = value.getBytes(StandardCharsets.US_ASCII);
    return attribute(type, Arrays.copyOf(text, text.length + 1));
  }

  /** Begins an attribute that holds others; returns where it is, for {@link #end}. */
  int begin(int type) {
    int start = bytes.position();
    room(ATTRIBUTE_HEADER).putShort((short) 0).putShort((short) type);
    return start;
  }

  Message end(int start) {
    bytes.putShort(start, (short) (bytes.position() - start));
    return this;
  }

  private Message align() {
    while (bytes.position() % ALIGNMENT != 0) {
      bytes.put((byte) 0);
    }
    return this;
  }

  /** All of it, with its length and this sequence number. */
  byte[] bytes(int sequence) {
    bytes.putInt(0, bytes.position()).putInt(8, sequence);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
