package dev.carrel.linux.resident;

import com.sun.jna.Memory;
import dev.carrel.api.host.Reception.Desk;
import dev.carrel.linux.libc.LibC;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** One connection, from the first byte to the status. */
final class Visit implements Runnable {
  private static final int STREAMS = 3;
  private static final int FAILED = 125;
  private static final int SIGNALLED = 128;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int ANCILLARY_HEADER = 16;
  /** Room for more descriptors than are expected, so that none is cut off unseen. */
  private static final int ANCILLARY = ANCILLARY_HEADER + 4 * 16;

  private final int connection;
  private final int pid;
  private final Desk desk;

  Visit(int connection, int pid, Desk desk) {
    this.connection = connection;
    this.pid = pid;
    this.desk = desk;
  }

  @Override
  public void run() {
    int[] streams = {};
    try {
      byte[] first = new byte[1];
      streams = receive(first);
      if (first[0] == ClientPrograms.ASKS && streams.length == 0) {
        if (desk.takes(new ProcessCaller(pid, new int[] {-1, -1, -1}, new SocketSignals(pid)))) {
          LibC.send(connection, new byte[] {ClientPrograms.TAKEN}, 1, LibC.MSG_NOSIGNAL);
        }
      } else if (first[0] == ClientPrograms.COMES && streams.length == STREAMS) {
        tell(serve(streams));
      }
    } catch (IOException e) {
      // it has gone
    } finally {
      for (int stream : streams) {
        LibC.close(stream);
      }
      LibC.close(connection);
    }
  }

  private int serve(int[] streams) throws IOException {
    SocketSignals signals = new SocketSignals(pid);
    ProcessCaller caller = new ProcessCaller(pid, streams, signals);
    if (!desk.takes(caller)) {
      caller.error().write("carrel: the resident runtime does not take this command any more. Say it again\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      return FAILED;
    }
    Thread worker = Thread.currentThread();
    Thread reader = new Thread(() -> {
      signals.read(connection, worker);
      signals.ending().ifPresent(signal -> tell(SIGNALLED + signal)); // does nothing if it has been told already
    }, worker.getName() + "-signals");
    reader.setDaemon(true);
    reader.start();
    int status = desk.serve(caller);
    signals.finish();
    return signals.ending().isPresent() ? SIGNALLED + signals.ending().getAsInt() : status;
  }

  private void tell(int status) {
    byte[] answer = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(status & 0xff).array();
    LibC.send(connection, answer, answer.length, LibC.MSG_NOSIGNAL);
    LibC.shutdown(connection, 2); // SHUT_RDWR: the reader ends
  }

  /** One byte, and the descriptors that came with it, close-on-exec. */
  private int[] receive(byte[] first) {
    Memory message = LibC.zeros(56 + 16 + ANCILLARY + 8);
    int vector = 56;
    int ancillary = vector + 16;
    int payload = ancillary + ANCILLARY;
    message.setPointer(16, message.share(vector));
    message.setLong(24, 1);
    message.setPointer(vector, message.share(payload));
    message.setLong(vector + 8, 1);
    message.setPointer(32, message.share(ancillary));
    message.setLong(40, ANCILLARY);
    if (LibC.recvmsg(connection, message, MSG_CMSG_CLOEXEC) != 1) {
      return new int[0];
    }
    first[0] = message.getByte(payload);
    boolean rights = message.getLong(40) > ANCILLARY_HEADER && message.getInt(ancillary + 8) == 1 && message.getInt(ancillary + 12) == 1;
    return rights ? message.getIntArray(ancillary + ANCILLARY_HEADER, (int) (message.getLong(ancillary) - ANCILLARY_HEADER) / 4) : new int[0];
  }
}
