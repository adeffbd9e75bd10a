package dev.carrel.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** A message of the kernel's: its type, and what is behind its header. */
record Reply(int type, byte[] body) {
  private static final int ATTRIBUTE_HEADER = 4;
  private static final int TYPE_MASK = 0x3FFF;

  ByteBuffer buffer() {
    return ByteBuffer.wrap(body).order(ByteOrder.nativeOrder());
  }

  /**
   * The value of an attribute.
   *
   * @param structure how many bytes come before the first one
   */
  Optional<byte[]> attribute(int structure, int wanted) {
    ByteBuffer bytes = buffer();
    int at = structure;
    while (at + ATTRIBUTE_HEADER <= body.length) {
      int length = Short.toUnsignedInt(bytes.getShort(at));
      if (length < ATTRIBUTE_HEADER || at + length > body.length) {
        return Optional.empty();
      }
      if ((bytes.getShort(at + 2) & TYPE_MASK) == wanted) {
        byte[] value = new byte[length - ATTRIBUTE_HEADER];
        bytes.get(at + ATTRIBUTE_HEADER, value);
        return Optional.of(value);
      }
      at += length + 3 & ~3;
    }
    return Optional.empty();
  }
}
