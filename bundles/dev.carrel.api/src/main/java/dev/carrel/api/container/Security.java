package dev.carrel.api.container;

import dev.carrel.api.container.ResourceLimit.Range;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How closely a container's programs are confined, beyond namespaces and mounts. {@link #standard()} opens nothing.
 *
 * @param capabilities those they have, and can never get more than; they count in the container's own namespaces only
 * @param systemCalls which system calls they can make
 * @param weaknesses what is left out of the confinement
 * @param limits those that are not as the starter's
 * @param oomScoreAdjustment how likely the kernel kills them when memory runs out, -1000 to 1000; empty: as the starter
 * @param rules what else they are restricted to
 */
public record Security(
    Set<Capability> capabilities,
    SystemCallFilter systemCalls,
    Set<Weakness> weaknesses,
    Map<ResourceLimit, Range> limits,
    OptionalInt oomScoreAdjustment,
    List<AccessRule> rules) {
  private static final Security STANDARD = new Security(
      Set.of(), new SystemCallFilter.Standard(), Set.of(), Map.of(), OptionalInt.empty(), List.of());

  public Security {
    capabilities = Set.copyOf(capabilities);
    Objects.requireNonNull(systemCalls);
    weaknesses = Set.copyOf(weaknesses);
    limits = Map.copyOf(limits);
    rules = List.copyOf(rules);
    if (oomScoreAdjustment.isPresent() && Math.abs(oomScoreAdjustment.getAsInt()) > 1000) {
      throw new IllegalArgumentException("oom_score_adj " + oomScoreAdjustment.getAsInt() + " is outside -1000..1000");
    }
  }

  /** The default: no capability, Carrel's own filter, nothing left out. */
  public static Security standard() {
    return STANDARD;
  }

  /** The same, with these capabilities. */
  public Security withCapabilities(Set<Capability> kept) {
    return new Security(kept, systemCalls, weaknesses, limits, oomScoreAdjustment, rules);
  }

  /** The same, with this filter. */
  public Security withSystemCalls(SystemCallFilter filter) {
    return new Security(capabilities, filter, weaknesses, limits, oomScoreAdjustment, rules);
  }

  /** The same, with this left out as well. */
  public Security weakenedBy(Weakness weakness) {
    EnumSet<Weakness> more = EnumSet.of(weakness);
    more.addAll(weaknesses);
    return new Security(capabilities, systemCalls, more, limits, oomScoreAdjustment, rules);
  }

  /** The same, with this limit. */
  public Security withLimit(ResourceLimit limit, Range range) {
    Map<ResourceLimit, Range> more = new HashMap<>(limits);
    more.put(limit, range);
    return new Security(capabilities, systemCalls, weaknesses, more, oomScoreAdjustment, rules);
  }

  /** The same, restricted to this. */
  public Security withRules(List<AccessRule> only) {
    return new Security(capabilities, systemCalls, weaknesses, limits, oomScoreAdjustment, only);
  }

  /** Whether something is left out. */
  public boolean has(Weakness weakness) {
    return weaknesses.contains(weakness);
  }
}
