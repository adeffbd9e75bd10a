package dev.carrel.api.network;

import java.util.List;

/** What a container may begin to talk to: these, and nothing else. It may answer to everybody who reaches it. */
public record Firewall(List<AllowedDestination> allowed) {
  public Firewall {
    allowed = List.copyOf(allowed);
  }
}
