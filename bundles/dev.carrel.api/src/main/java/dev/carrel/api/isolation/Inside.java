package dev.carrel.api.isolation;

import dev.carrel.api.container.Identity;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.Security;
import java.util.Objects;
import java.util.Set;

/**
 * What it is to be inside a container, for another program that is started there.
 *
 * @param namespaces the container's own
 */
public record Inside(Set<Namespace> namespaces, Identity identity, Security security) {
  public Inside {
    namespaces = Set.copyOf(namespaces);
    Objects.requireNonNull(identity);
    Objects.requireNonNull(security);
  }
}
