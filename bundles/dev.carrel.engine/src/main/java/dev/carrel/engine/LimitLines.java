package dev.carrel.engine;

import dev.carrel.api.container.NumberSet;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;

/** What a container may consume, and what came of that, as lines of a properties file. */
final class LimitLines {
  private static final String LIMITS = "limits";
  private static final String IO = "limits.io.";
  private static final String PAGES = "limits.pages.";
  private static final String KILLS = "memory.kills";

  private LimitLines() {}

  static void write(Properties lines, Limits limits) {
    lines.setProperty(LIMITS, "true");
    set(lines, "limits.memory", limits.memory());
    set(lines, "limits.memory-high", limits.memoryHigh());
    set(lines, "limits.swap", limits.swap());
    set(lines, "limits.cpus", limits.cpus());
    set(lines, "limits.processes", limits.processes());
    limits.cpuWeight().ifPresent(weight -> lines.setProperty("limits.cpu-weight", Integer.toString(weight)));
    limits.ioWeight().ifPresent(weight -> lines.setProperty("limits.io-weight", Integer.toString(weight)));
    limits.cpuset().ifPresent(numbers -> lines.setProperty("limits.cpuset", numbers.toString()));
    for (int i = 0; i < limits.io().size(); i++) {
      IoLimit rate = limits.io().get(i);
      lines.setProperty(IO + i, rate.major() + " " + rate.minor() + " " + text(rate.readBytes()) + " " + text(rate.writtenBytes()) + " "
          + text(rate.reads()) + " " + text(rate.writes()));
    }
    limits.hugePages().forEach((size, bytes) -> lines.setProperty(PAGES + size, Long.toString(bytes.value())));
  }

  private static void set(Properties lines, String key, Optional<Bound> bound) {
    bound.ifPresent(number -> lines.setProperty(key, Long.toString(number.value())));
  }

  private static String text(Optional<Bound> bound) {
    return bound.isPresent() ? Long.toString(bound.get().value()) : "-";
  }

  static Optional<Limits> read(Properties lines) {
    if (lines.getProperty(LIMITS) == null) {
      return Optional.empty();
    }
    List<IoLimit> io = new ArrayList<>();
    for (String rate : RecordFile.list(lines, IO)) {
      String[] words = rate.split(" ");
      io.add(new IoLimit(Integer.parseInt(words[0]), Integer.parseInt(words[1]), bound(words[2]), bound(words[3]), bound(words[4]), bound(words[5])));
    }
    Map<String, Bound> pages = new HashMap<>();
    for (String key : lines.stringPropertyNames()) {
      if (key.startsWith(PAGES)) {
        pages.put(key.substring(PAGES.length()), new Bound(Long.parseLong(lines.getProperty(key))));
      }
    }
    return Optional.of(new Limits(get(lines, "limits.memory"), get(lines, "limits.memory-high"), get(lines, "limits.swap"), get(lines, "limits.cpus"),
        weight(lines, "limits.cpu-weight"), Optional.ofNullable(lines.getProperty("limits.cpuset")).map(NumberSet::of),
        get(lines, "limits.processes"), weight(lines, "limits.io-weight"), io, pages));
  }

  private static Optional<Bound> get(Properties lines, String key) {
    return bound(lines.getProperty(key, "-"));
  }

  private static Optional<Bound> bound(String text) {
    return text.equals("-") ? Optional.empty() : Optional.of(new Bound(Long.parseLong(text)));
  }

  private static OptionalInt weight(Properties lines, String key) {
    String text = lines.getProperty(key);
    return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
  }

  static void write(Properties lines, OutOfMemory word) {
    lines.setProperty(KILLS, Long.toString(word.kills()));
    word.limit().ifPresent(bytes -> lines.setProperty("memory.limit", Long.toString(bytes)));
    word.peak().ifPresent(bytes -> lines.setProperty("memory.peak", Long.toString(bytes)));
  }

  static Optional<OutOfMemory> outOfMemory(Properties lines) {
    String kills = lines.getProperty(KILLS);
    return kills == null ? Optional.empty()
        : Optional.of(new OutOfMemory(Long.parseLong(kills), number(lines, "memory.limit"), number(lines, "memory.peak")));
  }

  private static OptionalLong number(Properties lines, String key) {
    String text = lines.getProperty(key);
    return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }
}
