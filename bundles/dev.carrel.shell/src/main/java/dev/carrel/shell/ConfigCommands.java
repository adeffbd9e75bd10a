package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.configuration.Setting;
import dev.carrel.api.configuration.Settings;
import dev.carrel.api.container.Stdio;
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

/** What counts where nothing is said: {@code config list|get|set|unset}. */
@Component(
    service = ConfigCommands.class,
    property = {"osgi.command.scope=carrel", "osgi.command.function=config"})
public final class ConfigCommands {
  private static final Verbs VERBS = new Verbs("config", ConfigHelp.CONFIG, "list, get, set or unset");
  /** Settings of this name are options, whose values this bundle knows more of than their type. */
  private static final String OF_COMMANDS = "shell.";
  /** Who is to be named when such a value is refused: nobody has asked for carrel run. */
  private static final String COMMAND = "config set";

  private final BundleContext context;
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  private volatile Settings settings;

  @Activate
  public ConfigCommands(BundleContext context) {
    this.context = context;
  }

  /** Shows and changes settings. */
  public int config(String... arguments) {
    return VERBS.run(arguments, context, ConfigCommands::options, this::run);
  }

  private static Options options(String verb) {
    Options options = new Options();
    switch (verb) {
      case "list", "get" -> options.addOption(null, "json", false, "");
      case "set", "unset" -> options.addOption(null, "system", false, "");
      default -> throw VERBS.unknown(verb);
    }
    return options;
  }

  private int run(String verb, LifeLine line) {
    Settings service = Services.present(settings, Services.SETTINGS, context);
    List<Setting> all = service.all();
    if (verb.equals("list")) {
      line.noOperands();
      System.out.print(line.has("json") ? Json.of(all.stream().map(ConfigCommands::data).toList()) : table(all));
      service.unknown().forEach(note -> System.err.println("carrel: note: " + Printable.line(note)));
      return 0;
    }
    List<String> words = line.operands();
    if (words.isEmpty()) {
      throw line.usage("which setting? carrel config list shows them");
    }
    Setting setting = find(all, words.get(0));
    if (!verb.equals("set") && words.size() > 1) {
      throw line.usage("one setting at a time, and here is " + words.get(1) + ", too");
    }
    switch (verb) {
      case "get" -> {
        return get(setting, line.has("json"));
      }
      case "set" -> set(service, setting, words.subList(1, words.size()), line);
      default -> unset(service, setting, line);
    }
    return 0;
  }

  private static Setting find(List<Setting> all, String name) {
    List<String> names = new ArrayList<>();
    for (Setting setting : all) {
      if (setting.name().equals(name)) {
        return setting;
      }
      names.add(setting.name());
    }
    String nearest = NearestName.of(name, names);
    throw CarrelException.usage("carrel config: there is no setting called '" + name + "'"
        + (nearest.isEmpty() ? ". carrel config list shows those there are" : "; did you mean " + nearest + "?"));
  }

  /** What counts, one value a line; nothing and 1 if that is left to Carrel. */
  private static int get(Setting setting, boolean json) {
    List<String> values = setting.values().isEmpty() ? setting.standard() : setting.values();
    if (json) {
      System.out.print(Json.of(data(setting)));
      return 0;
    }
    values.forEach(value -> System.out.println(Printable.line(value)));
    return values.isEmpty() ? 1 : 0;
  }

  private static void set(Settings service, Setting setting, List<String> values, LifeLine line) {
    if (values.isEmpty()) {
      throw line.usage("set " + setting.name() + " to what? To have it as it was: carrel config unset " + setting.name());
    }
    if (setting.name().startsWith(OF_COMMANDS) && values.size() == 1 && !values.get(0).isEmpty()) {
      check(setting.name().substring(OF_COMMANDS.length()), values.get(0));
    }
    service.set(setting.name(), values, line.has("system"));
    tellWhatCounts(service, setting.name(), values);
  }

  /** What makes no sense on a command line makes none here. */
  private static void check(String option, String value) {
    WorkplaceLine plain = WorkplaceOptions.RUN.parse(COMMAND, new String[] {"--no-cwd", "--", "true"}, false);
    WorkplaceLine line = new StandingWords(Map.of(option, value)).before(plain, WorkplaceOptions.RUN, COMMAND, false);
    line.limits();
    line.request(Stdio.inherit(), Long::parseLong);
  }

  private static void unset(Settings service, Setting setting, LifeLine line) {
    if (!service.unset(setting.name(), line.has("system"))) {
      System.err.println("carrel: note: " + setting.name() + " was not set " + (line.has("system") ? "for all users" : "by you"));
    }
    tellWhatCounts(service, setting.name(), List.of());
  }

  /** Another file may count more, or less than nothing may be left. */
  private static void tellWhatCounts(Settings service, String name, List<String> meant) {
    Setting now = find(service.all(), name);
    if (!now.values().equals(meant)) {
      System.err.println("carrel: note: what counts is " + Printable.line(String.join(" ", now.values())) + ", from "
          + Printable.line(now.origin().orElseThrow().toString()));
    }
  }

  private static String table(List<Setting> all) {
    Table table = new Table("NAME", "VALUE", "FROM", "MEANING");
    for (Setting setting : all) {
      List<String> values = setting.values().isEmpty() ? setting.standard() : setting.values();
      table.row(setting.name(), values.isEmpty() ? "-" : String.join(" ", values), setting.origin().isPresent() ? setting.origin().get().toString() : "-",
          setting.description());
    }
    return table.toString();
  }

  private static Map<String, Object> data(Setting setting) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", setting.name());
    data.put("description", setting.description());
    data.put("type", setting.type().name().toLowerCase(java.util.Locale.ROOT));
    data.put("many", setting.many());
    data.put("default", setting.standard());
    data.put("values", setting.values());
    setting.origin().ifPresent(file -> data.put("file", file.toString()));
    return data;
  }
}
