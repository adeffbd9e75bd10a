package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.network.NetworkDefinition;
import dev.carrel.api.network.NetworkInfo;
import dev.carrel.api.network.NetworkProvider;
import dev.carrel.api.network.Subnet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Networks: {@code network create|list|inspect|remove}. */
@Component(
    service = NetworkCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=network"})
public final class NetworkCommands {
  private static final Verbs VERBS = new Verbs("network", NetworkHelp.NETWORK, "create, list, inspect or remove");

  private final BundleContext context;

  @Activate
  public NetworkCommands(BundleContext context) {
    this.context = context;
  }

  /** Makes, shows and removes networks. */
  public int network(String... arguments) {
    return VERBS.run(arguments, context, NetworkCommands::options, (verb, line) -> {
      run(verb, line);
      return 0;
    });
  }

  private static Options options(String verb) {
    Options options = new Options();
    switch (verb) {
      case "create" -> options.addOption(null, "subnet", true, "").addOption(null, "internal", false, "").addOption(null, "provider", true, "");
      case "list", "inspect" -> options.addOption(null, "json", false, "");
      case "remove" -> { }
      default -> throw VERBS.unknown(verb);
    }
    return options;
  }

  private void run(String verb, LifeLine line) {
    switch (verb) {
      case "create" -> create(line);
      case "list" -> {
        line.noOperands();
        List<NetworkInfo> networks = networks();
        System.out.print(line.has("json") ? json(networks) : table(networks));
      }
      case "inspect" -> {
        List<NetworkInfo> found = new ArrayList<>();
        some(line).forEach(name -> found.add(find(name)));
        System.out.print(json(found));
      }
      default -> {
        for (String name : some(line)) {
          NetworkInfo network = find(name);
          named(network.provider(), line).remove(name);
        }
      }
    }
  }

  private List<NetworkProvider> providers() {
    List<NetworkProvider> providers = new ArrayList<>();
    new Offers(context).each(NetworkProvider.class, (provider, ranking) -> providers.add(provider));
    if (providers.isEmpty()) {
      throw Services.NETWORKS.missing(context);
    }
    return providers;
  }

  private List<NetworkInfo> networks() {
    List<NetworkInfo> networks = new ArrayList<>();
    providers().forEach(provider -> networks.addAll(provider.networks()));
    return networks;
  }

  private NetworkInfo find(String name) {
    List<String> names = new ArrayList<>();
    for (NetworkInfo network : networks()) {
      if (network.definition().name().equals(name)) {
        return network;
      }
      names.add(network.definition().name());
    }
    String nearest = NearestName.of(name, names);
    throw CarrelException.usage("no network is called '" + name + "'" + (nearest.isEmpty() ? ". carrel network list shows yours"
        : "; did you mean " + nearest + "?"));
  }

  private static List<String> some(LifeLine line) {
    if (line.operands().isEmpty()) {
      throw line.usage("which network? Give its name");
    }
    return line.operands();
  }

  private void create(LifeLine line) {
    if (line.operands().size() != 1) {
      throw line.usage(line.operands().isEmpty() ? "how is it to be called? Give its name" : "give one name");
    }
    NetworkDefinition definition = definition(line);
    for (NetworkProvider provider : providers()) {
      if (provider.name().equals(definition.name())) {
        throw line.usage("no network can be called " + definition.name() + ": that is the name of a provider");
      }
      for (NetworkInfo network : provider.networks()) {
        if (network.definition().name().equals(definition.name())) {
          throw line.usage("the network " + definition.name() + " is there already: carrel network inspect " + definition.name());
        }
      }
    }
    NetworkProvider provider = line.has("provider") ? named(line.value("provider", ""), line) : best();
    provider.unavailable().ifPresent(reason -> {
      throw CarrelException.failed("cannot make the network " + definition.name() + ": " + reason);
    });
    provider.create(definition);
  }

  private static NetworkDefinition definition(LifeLine line) {
    List<Subnet> subnets = new ArrayList<>();
    try {
      String[] texts = line.line().getOptionValues("subnet");
      for (String text : texts == null ? new String[0] : texts) {
        subnets.add(Subnet.parse(text));
      }
      return new NetworkDefinition(line.operands().get(0), subnets, line.has("internal"));
    } catch (IllegalArgumentException e) {
      throw line.usage(e.getMessage());
    }
  }

  private NetworkProvider named(String name, LifeLine line) {
    for (NetworkProvider provider : providers()) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw line.usage("no network provider is called '" + name + "'");
  }

  /** The first that can, or else the first, which says best why it cannot. */
  private NetworkProvider best() {
    Optional<NetworkProvider> able = providers().stream().filter(provider -> provider.unavailable().isEmpty()).findFirst();
    return able.orElseGet(() -> providers().get(0));
  }

  private static String table(List<NetworkInfo> networks) {
    Table table = new Table("NAME", "PROVIDER", "SUBNETS", "INTERNAL", "CONTAINERS");
    for (NetworkInfo network : networks) {
      table.row(network.definition().name(), network.provider(), String.join(", ", texts(network.definition().subnets())),
          network.definition().internal() ? "yes" : "no", Integer.toString(network.containers().size()));
    }
    return table.toString();
  }

  private static List<String> texts(List<?> values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.toString()));
    return texts;
  }

  private static String json(List<NetworkInfo> networks) {
    List<Object> all = new ArrayList<>();
    for (NetworkInfo network : networks) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("name", network.definition().name());
      data.put("provider", network.provider());
      data.put("device", network.device());
      data.put("subnets", texts(network.definition().subnets()));
      data.put("internal", network.definition().internal());
      data.put("containers", network.containers());
      all.add(data);
    }
    return Json.of(all);
  }
}
