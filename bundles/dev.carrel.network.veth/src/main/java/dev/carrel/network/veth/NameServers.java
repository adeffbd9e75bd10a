package dev.carrel.network.veth;

import dev.carrel.api.network.Addresses;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a container's /etc/resolv.conf says: the host's name servers, but for those that only the host itself reaches. */
final class NameServers {
  /** The second one is what systemd-resolved knows behind its own address. */
  private static final Path[] FILES = {Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf")};

  private NameServers() {}

  static String text(List<InetAddress> wanted) {
    if (!wanted.isEmpty()) {
      StringBuilder text = new StringBuilder();
      wanted.forEach(address -> text.append("nameserver ").append(Addresses.text(address)).append('\n'));
      return text.toString();
    }
    for (Path file : FILES) {
      List<String> lines = reachable(file);
      if (lines.stream().anyMatch(NameServers::isServer)) {
        return String.join("\n", lines) + "\n";
      }
    }
    return "# The host has no name server that can be reached from here.\n";
  }

  private static boolean isServer(String line) {
    return line.startsWith("nameserver");
  }

  private static List<String> reachable(Path file) {
    List<String> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.trim().split("\\s+");
        boolean kept = words.length > 1 && (words[0].equals("search") || words[0].equals("options")
            || words[0].equals("nameserver") && !isLocal(words[1]));
        if (kept) {
          lines.add(String.join(" ", words));
        }
      }
    } catch (IOException e) {
      return List.of(); // there is none, or it is no text
    }
    return lines;
  }

  private static boolean isLocal(String address) {
    try {
      InetAddress server = Addresses.parse(address);
      return server.isLoopbackAddress() || server.isLinkLocalAddress();
    } catch (IllegalArgumentException e) {
      return true; // with a zone, which is the host's
    }
  }
}
