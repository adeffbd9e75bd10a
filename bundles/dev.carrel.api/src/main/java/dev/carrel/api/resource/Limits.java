package dev.carrel.api.resource;

import dev.carrel.api.container.NumberSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What all processes of a container together may consume. What is empty is not spoken of: at a start it is not limited, at a change it
 * stays as it is.
 *
 * @param memory bytes; when there is no more to be had, the kernel ends the container's processes
 * @param memoryHigh bytes from which on processes are slowed down, and what they use is reclaimed
 * @param swap bytes of swap, beside the memory
 * @param cpus processor time, in thousandths of a processor: 1500 is one and a half
 * @param cpuWeight its share where processors are contended, 1 to 10000; others have 100
 * @param cpuset the processors it may use
 * @param processes how many there may be at the same time, threads included
 * @param ioWeight its share where devices are contended, 1 to 10000; others have 100
 * @param io how fast it may use devices
 * @param hugePages bytes of huge pages, by the size of a page as the kernel writes it: {@code 2MB}
 */
public record Limits(
    Optional<Bound> memory,
    Optional<Bound> memoryHigh,
    Optional<Bound> swap,
    Optional<Bound> cpus,
    OptionalInt cpuWeight,
    Optional<NumberSet> cpuset,
    Optional<Bound> processes,
    OptionalInt ioWeight,
    List<IoLimit> io,
    Map<String, Bound> hugePages) {
  /** No container could be started with less. */
  public static final long LEAST_MEMORY = 1 << 20;
  /** A hundredth of a processor: the kernel deals it out in pieces of a millisecond. */
  public static final long LEAST_CPUS = 10;
  /** A million processors. */
  private static final long MOST_CPUS = 1_000_000_000L;
  /** The kernel has no more pids. */
  private static final long MOST_PROCESSES = 4_194_304;
  private static final int HEAVIEST = 10_000;
  private static final Limits NONE = new Limits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), OptionalInt.empty(),
      Optional.empty(), Optional.empty(), OptionalInt.empty(), List.of(), Map.of());

  public Limits {
    Objects.requireNonNull(swap);
    Objects.requireNonNull(cpuset);
    io = List.copyOf(io);
    hugePages = Map.copyOf(hugePages);
    within(memory, LEAST_MEMORY, Long.MAX_VALUE, "a container needs at least 1M of memory");
    within(memoryHigh, LEAST_MEMORY, Long.MAX_VALUE, "a container can be slowed down from 1M of memory on, and not before");
    within(cpus, LEAST_CPUS, MOST_CPUS, "a container can have 0.01 to 1000000 processors");
    within(processes, 1, MOST_PROCESSES, "a container can have 1 to " + MOST_PROCESSES + " processes");
    weight("processor time", cpuWeight);
    weight("devices", ioWeight);
    if (memory.isPresent() && memoryHigh.isPresent() && !memory.get().isUnlimited() && !memoryHigh.get().isUnlimited()
        && memoryHigh.get().value() > memory.get().value()) {
      throw new IllegalArgumentException("the memory from which on it is slowed down is more than it may have");
    }
    for (String size : hugePages.keySet()) {
      if (!size.matches("[1-9][0-9]{0,3}[KMG]B")) {
        throw new IllegalArgumentException("'" + size + "' is no size of huge pages: write for example 2MB or 1GB");
      }
    }
  }

  private static void within(Optional<Bound> bound, long least, long most, String what) {
    if (bound.isPresent() && !bound.get().isUnlimited() && (bound.get().value() < least || bound.get().value() > most)) {
      throw new IllegalArgumentException(what);
    }
  }

  private static void weight(String what, OptionalInt weight) {
    if (weight.isPresent() && (weight.getAsInt() < 1 || weight.getAsInt() > HEAVIEST)) {
      throw new IllegalArgumentException("the weight for " + what + " is 1 to " + HEAVIEST);
    }
  }

  /** Nothing is limited. */
  public static Limits none() {
    return NONE;
  }

  /** Whether nothing is said. */
  public boolean isEmpty() {
    return equals(NONE);
  }

  /** With so many bytes of memory. */
  public Limits withMemory(Bound bytes) {
    return new Limits(Optional.of(bytes), memoryHigh, swap, cpus, cpuWeight, cpuset, processes, ioWeight, io, hugePages);
  }

  /** Slowed down from so many bytes on. */
  public Limits withMemoryHigh(Bound bytes) {
    return new Limits(memory, Optional.of(bytes), swap, cpus, cpuWeight, cpuset, processes, ioWeight, io, hugePages);
  }

  /** With so many bytes of swap. */
  public Limits withSwap(Bound bytes) {
    return new Limits(memory, memoryHigh, Optional.of(bytes), cpus, cpuWeight, cpuset, processes, ioWeight, io, hugePages);
  }

  /** With so many thousandths of a processor. */
  public Limits withCpus(Bound thousandths) {
    return new Limits(memory, memoryHigh, swap, Optional.of(thousandths), cpuWeight, cpuset, processes, ioWeight, io, hugePages);
  }

  /** With that share of processor time. */
  public Limits withCpuWeight(int weight) {
    return new Limits(memory, memoryHigh, swap, cpus, OptionalInt.of(weight), cpuset, processes, ioWeight, io, hugePages);
  }

  /** On these processors. */
  public Limits withCpuset(NumberSet processors) {
    return new Limits(memory, memoryHigh, swap, cpus, cpuWeight, Optional.of(processors), processes, ioWeight, io, hugePages);
  }

  /** With so many processes. */
  public Limits withProcesses(Bound number) {
    return new Limits(memory, memoryHigh, swap, cpus, cpuWeight, cpuset, Optional.of(number), ioWeight, io, hugePages);
  }

  /** With that share of devices. */
  public Limits withIoWeight(int weight) {
    return new Limits(memory, memoryHigh, swap, cpus, cpuWeight, cpuset, processes, OptionalInt.of(weight), io, hugePages);
  }

  /** With these rates of devices. */
  public Limits withIo(List<IoLimit> rates) {
    return new Limits(memory, memoryHigh, swap, cpus, cpuWeight, cpuset, processes, ioWeight, rates, hugePages);
  }

  /** With so many bytes of huge pages, by their size. */
  public Limits withHugePages(Map<String, Bound> bytes) {
    return new Limits(memory, memoryHigh, swap, cpus, cpuWeight, cpuset, processes, ioWeight, io, bytes);
  }

  /**
   * These, changed by others: what those do not speak of stays.
   *
   * @throws IllegalArgumentException if that cannot be together
   */
  public Limits changedBy(Limits other) {
    Map<String, IoLimit> devices = new LinkedHashMap<>();
    io.forEach(rate -> devices.put(rate.device(), rate));
    other.io.forEach(rate -> devices.merge(rate.device(), rate, Limits::changed));
    Map<String, Bound> pages = new HashMap<>(hugePages);
    pages.putAll(other.hugePages);
    return new Limits(other.memory.or(() -> memory), other.memoryHigh.or(() -> memoryHigh), other.swap.or(() -> swap), other.cpus.or(() -> cpus),
        other.cpuWeight.isPresent() ? other.cpuWeight : cpuWeight, other.cpuset.or(() -> cpuset), other.processes.or(() -> processes),
        other.ioWeight.isPresent() ? other.ioWeight : ioWeight, List.copyOf(devices.values()), pages);
  }

  private static IoLimit changed(IoLimit old, IoLimit by) {
    return new IoLimit(old.major(), old.minor(), by.readBytes().or(old::readBytes), by.writtenBytes().or(old::writtenBytes),
        by.reads().or(old::reads), by.writes().or(old::writes));
  }
}
