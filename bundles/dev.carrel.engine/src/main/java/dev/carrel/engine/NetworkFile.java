package dev.carrel.engine;

import dev.carrel.api.network.Addresses;
import dev.carrel.api.network.Attachment;
import dev.carrel.api.network.MacAddress;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.network.PortProtocol;
import dev.carrel.api.network.PublishedPort;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** How a container is attached to a network, as lines of a properties file. */
final class NetworkFile {
  private static final String WANTED = "network";
  private static final String PROVIDER = "network.provider";
  private static final String NAME = "network.name";
  private static final String DEVICE = "network.device";
  private static final String MAC = "network.mac";
  private static final String ADDRESS = "network.address.";
  private static final String GATEWAY = "network.gateway.";
  private static final String DNS = "network.dns.";
  private static final String PORT = "network.port.";
  private static final String NOTE = "network.note.";

  private NetworkFile() {}

  /** Before it is attached. */
  static void begin(Properties lines, NetworkSpec.Attached wanted) {
    lines.setProperty(WANTED, wanted.toString());
  }

  static void write(Properties lines, Attachment attachment) {
    lines.setProperty(PROVIDER, attachment.provider());
    lines.setProperty(NAME, attachment.network());
    lines.setProperty(DEVICE, attachment.device());
    attachment.mac().ifPresent(mac -> lines.setProperty(MAC, mac.toString()));
    set(lines, ADDRESS, texts(attachment.addresses()));
    set(lines, GATEWAY, texts(attachment.gateways()));
    set(lines, DNS, texts(attachment.dns()));
    List<String> ports = new ArrayList<>();
    for (PublishedPort port : attachment.published()) {
      ports.add(port.protocol() + " " + port.host() + " " + port.guest() + port.address().map(address -> " " + Addresses.text(address)).orElse(""));
    }
    set(lines, PORT, ports);
    set(lines, NOTE, attachment.notes());
  }

  private static List<String> texts(List<InetAddress> addresses) {
    List<String> texts = new ArrayList<>();
    addresses.forEach(address -> texts.add(Addresses.text(address)));
    return texts;
  }

  private static void set(Properties lines, String prefix, List<String> values) {
    for (int i = 0; i < values.size(); i++) {
      lines.setProperty(prefix + i, values.get(i));
    }
  }

  /** Nothing of one that is not attached, or not yet. */
  static Optional<Attachment> attachment(Properties lines) {
    String provider = lines.getProperty(PROVIDER);
    if (provider == null) {
      return Optional.empty();
    }
    List<PublishedPort> ports = new ArrayList<>();
    for (String line : RecordFile.list(lines, PORT)) {
      String[] words = line.split(" ");
      ports.add(new PublishedPort(words.length > 3 ? Optional.of(Addresses.parse(words[3])) : Optional.empty(), Integer.parseInt(words[1]),
          Integer.parseInt(words[2]), PortProtocol.valueOf(words[0])));
    }
    return Optional.of(new Attachment(provider, lines.getProperty(NAME), lines.getProperty(DEVICE),
        Optional.ofNullable(lines.getProperty(MAC)).map(MacAddress::parse), addresses(lines, ADDRESS), addresses(lines, GATEWAY),
        addresses(lines, DNS), ports, RecordFile.list(lines, NOTE)));
  }

  private static List<InetAddress> addresses(Properties lines, String prefix) {
    List<InetAddress> addresses = new ArrayList<>();
    RecordFile.list(lines, prefix).forEach(text -> addresses.add(Addresses.parse(text)));
    return addresses;
  }
}
