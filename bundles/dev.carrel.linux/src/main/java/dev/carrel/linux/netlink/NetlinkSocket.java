package dev.carrel.linux.netlink;

import dev.carrel.api.CarrelException;
import dev.carrel.linux.libc.LibC;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A socket to one part of the kernel, in the network namespace in which it was opened. For one thread at a time. */
final class NetlinkSocket implements AutoCloseable {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int ROUTE = 0;
  private static final int SOL_NETLINK = 270;
  private static final int EXT_ACK = 11;
  private static final int DONE = 3;
  private static final int ERROR = 2;
  private static final int MULTI = 2;
  private static final int CAPPED = 0x100;
  private static final int REASON = 1; // NLMSGERR_ATTR_MSG
  /** Larger than what the kernel puts into one datagram. */
  private static final int BUFFER = 32 * 1024;

  private final int socket;
  private int sequence;

  private NetlinkSocket(int socket) {
    this.socket = socket;
  }

  /** One to rtnetlink(7), in this thread's network namespace. */
  static NetlinkSocket open() {
    int socket = LibC.socket(AF_NETLINK, SOCK_RAW | LibC.O_CLOEXEC, ROUTE);
    if (socket < 0) {
      throw CarrelException.failed("cannot ask the kernel for network interfaces: socket(AF_NETLINK): " + LibC.lastError());
    }
    int[] on = {1};
    LibC.setsockopt(socket, SOL_NETLINK, EXT_ACK, on, Integer.BYTES); // older kernels tell no reasons
    return new NetlinkSocket(socket);
  }

  /**
   * Has the kernel do something, all in one go. It goes on with the others when it has refused one.
   *
   * @return for each what it was refused for, or null, which stays inside
   */
  List<NetlinkFailure> attempt(List<Message> messages) {
    int first = sequence + 1;
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    messages.forEach(message -> all.writeBytes(message.bytes(++sequence)));
    send(all.toByteArray());
    List<NetlinkFailure> failures = new ArrayList<>();
    messages.forEach(message -> failures.add(null));
    int answers = 0;
    while (answers < messages.size()) {
      ByteBuffer answer = receive();
      while (answer.remaining() >= Message.HEADER) {
        int start = answer.position();
        int length = answer.getInt(start);
        int index = answer.getInt(start + 8) - first;
        if (answer.getShort(start + 4) == ERROR && index >= 0 && index < messages.size()) {
          failures.set(index, failure(answer, start, messages.get(index)));
          answers++;
        }
        answer.position(Math.min(answer.limit(), start + (length + 3 & ~3)));
      }
    }
    return failures;
  }

  /** @throws NetlinkFailure the first refusal */
  void request(Message... messages) throws NetlinkFailure {
    for (NetlinkFailure failure : attempt(List.of(messages))) {
      if (failure != null) {
        throw failure;
      }
    }
  }

  /**
   * Asks for something.
   *
   * @return one message, or, of a dump, all
   * @throws NetlinkFailure if there is none
   */
  List<Reply> ask(Message message) throws NetlinkFailure {
    int asked = ++sequence;
    send(message.bytes(asked));
    List<Reply> replies = new ArrayList<>();
    while (true) {
      ByteBuffer answer = receive();
      while (answer.remaining() >= Message.HEADER) {
        int start = answer.position();
        int length = answer.getInt(start);
        int type = Short.toUnsignedInt(answer.getShort(start + 4));
        boolean mine = answer.getInt(start + 8) == asked;
        if (mine && type == DONE) {
          return replies;
        }
        if (mine && type == ERROR) {
          NetlinkFailure failure = failure(answer, start, message);
          if (failure != null) {
            throw failure;
          }
          return replies;
        }
        if (mine) {
          byte[] body = new byte[length - Message.HEADER];
          answer.get(start + Message.HEADER, body);
          replies.add(new Reply(type, body));
          if ((answer.getShort(start + 6) & MULTI) == 0) {
            return replies;
          }
        }
        answer.position(Math.min(answer.limit(), start + (length + 3 & ~3)));
      }
    }
  }

  /** What an acknowledgement says, or null if all is well. */
  private static NetlinkFailure failure(ByteBuffer answer, int start, Message message) {
    int error = -answer.getInt(start + Message.HEADER);
    if (error == 0) {
      return null;
    }
    int length = answer.getInt(start);
    int original = answer.getInt(start + Message.HEADER + Integer.BYTES);
    boolean capped = (answer.getShort(start + 6) & CAPPED) != 0;
    int structure = Integer.BYTES + (capped ? Message.HEADER : original + 3 & ~3);
    byte[] body = new byte[length - Message.HEADER];
    answer.get(start + Message.HEADER, body);
    byte[] reason = new Reply(ERROR, body).attribute(structure, REASON).orElse(new byte[0]);
    String text = new String(reason, StandardCharsets.UTF_8).replace("\0", "");
    return new NetlinkFailure(message.purpose(), error, text);
  }

  private void send(byte[] bytes) {
    if (LibC.send(socket, bytes, bytes.length, 0) != bytes.length) {
      throw CarrelException.failed("cannot ask the kernel for network interfaces: send: " + LibC.lastError());
    }
  }

  private ByteBuffer receive() {
    byte[] buffer = new byte[BUFFER];
    long size = LibC.readFully(socket, buffer);
    if (size < 0) {
      throw CarrelException.failed("cannot hear what became of a network interface: read: " + LibC.lastError());
    }
    return ByteBuffer.wrap(buffer, 0, (int) size).order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    LibC.close(socket);
  }
}
