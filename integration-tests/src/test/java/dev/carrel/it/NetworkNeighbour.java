package dev.carrel.it;

import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.conformance.Neighbour;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A neighbour that is a program, neighbour.py, in another network namespace. Started by one JVM, and used by another one that is told where it is. */
record NetworkNeighbour(String address, String host, Optional<Process> program) implements Neighbour, AutoCloseable {
  private static final String PROPERTY = "carrel.it.neighbour";
  private static final int ANSWERING = 7010;
  private static final int ASKING = 7011;

  /**
   * Starts it.
   *
   * @param directory where its program can be put, for all to read
   * @param there makes a command line of one that is to be run where it is
   * @param address its own
   * @param host that of the host that it is a neighbour of
   */
  static NetworkNeighbour start(Path directory, UnaryOperator<List<String>> there, String address, String host) throws IOException {
    Path script = directory.resolve("neighbour.py");
    try (InputStream in = Objects.requireNonNull(NetworkNeighbour.class.getResourceAsStream("/neighbour.py"))) {
      Files.write(script, in.readAllBytes());
    }
    Process program = new ProcessBuilder(there.apply(List.of(NetworkLab.PYTHON, script.toString(), address, "" + ANSWERING, "" + ASKING)))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    if (!"ready".equals(program.inputReader().readLine())) {
      program.destroyForcibly();
      throw new AssertionError("no neighbour at " + address);
    }
    return new NetworkNeighbour(address, host, Optional.of(program));
  }

  /** As the property of a JVM. */
  String property() {
    return PROPERTY + "=" + address + "," + host;
  }

  /** The one that this JVM was told of. */
  static NetworkNeighbour told() {
    String[] words = System.getProperty(PROPERTY).split(",");
    return new NetworkNeighbour(words[0], words[1], Optional.empty());
  }

  @Override
  public InetSocketAddress place() {
    return new InetSocketAddress(Addresses.parse(address), ANSWERING);
  }

  @Override
  public Optional<String> asks(PortProtocol protocol, int port) {
    try (Socket socket = new Socket(Addresses.parse(address), ASKING)) {
      socket.getOutputStream().write((protocol.label() + " " + host + " " + port).getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.isEmpty() ? Optional.empty() : Optional.of(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    program.ifPresent(Process::destroyForcibly);
  }
}
