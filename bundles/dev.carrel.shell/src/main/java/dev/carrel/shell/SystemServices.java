package dev.carrel.shell;

import dev.carrel.api.declaration.Value;
import dev.carrel.api.system.Readiness;
import dev.carrel.api.system.Restart;
import dev.carrel.api.system.Service;
import dev.carrel.api.system.ServiceLog;
import dev.carrel.api.system.ServiceStop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the services of a declaration. */
final class SystemServices {
  private static final int DAY = 86_400;
  private static final int KIBI = 1024;

  private final KeyWords words;
  private final SystemFiles.Tables tables;

  SystemServices(KeyWords words, SystemFiles.Tables tables) {
    this.words = words;
    this.tables = tables;
  }

  List<Service> read(DeclaredTable system) {
    Map<String, Service> services = new LinkedHashMap<>();
    Map<String, Value.Table> all = system.tables("service");
    all.forEach((name, table) -> {
      DeclaredTable one = tables.of(SystemTable.SERVICE, "the service " + name, "service." + name + ".", table);
      for (Value.Text needed : one.distinct("depends-on")) {
        if (!all.containsKey(needed.text())) {
          String nearest = NearestName.of(needed.text(), List.copyOf(all.keySet()));
          throw words.refusal(needed.place(), "the service " + name + " depends on " + needed.text() + ", and there is no such service"
              + (nearest.isEmpty() ? "; there is " + String.join(", ", all.keySet()) : "; did you mean " + nearest + "?"));
        }
      }
      services.put(name, service(name, one));
    });
    services.keySet().forEach(name -> refuseCircle(name, services, all));
    return List.copyOf(services.values());
  }

  /** Looks for the shortest way from a service back to itself. */
  private void refuseCircle(String start, Map<String, Service> services, Map<String, Value.Table> tables) {
    ArrayDeque<List<String>> ways = new ArrayDeque<>(List.of(List.of(start)));
    Set<String> seen = new HashSet<>();
    while (!ways.isEmpty()) {
      List<String> way = ways.remove();
      for (String next : services.get(way.get(way.size() - 1)).dependsOn()) {
        List<String> longer = new ArrayList<>(way);
        longer.add(next);
        if (next.equals(start)) {
          throw words.refusal(tables.get(start).values().get("depends-on").place(),
              "the services wait for each other in a circle: " + String.join(" needs ", longer) + ". Leave out one of depends-on");
        }
        if (seen.add(next)) {
          ways.add(longer);
        }
      }
    }
  }

  private static Service service(String name, DeclaredTable table) {
    boolean once = table.flag("once", false);
    Service bare = table.told(() -> new Service(name, List.of("true"), once, "root", Optional.empty(), Map.of(), Path.of("/"), List.of(),
        new Restart(Restart.When.NEVER, Duration.ZERO, Duration.ZERO), new Readiness.Started(), Optional.empty(), ServiceStop.standard()));
    table.told("command", () -> with(bare, table.texts("command"), Map.of()));
    table.told("environment", () -> with(bare, bare.command(), table.variables("environment")));
    Path directory = table.path("directory", Path.of("/"));
    List<String> needed = table.texts("depends-on");
    ServiceStop stop = table.told("stop-signal", () -> new ServiceStop(table.text("stop-signal", "TERM"), seconds(table, "stop-within", 10, 1)));
    Restart restart = restart(table, once);
    Readiness readiness = readiness(table, once);
    Optional<ServiceLog> log = log(table);
    return table.told(() -> new Service(name, table.texts("command"), once, table.text("user", "root"), table.text("group"),
        table.variables("environment"), directory, needed, restart, readiness, log, stop));
  }

  private static Service with(Service bare, List<String> command, Map<String, String> environment) {
    return new Service(bare.name(), command, bare.once(), bare.user(), bare.group(), environment, bare.directory(), bare.dependsOn(), bare.restart(),
        bare.readiness(), bare.log(), bare.stop());
  }

  private static Duration seconds(DeclaredTable table, String key, long otherwise, long least) {
    return Duration.ofSeconds(table.whole(key, otherwise, least, DAY));
  }

  private static Restart restart(DeclaredTable table, boolean once) {
    String when = table.text("restart", once ? "never" : "always");
    if (once && when.equals("always")) {
      throw table.refusal("restart", "what runs once is not restarted always: write on-failure or never, or leave out once");
    }
    if (when.equals("never") && (table.has("restart-after") || table.has("restart-most"))) {
      throw table.refusal(table.has("restart-after") ? "restart-after" : "restart-most", "there is nothing to wait for where nothing is restarted");
    }
    Duration first = seconds(table, "restart-after", 1, 0);
    Duration most = seconds(table, "restart-most", Math.max(60, first.toSeconds()), 0);
    return table.told("restart-most", () -> new Restart(Restart.When.valueOf(when.toUpperCase(Locale.ROOT).replace('-', '_')), first, most));
  }

  private static Readiness readiness(DeclaredTable table, boolean once) {
    List<String> said = new ArrayList<>();
    for (String key : new String[] {"ready-port", "ready-descriptor", "ready-command"}) {
      if (table.has(key)) {
        said.add(key);
      }
    }
    if (once && !said.isEmpty()) {
      throw table.refusal(said.get(0), "what runs once is up when it has ended well: leave out " + said.get(0));
    }
    if (said.size() > 1) {
      throw table.refusal(said.get(1), said.get(0) + " and " + said.get(1) + " are two ways to be ready: leave one out");
    }
    if (said.isEmpty()) {
      if (table.has("ready-within")) {
        throw table.refusal("ready-within", "ready-within needs ready-port, ready-descriptor or ready-command");
      }
      return new Readiness.Started();
    }
    Duration within = seconds(table, "ready-within", 60, 1);
    return table.told(said.get(0), () -> switch (said.get(0)) {
      case "ready-port" -> new Readiness.Answers((int) table.whole("ready-port", 0, 1, 65_535), within);
      case "ready-descriptor" -> new Readiness.Notification((int) table.whole("ready-descriptor", 0, 3, 1000), within);
      default -> new Readiness.Succeeds(table.texts("ready-command"), within);
    });
  }

  private static Optional<ServiceLog> log(DeclaredTable table) {
    if (!table.flag("log", true)) {
      for (String key : new String[] {"log-size", "log-files"}) {
        if (table.has(key)) {
          throw table.refusal(key, key + " is about a log that log = false turns off: leave one out");
        }
      }
      return Optional.empty();
    }
    String text = table.text("log-size", "1M");
    OptionalLong size = Sizes.bytes(text, KIBI);
    if (size.isEmpty()) {
      throw table.refusal("log-size", "log-size is a size, as \"1M\", and here is '" + text + "'");
    }
    int files = (int) table.whole("log-files", 10, 1, 1000);
    return Optional.of(table.told("log-size", () -> new ServiceLog(size.getAsLong(), files)));
  }
}
