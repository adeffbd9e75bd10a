package dev.carrel.backend.namespace;

import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.linux.seccomp.FilterCompiler;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The filters of system calls, each compiled once. */
final class Filters {
  private static final int KEPT = 16;
  private static final byte[] NONE = {};

  private final FilterCompiler compiler;
  private final Map<Key, byte[]> compiled = new LinkedHashMap<>(16, 0.75f, true);

  /** What a filter depends on. */
  private record Key(SystemCallFilter filter, Set<Capability> capabilities, Set<Weakness> weaknesses) {}

  Filters(FilterCompiler compiler) {
    this.compiler = compiler;
  }

  /** The kernel's form of a container's filter; empty if it has none. */
  byte[] of(Security security) {
    if (security.has(Weakness.SYSTEM_CALLS)) {
      return NONE;
    }
    Key key = new Key(security.systemCalls(), security.capabilities(), security.weaknesses());
    synchronized (compiled) {
      byte[] known = compiled.get(key);
      if (known == null) {
        known = compile(security);
        compiled.put(key, known);
        if (compiled.size() > KEPT) {
          compiled.remove(compiled.keySet().iterator().next());
        }
      }
      return known;
    }
  }

  private byte[] compile(Security security) {
    if (security.systemCalls() instanceof SystemCallFilter.Oci profile) {
      return compiler.compile(new OciProfile(profile, security.capabilities()).policy());
    }
    return StandardFilter.withoutUnknownCalls(compiler.compile(StandardFilter.of(security)));
  }
}
