package dev.carrel.system;

import dev.carrel.api.CarrelException;
import dev.carrel.api.mount.Access;
import dev.carrel.api.system.SystemMapping;
import dev.carrel.api.system.SystemName;
import dev.carrel.api.system.SystemStart;
import dev.carrel.api.system.SystemStart.Kept;
import dev.carrel.api.system.SystemStart.ServiceCommands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The file of a system's item that tells how it is started: words on lines, with tabulators between, the first of which says what follows. */
final class StartFile {
  static final String NAME = "start";
  private static final String FORMAT = "carrel-system-1";

  private final Path file;
  private final Map<String, List<List<String>>> lines = new HashMap<>();

  private StartFile(Path file, String text) {
    this.file = file;
    for (String line : text.split("\n")) {
      List<String> words = new ArrayList<>();
      for (String word : line.split("\t", -1)) {
        words.add(unescaped(word));
      }
      lines.computeIfAbsent(words.get(0), key -> new ArrayList<>()).add(words.subList(1, words.size()));
    }
  }

  /** Its text. The place of the item is not in it, nor that of the profile: only its name. */
  static String text(SystemStart start) {
    StringBuilder text = new StringBuilder(FORMAT).append('\n');
    line(text, "name", start.name().name());
    line(text, "profile", start.profile().getFileName().toString());
    line(text, "hostname", start.hostname());
    line(text, "init", start.init());
    words(text, "command", "", start.command());
    line(text, "stop-signal", start.stopSignal());
    start.initOptions().forEach(option -> line(text, "init-option", option));
    line(text, "locale", start.locale());
    start.options().forEach(option -> line(text, "option", option));
    start.mappings().forEach(mapping -> line(text, "mapping", mapping.source().toString(), mapping.target().toString(), mapping.access().name(),
        Boolean.toString(mapping.optional())));
    start.persistent().forEach(kept -> kept(text, "persistent", kept));
    start.homes().forEach(kept -> kept(text, "home", kept));
    new TreeMap<>(start.modes()).forEach((path, mode) -> line(text, "mode", path.toString(), Integer.toOctalString(mode)));
    start.services().forEach((name, service) -> {
      line(text, "service", name);
      words(text, "service-state", name, service.state());
      words(text, "service-start", name, service.start());
      words(text, "service-stop", name, service.stop());
      service.log().ifPresent(log -> line(text, "service-log", name, log.toString()));
    });
    start.change().forEach(command -> words(text, "change", "", command));
    start.omitted().forEach(omitted -> line(text, "omitted", omitted));
    return text.toString();
  }

  private static void kept(StringBuilder text, String key, Kept kept) {
    line(text, key, kept.path().toString(), Long.toString(kept.uid()), Long.toString(kept.gid()), Integer.toOctalString(kept.mode()));
  }

  private static void words(StringBuilder text, String key, String name, List<String> words) {
    List<String> all = new ArrayList<>(words);
    if (!name.isEmpty()) {
      all.add(0, name);
    }
    line(text, key, all.toArray(new String[0]));
  }

  private static void line(StringBuilder text, String key, String... words) {
    text.append(key);
    for (String word : words) {
      text.append('\t').append(word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
    }
    text.append('\n');
  }

  private static String unescaped(String word) {
    if (word.indexOf('\\') < 0) {
      return word;
    }
    StringBuilder plain = new StringBuilder(word.length());
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '\\' && i + 1 < word.length()) {
        char escaped = word.charAt(++i);
        plain.append(escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped);
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /**
   * Reads that of an item.
   *
   * @param profiles where the profile of a name is
   * @throws CarrelException of kind USAGE if there is no system
   */
  static SystemStart read(Path item, Function<String, Path> profiles) {
    Path file = item.resolve(NAME);
    try {
      Path real = item.toRealPath();
      String text = new String(Files.readAllBytes(real.resolve(NAME)), StandardCharsets.UTF_8);
      if (!text.startsWith(FORMAT + "\n")) {
        throw CarrelException.usage("cannot use the system " + item + ": it was built by another Carrel. Build it again with carrel system build FILE");
      }
      return new StartFile(file, text).start(real, profiles);
    } catch (IOException e) {
      throw CarrelException.usage("there is no system at " + item + ". carrel system build FILE makes one");
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw CarrelException.failed("the system " + item + " is damaged: " + e.getMessage() + ". Find out more with carrel store verify", e);
    }
  }

  private SystemStart start(Path item, Function<String, Path> profiles) {
    Path sibling = item.resolveSibling(one("profile"));
    return new SystemStart(item, new SystemName(one("name")), Files.isDirectory(sibling) ? sibling : profiles.apply(one("profile")), one("hostname"),
        one("init"), all("command").get(0), one("stop-signal"), firsts("init-option"), one("locale"), firsts("option"),
        all("mapping").stream().map(words -> new SystemMapping(Path.of(words.get(0)), Path.of(words.get(1)), Access.valueOf(words.get(2)),
            Boolean.parseBoolean(words.get(3)))).toList(),
        kept("persistent"), kept("home"), modes(), services(), all("change"), firsts("omitted"));
  }

  private List<List<String>> all(String key) {
    return lines.getOrDefault(key, List.of());
  }

  private List<String> firsts(String key) {
    return all(key).stream().map(words -> words.get(0)).toList();
  }

  private String one(String key) {
    if (all(key).size() != 1 || all(key).get(0).isEmpty()) {
      throw new IllegalArgumentException(file + " says nothing of " + key);
    }
    return all(key).get(0).get(0);
  }

  private List<Kept> kept(String key) {
    return all(key).stream().map(words -> new Kept(Path.of(words.get(0)), Long.parseLong(words.get(1)), Long.parseLong(words.get(2)),
        Integer.parseInt(words.get(3), 8))).toList();
  }

  private Map<Path, Integer> modes() {
    Map<Path, Integer> modes = new TreeMap<>();
    all("mode").forEach(words -> modes.put(Path.of(words.get(0)), Integer.parseInt(words.get(1), 8)));
    return modes;
  }

  private Map<String, ServiceCommands> services() {
    Map<String, ServiceCommands> services = new TreeMap<>();
    for (String name : firsts("service")) {
      List<String> log = of("service-log", name);
      services.put(name, new ServiceCommands(of("service-state", name), of("service-start", name), of("service-stop", name),
          log.isEmpty() ? Optional.empty() : Optional.of(Path.of(log.get(0)))));
    }
    return services;
  }

  private List<String> of(String key, String service) {
    return all(key).stream().filter(words -> words.get(0).equals(service)).findFirst().map(words -> words.subList(1, words.size())).orElse(List.of());
  }
}
