package dev.carrel.api.isolation;

import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Security;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What it is to be inside a container, for another program that is started there.
 *
 * @param namespaces those that are not the host's
 */
public record Inside(Set<Namespace> namespaces, Identity identity, Security security) {
  public Inside {
    namespaces = Set.copyOf(namespaces);
    Objects.requireNonNull(identity);
    Objects.requireNonNull(security);
  }

  /** What it is to be inside a container of this specification. */
  public static Inside of(ContainerSpec spec) {
    Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
    namespaces.addAll(spec.namespaces());
    spec.joins().forEach(join -> namespaces.add(join.kind()));
    return new Inside(namespaces, spec.identity(), spec.security());
  }
}
