package dev.carrel.network.pasta;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import dev.carrel.api.CarrelException;
import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.PublishedPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where slirp4netns takes orders: one for each connection, in JSON; see slirp4netns(1), "API socket". */
final class SlirpSocket {
  private static final int LONGEST = 4096;

  private SlirpSocket() {}

  /** @throws CarrelException if the port cannot be published */
  static void publish(Path socket, PublishedPort port) {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("proto", port.protocol().label());
    arguments.addProperty("host_addr", port.address().map(Addresses::text).orElse("0.0.0.0"));
    arguments.addProperty("host_port", port.host());
    arguments.addProperty("guest_port", port.guest());
    JsonObject order = new JsonObject();
    order.addProperty("execute", "add_hostfwd");
    order.add("arguments", arguments);
    String answer = ask(socket, order.toString());
    try {
      JsonObject words = JsonParser.parseString(answer).getAsJsonObject();
      if (words.has("error")) {
        throw CarrelException.failed("cannot publish " + port + ": slirp4netns says " + words.get("error"));
      }
    } catch (JsonSyntaxException | IllegalStateException e) {
      throw CarrelException.failed("cannot publish " + port + ": slirp4netns says '" + answer.strip() + "'", e);
    }
  }

  private static String ask(Path socket, String order) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      ByteBuffer out = ByteBuffer.wrap(order.getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) {
        channel.write(out);
      }
      channel.shutdownOutput();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      ByteBuffer in = ByteBuffer.allocate(LONGEST);
      while (answer.size() < LONGEST && channel.read(in) >= 0) {
        answer.write(in.array(), 0, in.position());
        in.clear();
      }
      return answer.toString(StandardCharsets.UTF_8);
    } catch (IOException | IllegalArgumentException e) { // the latter of a path that is too long for a socket
      throw CarrelException.failed("cannot talk to slirp4netns at " + socket + ": " + e.getMessage()
          + ". A path of a socket has at most 107 bytes: set CARREL_STATE to a shorter one", e);
    }
  }
}
