package dev.carrel.engine;

import dev.carrel.api.container.IoPriority;
import dev.carrel.api.container.MemoryPolicy;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.SchedulingPolicy;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Set;

/** How a program runs, as lines of a container's record; each value as a user writes it. */
final class ShareLines {
  private static final String NICE = "nice";
  private static final String POLICY = "scheduler";
  private static final String CPUS = "cpus";
  private static final String IO = "io";
  private static final String MEMORY = "memory";
  private static final String PERSONALITY = "personality.";

  private ShareLines() {}

  static void write(Properties lines, ProcessTraits traits) {
    for (Personality personality : traits.personality()) {
      lines.setProperty(PERSONALITY + personality.name(), "");
    }
    Scheduling scheduling = traits.scheduling();
    if (scheduling == Scheduling.standard()) {
      return;
    }
    if (scheduling.nice().isPresent()) {
      lines.setProperty(NICE, Integer.toString(scheduling.nice().getAsInt()));
    }
    set(lines, POLICY, scheduling.policy());
    set(lines, CPUS, scheduling.cpus());
    set(lines, IO, scheduling.ioPriority());
    set(lines, MEMORY, scheduling.memory());
  }

  private static void set(Properties lines, String key, Optional<?> value) {
    if (value.isPresent()) {
      lines.setProperty(key, value.get().toString());
    }
  }

  static Scheduling scheduling(Properties lines) {
    String nice = lines.getProperty(NICE);
    return new Scheduling(nice == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(nice)),
        Optional.ofNullable(lines.getProperty(POLICY)).map(SchedulingPolicy::of),
        Optional.ofNullable(lines.getProperty(CPUS)).map(NumberSet::of),
        Optional.ofNullable(lines.getProperty(IO)).map(IoPriority::of),
        Optional.ofNullable(lines.getProperty(MEMORY)).map(MemoryPolicy::of));
  }

  static Set<Personality> personality(Properties lines) {
    Set<Personality> all = EnumSet.noneOf(Personality.class);
    for (Personality personality : Personality.values()) {
      if (lines.getProperty(PERSONALITY + personality.name()) != null) {
        all.add(personality);
      }
    }
    return all;
  }
}
