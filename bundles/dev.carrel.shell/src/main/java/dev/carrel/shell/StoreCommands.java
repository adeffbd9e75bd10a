package dev.carrel.shell;

import dev.carrel.api.host.Foreground;
import dev.carrel.api.store.Store;
import dev.carrel.api.store.StorePath;
import dev.carrel.api.store.Transfers;
import dev.carrel.api.store.Upkeep;
import dev.carrel.api.store.Upkeep.Collected;
import dev.carrel.api.store.Upkeep.Collection;
import dev.carrel.api.store.Upkeep.Damage;
import dev.carrel.api.store.Upkeep.ItemInfo;
import dev.carrel.api.store.Upkeep.Optimised;
import dev.carrel.api.store.Upkeep.Verified;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.commons.cli.Options;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The store: {@code store gc|list|info|requisites|referrers|roots|verify|optimise|add|forget|export|import|copy}. */
@Component(
    service = StoreCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=store"})
public final class StoreCommands {
  private static final Verbs VERBS = new Verbs("store", StoreHelp.STORE,
      "gc, list, info, requisites, referrers, roots, verify, optimise, add, forget, export, import or copy");

  private final BundleContext context;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Upkeep upkeep;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Store store;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Transfers transfers;

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  volatile Foreground foreground;

  @Activate
  public StoreCommands(BundleContext context) {
    this.context = context;
  }

  private Upkeep upkeep() {
    return Services.present(upkeep, Services.STORE, context);
  }

  /** Looks after the store. */
  public int store(String... arguments) {
    return VERBS.run(arguments, context, StoreCommands::options, this::run);
  }

  private static Options options(String verb) {
    Options options = new Options();
    switch (verb) {
      case "gc" -> options.addOption(null, "free", true, "").addOption(null, "delete-older-than", true, "").addOption("n", "dry-run", false, "");
      case "list" -> options.addOption(null, "json", false, "").addOption(null, "size", false, "");
      case "info", "requisites", "referrers", "roots" -> options.addOption(null, "json", false, "");
      case "verify" -> options.addOption(null, "json", false, "").addOption(null, "repair", false, "");
      case "optimise", "forget", "export", "import" -> { }
      case "add" -> options.addOption(null, "name", true, "").addOption(null, "version", true, "").addOption(null, "reference", true, "");
      case "copy" -> options.addOption(null, "to", true, "");
      default -> throw VERBS.unknown(verb);
    }
    return options.addOption("q", "quiet", false, "");
  }

  private int run(String verb, LifeLine line) {
    boolean json = line.has("json");
    switch (verb) {
      case "gc" -> collect(line);
      case "list" -> {
        line.noOperands();
        System.out.print(StoreReport.items(upkeep().items(), line.has("size"), json));
      }
      case "info" -> System.out.print(StoreReport.infos(named(line), json));
      case "requisites" -> System.out.print(StoreReport.names(requisites(line), json));
      case "referrers" -> {
        Set<StorePath> referrers = new LinkedHashSet<>();
        named(line).forEach(info -> referrers.addAll(info.referrers()));
        System.out.print(StoreReport.names(referrers, json));
      }
      case "verify" -> {
        return verify(line);
      }
      case "optimise" -> {
        line.noOperands();
        Optimised optimised = reported(line, progress -> upkeep().optimise(progress));
        System.out.println(StoreReport.count((int) Math.min(optimised.files(), Integer.MAX_VALUE), "file") + " replaced by links to equal ones; "
            + Sizes.of(optimised.bytes()) + " freed");
      }
      case "add" -> transfers(line).add();
      case "forget" -> transfers(line).forget();
      case "export" -> transfers(line).send();
      case "import" -> transfers(line).receive();
      case "copy" -> transfers(line).copy();
      default -> {
        line.noOperands();
        System.out.print(StoreReport.roots(upkeep().roots(), json));
      }
    }
    return 0;
  }

  private <T> T reported(LifeLine line, ProgressReport.Work<T> work) {
    return ProgressReport.during(line, ForCaller.foreground(foreground, context), work);
  }

  private void collect(LifeLine line) {
    line.noOperands();
    OptionalLong free = line.has("free") ? OptionalLong.of(Sizes.parse(line, "free")) : OptionalLong.empty();
    Optional<Duration> age = line.has("delete-older-than")
        ? Optional.of(GenerationSet.age(line, line.value("delete-older-than", ""))) : Optional.empty();
    boolean dry = line.has("dry-run");
    Collected collected = reported(line, progress -> upkeep().collect(new Collection(free, age, dry), progress));
    if (dry) {
      for (StorePath item : collected.items()) {
        System.out.println(item);
      }
    }
    if (!line.has("quiet")) {
      System.out.println(StoreReport.collected(collected, dry));
    }
  }

  private StoreTransfers transfers(LifeLine line) {
    return new StoreTransfers(line, Services.present(transfers, Services.STORE, context), ForCaller.foreground(foreground, context),
        word -> item(line, word));
  }

  /** Every item that is named; a name alone means the only item that has it. */
  private List<ItemInfo> named(LifeLine line) {
    if (line.operands().isEmpty()) {
      throw line.usage("which item? Give its name");
    }
    List<ItemInfo> named = new ArrayList<>();
    List<ItemInfo> all = upkeep().items();
    for (String word : line.operands()) {
      StorePath item = item(line, word);
      all.stream().filter(info -> info.item().fileName().equals(item.fileName())).forEach(named::add);
    }
    return named;
  }

  private StorePath item(LifeLine line, String word) {
    List<StorePath> found = upkeep().find(word);
    if (found.isEmpty()) {
      List<String> names = new ArrayList<>();
      upkeep().items().forEach(info -> names.add(info.item().name()));
      String nearest = NearestName.of(word, names);
      throw line.usage("there is no item '" + word + "'" + (nearest.isEmpty() ? ", carrel store list shows those there are" : "; did you mean " + nearest + "?"));
    }
    if (found.size() > 1) {
      throw line.usage(found.size() + " items are called '" + word + "': give one of "
          + String.join(", ", found.stream().limit(10).map(StorePath::fileName).toList()));
    }
    return found.get(0);
  }

  private Set<StorePath> requisites(LifeLine line) {
    if (line.operands().isEmpty()) {
      throw line.usage("which item? Give its name");
    }
    Store present = Services.present(store, Services.STORE, context);
    Set<StorePath> requisites = new LinkedHashSet<>();
    for (String word : line.operands()) {
      requisites.addAll(present.closure(item(line, word)).requisites());
    }
    return requisites;
  }

  private int verify(LifeLine line) {
    line.noOperands();
    Verified verified = reported(line, progress -> upkeep().verify(line.has("repair"), progress));
    System.out.print(line.has("json") ? StoreReport.verifiedJson(verified) : StoreReport.verified(verified));
    return verified.damages().stream().allMatch(Damage::repaired) ? 0 : 1;
  }
}
