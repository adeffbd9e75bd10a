package dev.carrel.cgroup;

import dev.carrel.api.resource.OutOfMemory;
import dev.carrel.api.resource.Pressure;
import dev.carrel.api.resource.Usage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what groups have counted, in whichever version. */
record Counters(GroupName name) {
  private static final String[] PRESSURES = {"cpu", "memory", "io"};

  private OptionalLong first(Controller controller, String file) {
    Path directory = name.first().get(controller);
    return directory == null ? OptionalLong.empty() : KernelFile.number(directory.resolve(file));
  }

  private OptionalLong first(Controller controller, String file, String word) {
    Path directory = name.first().get(controller);
    return directory == null ? OptionalLong.empty() : KernelFile.number(directory.resolve(file), word);
  }

  private OptionalLong second(String file) {
    return name.second().isEmpty() ? OptionalLong.empty() : KernelFile.number(name.second().get().resolve(file));
  }

  private OptionalLong second(String file, String word) {
    return name.second().isEmpty() ? OptionalLong.empty() : KernelFile.number(name.second().get().resolve(file), word);
  }

  private static OptionalLong either(OptionalLong one, OptionalLong other) {
    return one.isPresent() ? one : other;
  }

  Usage usage() {
    OptionalLong nanoseconds = first(Controller.CPUACCT, "cpuacct.usage");
    OptionalLong microseconds = second("cpu.stat", "usage_usec");
    OptionalLong memory = first(Controller.MEMORY, "memory.usage_in_bytes");
    OptionalLong both = first(Controller.MEMORY, "memory.memsw.usage_in_bytes");
    OptionalLong swap = memory.isPresent() && both.isPresent() ? OptionalLong.of(Math.max(0, both.getAsLong() - memory.getAsLong()))
        : second("memory.swap.current");
    return new Usage(
        nanoseconds.isPresent() ? Optional.of(Duration.ofNanos(nanoseconds.getAsLong())) : micros(microseconds),
        throttled(),
        either(memory, second("memory.current")),
        peak(),
        swap,
        either(first(Controller.PIDS, "pids.current"), second("pids.current")),
        transferred("Read", "rbytes"),
        transferred("Write", "wbytes"),
        kills(),
        pressure());
  }

  private Optional<Duration> throttled() {
    OptionalLong nanoseconds = first(Controller.CPU, "cpu.stat", "throttled_time");
    return nanoseconds.isPresent() ? Optional.of(Duration.ofNanos(nanoseconds.getAsLong())) : micros(second("cpu.stat", "throttled_usec"));
  }

  private static Optional<Duration> micros(OptionalLong number) {
    return number.isPresent() ? Optional.of(Duration.ofNanos(1000 * number.getAsLong())) : Optional.empty();
  }

  private OptionalLong peak() {
    return either(first(Controller.MEMORY, "memory.max_usage_in_bytes"), second("memory.peak"));
  }

  private long kills() {
    return either(first(Controller.MEMORY, "memory.oom_control", "oom_kill"), second("memory.events", "oom_kill")).orElse(0);
  }

  Optional<OutOfMemory> outOfMemory() {
    long kills = kills();
    if (kills < 1) {
      return Optional.empty();
    }
    Path memory = name.first().get(Controller.MEMORY);
    OptionalLong limit = memory == null ? second("memory.max") : FirstVersion.limit(memory.resolve("memory.limit_in_bytes"));
    return Optional.of(new OutOfMemory(kills, limit, peak()));
  }

  /** The sum over all devices. */
  private OptionalLong transferred(String firstWord, String secondWord) {
    Path blkio = name.first().get(Controller.IO);
    Optional<String> text = blkio != null ? KernelFile.read(blkio.resolve("blkio.throttle.io_service_bytes"))
        : name.second().isPresent() ? KernelFile.read(name.second().get().resolve("io.stat")) : Optional.empty();
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (String line : text.get().split("\n")) {
      String[] words = line.split(" ");
      for (int i = 1; i < words.length; i++) {
        if (words[i].startsWith(secondWord + "=")) {
          sum += Long.parseLong(words[i].substring(secondWord.length() + 1));
        } else if (words[i].equals(firstWord) && i + 1 < words.length) {
          sum += Long.parseLong(words[i + 1]);
        }
      }
    }
    return OptionalLong.of(sum);
  }

  private Map<String, Pressure> pressure() {
    Map<String, Pressure> found = new LinkedHashMap<>();
    if (name.second().isPresent()) {
      for (String resource : PRESSURES) {
        KernelFile.read(name.second().get().resolve(resource + ".pressure")).ifPresent(text -> found.put(resource,
            new Pressure(average(text, "some", "avg10"), average(text, "some", "avg60"), average(text, "full", "avg10"), average(text, "full", "avg60"))));
      }
    }
    return found;
  }

  /** From lines as {@code some avg10=0.00 avg60=0.00 avg300=0.00 total=0}. */
  private static double average(String text, String line, String span) {
    for (String one : text.split("\n")) {
      if (one.startsWith(line + " ")) {
        for (String word : one.split(" ")) {
          if (word.startsWith(span + "=")) {
            return Double.parseDouble(word.substring(span.length() + 1));
          }
        }
      }
    }
    return 0;
  }
}
