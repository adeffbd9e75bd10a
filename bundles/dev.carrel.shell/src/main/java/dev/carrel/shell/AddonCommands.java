package dev.carrel.shell;

import dev.carrel.api.addon.Addon;
import dev.carrel.api.addon.Addons;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Bundles of others: {@code addon install|list|remove}. */
@Component(
    service = AddonCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=addon"})
public final class AddonCommands {
  private static final Verbs VERBS = new Verbs("addon", AddonHelp.ADDON, "install, list or remove");
  /** A running shell looks into the folder more often than that. */
  private static final long LONGEST_START_MILLIS = 10_000;
  private static final String STARTING = "about to start";

  private final BundleContext context;
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  private volatile Addons addons;

  @Activate
  public AddonCommands(BundleContext context) {
    this.context = context;
  }

  /** Keeps, shows and removes add-ons. */
  public int addon(String... arguments) {
    return VERBS.run(arguments, context, AddonCommands::options, this::run);
  }

  private static Options options(String verb) {
    Options options = new Options();
    switch (verb) {
      case "list" -> options.addOption(null, "json", false, "");
      case "install", "remove" -> { }
      default -> throw VERBS.unknown(verb);
    }
    return options;
  }

  private int run(String verb, LifeLine line) {
    Addons service = Services.present(addons, Services.ADDONS, context);
    switch (verb) {
      case "install" -> {
        if (line.operands().isEmpty()) {
          throw line.usage("what? Give the path of a jar or of a directory with jars, or group:artifact:version");
        }
        return installed(service, service.install(line.operands()));
      }
      case "list" -> {
        line.noOperands();
        System.out.print(line.has("json") ? json(service.all()) : table(service.all()));
      }
      default -> {
        if (line.operands().isEmpty()) {
          throw line.usage("which? Give its name; carrel addon list shows yours");
        }
        service.remove(line.operands()).forEach(addon -> System.out.println("removed " + named(addon)));
      }
    }
    return 0;
  }

  /** Tells what is kept, and in a shell that runs, what has become of it there. */
  private static int installed(Addons service, List<Addon> kept) {
    List<Addon> now = kept;
    long end = System.nanoTime() + LONGEST_START_MILLIS * 1_000_000;
    try {
      while (now.stream().anyMatch(addon -> addon.state().equals(STARTING)) && System.nanoTime() - end < 0) {
        Thread.sleep(50);
        List<String> files = kept.stream().map(addon -> addon.file().toString()).toList();
        now = service.all().stream().filter(addon -> files.contains(addon.file().toString())).toList();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    boolean sound = true;
    for (Addon addon : now) {
      System.out.println(Printable.line("installed " + named(addon) + (addon.state().equals("kept") ? "" : ": " + addon.state())));
      sound &= addon.sound();
    }
    return sound ? 0 : 1;
  }

  private static String named(Addon addon) {
    return Printable.line(addon.version().isEmpty() ? addon.name() : addon.name() + " " + addon.version());
  }

  private static String table(List<Addon> all) {
    Table table = new Table("NAME", "VERSION", "OF", "STATE");
    for (Addon addon : all) {
      table.row(addon.name(), addon.version().isEmpty() ? "-" : addon.version(), addon.shared() ? "root" : "you", addon.state());
    }
    return table.toString();
  }

  private static String json(List<Addon> all) {
    List<Object> list = new ArrayList<>();
    for (Addon addon : all) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("name", addon.name());
      data.put("version", addon.version());
      data.put("file", addon.file().toString());
      data.put("shared", addon.shared());
      data.put("state", addon.state());
      data.put("sound", addon.sound());
      list.add(data);
    }
    return Json.of(list);
  }
}
