package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.IoPriority;
import dev.carrel.api.container.MemoryPolicy;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.container.Personality;
import dev.carrel.api.container.Scheduling;
import dev.carrel.api.container.SchedulingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** The options about a program's share of processors, disks and memory, and about what the kernel is towards it. */
final class ShareOptions {
  private static final String PERSONALITY = "personality";
  private static final String[] NAMES = {"nice", "scheduler", "cpu-affinity", "io-priority", "memory-policy", PERSONALITY};

  private ShareOptions() {}

  static void addTo(Options options) {
    for (String name : NAMES) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
  }

  /**
   * What an option adds to what those before it say.
   *
   * @throws CarrelException of kind USAGE if it makes no sense
   */
  static Scheduling scheduling(String command, Scheduling before, String name, String value) {
    try {
      Scheduling said = switch (name) {
        case "nice" -> new Scheduling(OptionalInt.of(nice(value)), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        case "scheduler" -> new Scheduling(
            OptionalInt.empty(), Optional.of(SchedulingPolicy.of(value)), Optional.empty(), Optional.empty(), Optional.empty());
        case "cpu-affinity" -> new Scheduling(OptionalInt.empty(), Optional.empty(), Optional.of(NumberSet.of(value)), Optional.empty(), Optional.empty());
        case "io-priority" -> new Scheduling(OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.of(IoPriority.of(value)), Optional.empty());
        case "memory-policy" -> new Scheduling(
            OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(MemoryPolicy.of(value)));
        default -> throw new IllegalStateException(name);
      };
      return said.or(before);
    } catch (IllegalArgumentException e) {
      throw WorkplaceOptions.usage(command, "--" + name + "=" + value + ": " + e.getMessage());
    }
  }

  private static int nice(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is no number: -20 to 19");
    }
  }

  /** @throws CarrelException of kind USAGE if a word is not known; the message names those that are */
  static void addPersonality(String command, String value, Set<Personality> all) {
    for (String word : value.split(",", -1)) {
      all.add(Personality.of(word).orElseThrow(() -> {
        List<String> names = new ArrayList<>();
        for (Personality personality : Personality.values()) {
          names.add(personality.label());
        }
        return WorkplaceOptions.usage(command, "--" + PERSONALITY + "=" + value + ": '" + word + "' is not known: it is one of "
            + String.join(", ", names));
      }));
    }
  }
}
