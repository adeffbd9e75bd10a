package dev.carrel.backend.namespace;

import dev.carrel.api.container.Capability;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.SystemCallFilter;
import dev.carrel.api.container.Weakness;
import dev.carrel.linux.seccomp.FilterCompiler;
import dev.carrel.linux.seccomp.FilterPolicy;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The filters of system calls, each compiled once. */
final class Filters {
  private static final int KEPT = 16;
  private static final byte[] NONE = {};

  private final FilterCompiler compiler;
  private final Optional<Path> kept;
  private byte[] standard = NONE;
  private final Map<Key, byte[]> compiled = new LinkedHashMap<>(16, 0.75f, true);

  /** What a filter depends on. */
  private record Key(SystemCallFilter filter, Set<Capability> capabilities, Set<Weakness> weaknesses, boolean coreDumpsForbidden) {}

  /** @param kept the file in which a distribution keeps the compiled standard filter, which takes a command line 15 ms */
  Filters(FilterCompiler compiler, Optional<Path> kept) {
    this.compiler = compiler;
    this.kept = kept;
  }

  /** What a container's filters do, as many as it has; but for what {@link StandardFilter#complete} adds. */
  static List<FilterPolicy> policies(Security security) {
    List<FilterPolicy> all = new ArrayList<>();
    if (!security.has(Weakness.SYSTEM_CALLS)) {
      security.systemCalls().parts().forEach(filter -> all.add(policy(security.withSystemCalls(filter))));
    }
    return all;
  }

  private static FilterPolicy policy(Security security) {
    return security.systemCalls() instanceof SystemCallFilter.Oci profile ? new OciProfile(profile, security.capabilities()).policy()
        : StandardFilter.of(security);
  }

  /** The kernel's form of a container's filters, as many as it has; none if it has none. */
  List<byte[]> of(Security security) {
    if (security.has(Weakness.SYSTEM_CALLS)) {
      return List.of();
    }
    if (!(security.systemCalls() instanceof SystemCallFilter.Several several)) {
      return List.of(one(security));
    }
    List<byte[]> all = new ArrayList<>();
    several.filters().forEach(filter -> all.add(one(security.withSystemCalls(filter))));
    return all;
  }

  private byte[] one(Security security) {
    if (isStandard(security)) {
      return standard();
    }
    Key key = new Key(security.systemCalls(), security.capabilities(), security.weaknesses(), Confinement.forbidsCoreDumps(security));
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

  private static boolean isStandard(Security security) {
    return security.systemCalls() instanceof SystemCallFilter.Standard && security.capabilities().isEmpty() && security.weaknesses().isEmpty()
        && Confinement.forbidsCoreDumps(security);
  }

  private synchronized byte[] standard() {
    if (standard.length == 0) {
      standard = read();
    }
    if (standard.length == 0) {
      standard = compile(Security.standard());
      keep(standard);
    }
    return standard;
  }

  private byte[] read() {
    if (kept.isEmpty()) {
      return NONE;
    }
    try (FileInputStream in = new FileInputStream(kept.get().toFile())) {
      return in.readAllBytes();
    } catch (IOException e) {
      return NONE; // nobody who may write there has needed it yet
    }
  }

  /** Whole or not at all: where this user may write, when Carrel is prepared for a Java. */
  private void keep(byte[] filter) {
    if (kept.isEmpty() || !Files.isWritable(kept.get().getParent())) {
      return;
    }
    try {
      Path fresh = Files.createTempFile(kept.get().getParent(), "filter", ".new");
      Files.write(fresh, filter);
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r--r--r--"));
      Files.move(fresh, kept.get(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // the next one compiles it again
    }
  }

  private byte[] compile(Security security) {
    byte[] filter = compiler.compile(policy(security));
    return security.systemCalls() instanceof SystemCallFilter.Oci ? filter : StandardFilter.complete(filter, security);
  }
}
