package dev.carrel.api.network;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network that is there.
 *
 * @param provider the name of whose it is
 * @param device the host's interface to it; empty: it has none
 * @param containers the addresses of who is attached, by id
 */
public record NetworkInfo(NetworkDefinition definition, String provider, String device, Map<String, List<String>> containers) {
  public NetworkInfo {
    Objects.requireNonNull(definition);
    Objects.requireNonNull(provider);
    Objects.requireNonNull(device);
    containers = Map.copyOf(containers);
  }
}
