package dev.carrel.api.resource;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a container has consumed until now, as far as the kernel counts it.
 *
 * @param cpu processor time
 * @param throttled for how long it had to wait as its processor time was used up
 * @param memory bytes that it has now, files in memory included
 * @param memoryPeak the most it ever had
 * @param swap bytes that it has in swap
 * @param processes how many there are, threads included
 * @param read bytes it has read from devices
 * @param written bytes it has written to devices
 * @param outOfMemoryKills how many of its processes were killed as there was no memory for them
 * @param pressure what it has waited for: {@code cpu}, {@code memory}, {@code io}
 */
public record Usage(
    Optional<Duration> cpu,
    Optional<Duration> throttled,
    OptionalLong memory,
    OptionalLong memoryPeak,
    OptionalLong swap,
    OptionalLong processes,
    OptionalLong read,
    OptionalLong written,
    long outOfMemoryKills,
    Map<String, Pressure> pressure) {
  public Usage {
    Objects.requireNonNull(cpu);
    Objects.requireNonNull(throttled);
    pressure = Map.copyOf(pressure);
  }
}
