package dev.carrel.api.container;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How the kernel shares processors, disks and memory between a program and all others. What is not said is as the starter's. It is set
 * with the starter's rights, and the container's first process has it as well.
 *
 * @param nice -20, which goes before others, to 19; see nice(2)
 * @param policy by which rule it gets its turn
 * @param cpus the processors it runs on
 * @param ioPriority when it gets its turn at a disk
 * @param memory from which nodes its memory comes
 */
public record Scheduling(
    OptionalInt nice, Optional<SchedulingPolicy> policy, Optional<NumberSet> cpus, Optional<IoPriority> ioPriority, Optional<MemoryPolicy> memory) {
  private static final Scheduling STANDARD =
      new Scheduling(OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  public Scheduling {
    if (nice.isPresent() && (nice.getAsInt() < -20 || nice.getAsInt() > 19)) {
      throw new IllegalArgumentException("a nice value is -20 to 19");
    }
    Objects.requireNonNull(policy);
    Objects.requireNonNull(cpus);
    Objects.requireNonNull(ioPriority);
    Objects.requireNonNull(memory);
  }

  /** As the starter's. */
  public static Scheduling standard() {
    return STANDARD;
  }

  /** What this does not say, as another one says it. */
  public Scheduling or(Scheduling other) {
    return new Scheduling(nice.isPresent() ? nice : other.nice, policy.isPresent() ? policy : other.policy, cpus.isPresent() ? cpus : other.cpus,
        ioPriority.isPresent() ? ioPriority : other.ioPriority, memory.isPresent() ? memory : other.memory);
  }
}
