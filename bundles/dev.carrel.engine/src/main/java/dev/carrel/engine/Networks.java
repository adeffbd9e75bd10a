package dev.carrel.engine;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkProvider;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who attaches containers to networks.
 *
 * @param services those there are, the best first
 */
record Networks(Supplier<List<NetworkProvider>> services) {
  private static final String OFFERED = "start the bundle dev.carrel.network.veth, which offers one";
  private static final String OFFERED_TO_USERS = "start the bundle dev.carrel.network.pasta, which offers one";

  List<NetworkProvider> present() {
    return services.get();
  }

  /**
   * Who attaches to a network: the provider of that name, or the one that has a network of that name; for none the best that works here.
   *
   * @throws CarrelException if there is none, or it cannot work
   */
  NetworkProvider choose(Optional<String> network) {
    List<NetworkProvider> present = present();
    if (present.isEmpty()) {
      throw CarrelException.unavailable("no network provider available: " + OFFERED);
    }
    return network.isPresent() ? named(network.get(), present) : best(present);
  }

  private static NetworkProvider best(List<NetworkProvider> present) {
    Map<String, String> providers = new LinkedHashMap<>(); // by the reason, as some have the same
    for (NetworkProvider provider : present) {
      Optional<String> reason = provider.unavailable();
      if (reason.isEmpty()) {
        return provider;
      }
      providers.merge(reason.get(), provider.name(), (before, name) -> before + ", " + name);
    }
    StringBuilder reasons = new StringBuilder();
    providers.forEach((reason, names) -> reasons.append(' ').append(names).append(": ").append(reason).append('.'));
    Optional<String> missing = missing(present);
    throw missing.isPresent() ? CarrelException.unavailable("cannot give a container a private network." + reasons + missing.get())
        : CarrelException.failed("cannot give a container a private network." + reasons);
  }

  /** Which of Carrel's own providers is not there, and for whom it is. */
  private static Optional<String> missing(List<NetworkProvider> present) {
    boolean roots = false;
    boolean users = false;
    for (NetworkProvider provider : present) {
      roots |= provider.name().equals("veth");
      users |= provider.name().equals("pasta");
    }
    return !users ? Optional.of(" For users without privileges, " + OFFERED_TO_USERS) : !roots ? Optional.of(" For root, " + OFFERED) : Optional.empty();
  }

  private static NetworkProvider named(String name, List<NetworkProvider> present) {
    StringBuilder known = new StringBuilder();
    for (NetworkProvider provider : present) {
      if (provider.name().equals(name)) {
        provider.unavailable().ifPresent(reason -> {
          throw CarrelException.failed("the network provider " + name + " cannot work here: " + reason);
        });
        return provider;
      }
      known.append(known.length() == 0 ? "" : ", ").append(provider.name());
    }
    for (NetworkProvider provider : present) {
      for (NetworkInfo network : provider.networks()) {
        if (network.definition().name().equals(name)) {
          provider.unavailable().ifPresent(reason -> {
            throw CarrelException.failed("cannot attach a container to the network " + name + ", which is one of " + provider.name() + ": "
                + reason);
          });
          return provider;
        }
      }
    }
    String message = "no network and no network provider is called '" + name + "': carrel network create " + name
        + " makes such a network, carrel network list shows yours; providers are " + known;
    throw name.equals("veth") || name.equals("pasta")
        ? CarrelException.unavailable(message + ". For " + name + ", start the bundle dev.carrel.network." + name + ", which offers one")
        : CarrelException.usage(message);
  }

  /** Who has attached a container. */
  Optional<NetworkProvider> of(String provider) {
    for (NetworkProvider present : present()) {
      if (present.name().equals(provider)) {
        return Optional.of(present);
      }
    }
    return Optional.empty();
  }
}
