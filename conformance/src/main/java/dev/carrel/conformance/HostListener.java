package dev.carrel.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A program of the host that answers with a word at a port of TCP. */
final class HostListener implements AutoCloseable {
  static final String WORD = "word of the host";
  private static final int WAITING = 50;

  private final ServerSocket socket;

  /**
   * Listens at a port that is free.
   *
   * @param address that of the host's loopback interface, or the one that stands for all
   */
  HostListener(InetAddress address) throws IOException {
    socket = new ServerSocket(0, WAITING, address);
    Thread answering = new Thread(this::answer, "host-listener");
    answering.setDaemon(true);
    answering.start();
  }

  int port() {
    return socket.getLocalPort();
  }

  private void answer() {
    while (!socket.isClosed()) {
      try (Socket peer = socket.accept()) {
        peer.getInputStream().read();
        peer.getOutputStream().write(WORD.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        continue; // that peer has gone, or this is closed
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
