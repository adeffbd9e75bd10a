package dev.carrel.shell;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.NumberSet;
import dev.carrel.api.resource.Bound;
import dev.carrel.api.resource.IoLimit;
import dev.carrel.api.resource.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** The options about what a container may consume; of each, the last one counts. */
final class LimitOptions {
  private static final String[] NAMES =
      {"memory", "memory-high", "swap", "cpus", "cpu-weight", "cpuset", "pids", "io-weight", "io-max", "hugetlb"};
  private static final String UNLIMITED = "unlimited";
  /** Memory is dealt out in pages, whose sizes are powers of two. */
  private static final int KIBI = 1024;
  private static final int KIND = 0170000;
  private static final int BLOCK = 0060000;

  private final String command;
  private final Map<String, IoLimit> io = new HashMap<>();
  private final Map<String, Bound> hugePages = new HashMap<>();
  private Limits limits = Limits.none();

  private LimitOptions(String command) {
    this.command = command;
  }

  static void addTo(Options options) {
    for (String name : NAMES) {
      options.addOption(Option.builder().longOpt(name).hasArg().get());
    }
  }

  /** Whether a name is one of theirs. */
  static boolean isOne(String name) {
    for (String known : NAMES) {
      if (known.equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is any. */
  static boolean any(Option[] options) {
    for (Option option : options) {
      if (isOne(option.getLongOpt())) {
        return true;
      }
    }
    return false;
  }

  /**
   * What they say together.
   *
   * @throws CarrelException of kind USAGE if one makes no sense
   */
  static Limits of(String command, Option[] options) {
    LimitOptions read = new LimitOptions(command);
    for (Option option : options) {
      if (isOne(option.getLongOpt())) {
        try {
          read.option(option.getLongOpt(), option.getValue());
        } catch (IllegalArgumentException e) {
          throw read.usage("--" + option.getLongOpt() + "=" + option.getValue() + ": " + e.getMessage());
        }
      }
    }
    return read.limits.withIo(List.copyOf(read.io.values())).withHugePages(read.hugePages);
  }

  private void option(String name, String value) {
    switch (name) {
      case "memory" -> limits = limits.withMemory(bytes(name, value));
      case "memory-high" -> limits = limits.withMemoryHigh(bytes(name, value));
      case "swap" -> limits = limits.withSwap(bytes(name, value));
      case "cpus" -> limits = limits.withCpus(cpus(value));
      case "cpu-weight" -> limits = limits.withCpuWeight(weight(name, value));
      case "cpuset" -> limits = limits.withCpuset(NumberSet.of(value));
      case "pids" -> limits = limits.withProcesses(count(name, value));
      case "io-weight" -> limits = limits.withIoWeight(weight(name, value));
      case "io-max" -> rates(value);
      default -> hugePages(value);
    }
  }

  private Bound bytes(String name, String text) {
    if (text.equals(UNLIMITED)) {
      return Bound.none();
    }
    OptionalLong bytes = Sizes.bytes(text, KIBI);
    if (bytes.isEmpty()) {
      throw usage("--" + name + "=" + text + " is no size: say for example 64M, 2G or unlimited");
    }
    return new Bound(bytes.getAsLong());
  }

  /** In thousandths. */
  private Bound cpus(String text) {
    if (text.equals(UNLIMITED)) {
      return Bound.none();
    }
    if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,3})?")) {
      throw usage("--cpus=" + text + " is no number of processors: say for example 1.5, with at most three digits behind the point, or unlimited");
    }
    int point = text.indexOf('.');
    String fraction = point < 0 ? "" : text.substring(point + 1);
    return new Bound(1000 * Long.parseLong(point < 0 ? text : text.substring(0, point)) + Long.parseLong((fraction + "000").substring(0, 3)));
  }

  private int weight(String name, String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw usage("--" + name + "=" + text + " is no weight: say 1 to 10000, where others have 100");
    }
    return Integer.parseInt(text);
  }

  private Bound count(String name, String text) {
    if (text.equals(UNLIMITED)) {
      return Bound.none();
    }
    if (!text.matches("[0-9]{1,12}")) {
      throw usage("--" + name + "=" + text + " is no number from 1 on, nor unlimited");
    }
    return new Bound(Long.parseLong(text));
  }

  /** {@code DEVICE:rbps=10M,wiops=100}. */
  private void rates(String text) {
    int colon = text.lastIndexOf(':');
    String device = colon < 0 ? "" : text.substring(0, colon);
    if (device.isEmpty() || text.indexOf('=', colon) < 0) {
      throw usage("--io-max=" + text + ": write DEVICE:rbps=BYTES,wbps=BYTES,riops=N,wiops=N, as much of that as is to be limited");
    }
    Map<String, Bound> rates = new HashMap<>();
    for (String word : text.substring(colon + 1).split(",", -1)) {
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      rates.put(name, switch (name) {
        case "rbps", "wbps" -> bytes("io-max", value);
        case "riops", "wiops" -> count("io-max", value);
        default -> throw usage("--io-max=" + text + ": '" + name + "' is not known: it is one of rbps, wbps, riops and wiops");
      });
    }
    int[] numbers = numbers(device);
    IoLimit rate = new IoLimit(numbers[0], numbers[1], Optional.ofNullable(rates.get("rbps")), Optional.ofNullable(rates.get("wbps")),
        Optional.ofNullable(rates.get("riops")), Optional.ofNullable(rates.get("wiops")));
    io.merge(rate.device(), rate, (old, by) -> Limits.none().withIo(List.of(old)).changedBy(Limits.none().withIo(List.of(by))).io().get(0));
  }

  /** Of a disk's file, or {@code MAJOR:MINOR}. */
  private int[] numbers(String device) {
    if (device.matches("[0-9]{1,4}:[0-9]{1,7}")) {
      return new int[] {Integer.parseInt(device.substring(0, device.indexOf(':'))), Integer.parseInt(device.substring(device.indexOf(':') + 1))};
    }
    try {
      Map<String, Object> file = Files.readAttributes(Path.of(device), "unix:mode,rdev");
      if (((Integer) file.get("mode") & KIND) != BLOCK) {
        throw usage("--io-max: " + device + " is no disk, as /dev/sda is. lsblk lists them");
      }
      long number = (Long) file.get("rdev"); // as makedev(3) puts it together
      return new int[] {(int) (number >> 8 & 0xfff | number >> 32 & 0xffff_f000L), (int) (number & 0xff | number >> 12 & 0xffff_ff00L)};
    } catch (IOException | InvalidPathException e) {
      throw usage("--io-max: there is no disk " + device + ". lsblk lists them");
    }
  }

  private void hugePages(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw usage("--hugetlb=" + text + ": write SIZE=BYTES, for example 2MB=64M");
    }
    hugePages.put(text.substring(0, equals), bytes("hugetlb", text.substring(equals + 1)));
    limits = limits.withHugePages(hugePages); // here, so that what is no size is refused with its option
  }

  private CarrelException usage(String problem) {
    return WorkplaceOptions.usage(command, problem);
  }
}
