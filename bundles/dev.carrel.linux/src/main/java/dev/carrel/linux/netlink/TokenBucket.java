package dev.carrel.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A queue that lets go no more than a rate; see tc-tbf(8). */
final class TokenBucket {
  private static final int NEWQDISC = 36;
  private static final int ROOT = -1; // TC_H_ROOT
  private static final int KIND = 1;
  private static final int OPTIONS = 2;
  private static final int PARAMETERS = 1;
  private static final int RATE = 4; // TCA_TBF_RATE64
  private static final int BURST = 6;
  private static final int ETHERNET_HEADER = 14;
  /** How long what is over the rate may wait. */
  private static final long LATENCY_MS = 50;
  /** As much as may be sent at once after a pause: what the rate allows in this time. */
  private static final long BURST_MS = 4;
  private static final long BITS_PER_BYTE_PER_MS = 8 * 1000L;
  private static final long NANOS_PER_TICK = 64; // PSCHED_SHIFT
  private static final int LINK_LAYER_ETHERNET = 1;

  private TokenBucket() {}

  static Message message(int device, long bits, int mtu) {
    long rate = bits / 8;
    // One packet that was put together for the device (GSO) is cut where it does not fit: twice the largest frame is enough.
    long burst = Math.max(bits * BURST_MS / BITS_PER_BYTE_PER_MS, 2L * (mtu + ETHERNET_HEADER));
    long limit = burst + Math.max(bits * LATENCY_MS / BITS_PER_BYTE_PER_MS, mtu + ETHERNET_HEADER);
    long ticks = burst * 1_000_000_000L / rate / NANOS_PER_TICK;
    ByteBuffer parameters = ByteBuffer.allocate(36).order(ByteOrder.nativeOrder()); // struct tc_tbf_qopt: two rates, limit, buffer, mtu
    rate(parameters, rate);
    parameters.position(24);
    parameters.putInt((int) Math.min(limit, Integer.MAX_VALUE)).putInt((int) Math.min(ticks, 0xFFFF_FFFFL)).putInt(0);
    Message message = new Message("limit what the interface sends", NEWQDISC, Message.CREATE | Message.EXCLUSIVE | Message.ACK)
        .octets(0, 0, 0, 0).number(device).number(0).number(ROOT).number(0).attribute(KIND, "tbf");
    int options = message.begin(OPTIONS);
    message.attribute(PARAMETERS, parameters.array()).attribute(BURST, (int) Math.min(burst, Integer.MAX_VALUE));
    if (rate > 0xFFFF_FFFFL) {
      message.attribute(RATE, rate);
    }
    return message.end(options);
  }

  /** struct tc_ratespec: cell_log, linklayer, overhead, cell_align, mpu, rate. */
  private static void rate(ByteBuffer bytes, long rate) {
    bytes.position(0);
    bytes.put((byte) 0).put((byte) LINK_LAYER_ETHERNET).putShort((short) 0).putShort((short) -1).putShort((short) 0)
        .putInt((int) Math.min(rate, 0xFFFF_FFFFL));
  }
}
