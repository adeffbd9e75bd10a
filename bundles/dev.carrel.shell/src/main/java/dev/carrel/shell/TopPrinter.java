package dev.carrel.shell;

import dev.carrel.api.container.ContainerHandle;
import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.container.ContainerInfo.State;
import dev.carrel.api.container.Containers;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Prints what containers consume: a table that is written anew again and again, or once. */
final class TopPrinter {
  /** To the top left, and everything below is cleared. */
  private static final String HOME = "\u001b[H\u001b[J";
  /** For how long processor time is measured when it is shown once. */
  private static final long MOMENT_MILLIS = 500;

  private final Containers containers;
  private final LifeLine line;
  private final Comparator<Row> order;
  private final Map<String, Seen> before = new HashMap<>();

  /** What was seen of a container last. */
  private record Seen(long time, Optional<Duration> cpu) {}

  /**
   * A container now.
   *
   * @param cpu how much of one processor it has used since it was looked at last, in hundredths
   */
  private record Row(ContainerInfo info, Optional<Usage> usage, Optional<Double> cpu) {
    long memory() {
      return usage.isPresent() ? usage.get().memory().orElse(-1) : -1;
    }

    long processes() {
      return usage.isPresent() ? usage.get().processes().orElse(-1) : -1;
    }

    long transferred() {
      return usage.isPresent() ? usage.get().read().orElse(0) + usage.get().written().orElse(0) : -1;
    }
  }

  TopPrinter(Containers containers, LifeLine line) {
    this.containers = containers;
    this.line = line;
    this.order = switch (line.value("sort", "cpu")) {
      case "cpu" -> Comparator.comparing((Row row) -> row.cpu().orElse(-1.0)).reversed();
      case "memory" -> Comparator.comparing(Row::memory).reversed();
      case "pids" -> Comparator.comparing(Row::processes).reversed();
      case "io" -> Comparator.comparing(Row::transferred).reversed();
      case "name" -> Comparator.comparing((Row row) -> row.info().name().orElse(row.info().id()));
      default -> throw line.usage("--sort=" + line.value("sort", "") + " is not known: it is one of cpu, memory, pids, io and name");
    };
  }

  /**
   * Prints it.
   *
   * @param terminal whether somebody looks on, who is shown it until they interrupt
   */
  int print(boolean terminal) {
    long millis = 1000 * line.number("interval", "2");
    if (millis == 0) {
      throw line.usage("--interval is at least a second");
    }
    line.operands().forEach(word -> LifeLine.find(containers, word));
    look();
    boolean once = line.has("once") || line.has("json") || !terminal;
    try {
      Thread.sleep(once ? MOMENT_MILLIS : Math.min(millis, MOMENT_MILLIS));
      while (true) {
        List<Row> rows = look();
        System.out.print(line.has("json") ? json(rows) : (once ? "" : HOME) + table(rows));
        System.out.flush();
        if (once || System.out.checkError()) {
          return 0;
        }
        Thread.sleep(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 130;
    }
  }

  private List<Row> look() {
    List<Row> rows = new ArrayList<>();
    for (ContainerHandle container : containers.all()) {
      ContainerInfo info = container.info();
      if (info.state() != State.ENDED && (line.operands().isEmpty() || asked(info))) {
        long now = System.nanoTime();
        Optional<Usage> usage = container.usage();
        Seen seen = new Seen(now, usage.flatMap(Usage::cpu));
        Seen last = before.put(info.id(), seen);
        rows.add(new Row(info, usage, last == null ? Optional.empty() : share(last, seen)));
      }
    }
    rows.sort(order);
    return rows;
  }

  private boolean asked(ContainerInfo info) {
    for (String word : line.operands()) {
      if (info.id().startsWith(word) || info.name().equals(Optional.of(word))) {
        return true;
      }
    }
    return false;
  }

  private static Optional<Double> share(Seen last, Seen now) {
    if (last.cpu().isEmpty() || now.cpu().isEmpty() || now.time() <= last.time()) {
      return Optional.empty();
    }
    return Optional.of(100.0 * now.cpu().get().minus(last.cpu().get()).toNanos() / (now.time() - last.time()));
  }

  private static String table(List<Row> rows) {
    Table table = new Table("ID", "NAME", "CPU", "MEMORY", "LIMIT", "PIDS", "LIMIT", "READ", "WRITTEN");
    for (Row row : rows) {
      Optional<Limits> limits = row.info().limits();
      table.row(row.info().id(), row.info().name().orElse("-"),
          row.cpu().isPresent() ? Math.round(row.cpu().get() * 10) / 10.0 + " %" : "-",
          row.memory() < 0 ? "-" : LimitReport.size(row.memory()),
          limits.flatMap(Limits::memory).filter(bound -> !bound.isUnlimited()).map(bound -> LimitReport.size(bound.value())).orElse("-"),
          row.processes() < 0 ? "-" : Long.toString(row.processes()),
          limits.flatMap(Limits::processes).filter(bound -> !bound.isUnlimited()).map(bound -> Long.toString(bound.value())).orElse("-"),
          size(row.usage().isPresent() ? row.usage().get().read() : OptionalLong.empty()),
          size(row.usage().isPresent() ? row.usage().get().written() : OptionalLong.empty()));
    }
    return table.toString();
  }

  private static String size(OptionalLong bytes) {
    return bytes.isPresent() ? Sizes.of(bytes.getAsLong()) : "-";
  }

  private static String json(List<Row> rows) {
    List<Object> all = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("id", row.info().id());
      row.info().name().ifPresent(name -> data.put("name", name));
      row.cpu().ifPresent(share -> data.put("cpu-percent", Math.round(share * 10) / 10.0));
      row.info().limits().ifPresent(limits -> data.put("limits", LimitReport.data(limits)));
      row.usage().ifPresent(usage -> data.put("usage", LimitReport.data(usage)));
      all.add(data);
    }
    return Json.of(all);
  }
}
