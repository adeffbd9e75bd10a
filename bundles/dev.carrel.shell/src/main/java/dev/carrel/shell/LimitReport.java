package dev.carrel.shell;

import dev.carrel.api.container.ContainerInfo;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.Pressure;
import dev.carrel.api.resource.Usage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What containers may consume, what they do, and what came of that: for people and as data. */
final class LimitReport {
  private LimitReport() {}

  /** As options. */
  static String words(Limits limits) {
    StringBuilder text = new StringBuilder();
    data(limits).forEach((name, value) -> {
      if (value instanceof Map<?, ?> more) {
        more.forEach((key, inner) -> text.append(text.length() == 0 ? "" : " ").append(name).append('=').append(key).append(':').append(inner));
      } else {
        text.append(text.length() == 0 ? "" : " ").append(name).append('=').append(value);
      }
    });
    return text.toString();
  }

  /** A number for each, or the word unlimited. */
  static Map<String, Object> data(Limits limits) {
    Map<String, Object> data = new LinkedHashMap<>();
    put(data, "memory", limits.memory());
    put(data, "memory-high", limits.memoryHigh());
    put(data, "swap", limits.swap());
    limits.cpus().ifPresent(cpus -> data.put("cpus", cpus.isUnlimited() ? cpus.toString() : (Object) (cpus.value() / 1000.0)));
    limits.cpuWeight().ifPresent(weight -> data.put("cpu-weight", weight));
    limits.cpuset().ifPresent(numbers -> data.put("cpuset", numbers.toString()));
    put(data, "pids", limits.processes());
    limits.ioWeight().ifPresent(weight -> data.put("io-weight", weight));
    Map<String, Object> io = new TreeMap<>();
    for (IoLimit rate : limits.io()) {
      Map<String, Object> rates = new LinkedHashMap<>();
      put(rates, "rbps", rate.readBytes());
      put(rates, "wbps", rate.writtenBytes());
      put(rates, "riops", rate.reads());
      put(rates, "wiops", rate.writes());
      io.put(rate.device(), rates);
    }
    if (!io.isEmpty()) {
      data.put("io-max", io);
    }
    Map<String, Object> pages = new TreeMap<>();
    limits.hugePages().forEach((size, bytes) -> pages.put(size, value(bytes)));
    if (!pages.isEmpty()) {
      data.put("hugetlb", pages);
    }
    return data;
  }

  private static void put(Map<String, Object> data, String name, Optional<Bound> bound) {
    bound.ifPresent(number -> data.put(name, value(number)));
  }

  private static Object value(Bound bound) {
    return bound.isUnlimited() ? bound.toString() : (Object) bound.value();
  }

  static Map<String, Object> data(Usage usage) {
    Map<String, Object> data = new LinkedHashMap<>();
    usage.cpu().ifPresent(time -> data.put("cpu-milliseconds", time.toMillis()));
    usage.throttled().ifPresent(time -> data.put("throttled-milliseconds", time.toMillis()));
    put(data, "memory", usage.memory());
    put(data, "memory-peak", usage.memoryPeak());
    put(data, "swap", usage.swap());
    put(data, "pids", usage.processes());
    put(data, "read", usage.read());
    put(data, "written", usage.written());
    data.put("out-of-memory-kills", usage.outOfMemoryKills());
    Map<String, Object> pressure = new TreeMap<>();
    usage.pressure().forEach((resource, waited) -> pressure.put(resource, data(waited)));
    if (!pressure.isEmpty()) {
      data.put("pressure", pressure);
    }
    return data;
  }

  private static Map<String, Object> data(Pressure pressure) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("some-10s", pressure.some());
    data.put("some-60s", pressure.someMinute());
    data.put("full-10s", pressure.full());
    data.put("full-60s", pressure.fullMinute());
    return data;
  }

  private static void put(Map<String, Object> data, String name, OptionalLong number) {
    number.ifPresent(value -> data.put(name, value));
  }

  static Map<String, Object> data(OutOfMemory word) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("kills", word.kills());
    put(data, "limit", word.limit());
    put(data, "peak", word.peak());
    return data;
  }

  /** Nothing, if there is nothing to tell. */
  static void tellOutOfMemory(ContainerInfo info) {
    info.outOfMemory().ifPresent(word -> System.err.println("carrel: " + sentence(info.name().orElse(info.id()), word)));
  }

  private static String sentence(String name, OutOfMemory word) {
    return "container " + name + " ran out of memory, and the kernel killed " + (word.kills() == 1 ? "a process" : word.kills() + " processes")
        + " of it. " + (word.limit().isPresent() ? "Its limit is " + size(word.limit().getAsLong()) : "It has no limit of its own: one around it was reached")
        + (word.peak().isPresent() ? "; the most it had was " + size(word.peak().getAsLong()) : "")
        + (word.limit().isPresent() ? ". Give it more with --memory" : "");
  }

  /** In the units in which memory is limited. */
  static String size(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = bytes;
    int unit = 0;
    while (size >= 1000 && unit < units.length - 1) {
      size /= 1024;
      unit++;
    }
    long tenths = Math.round(size * 10);
    return (tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10) + " " + units[unit];
  }
}
