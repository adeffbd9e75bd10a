package dev.carrel.api.isolation;

import dev.carrel.api.CarrelException;
import dev.carrel.api.container.ContainerSpec;
import dev.carrel.api.container.GuestUser;
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

  /**
   * The same as somebody else.
   *
   * @throws CarrelException if that user does not exist inside
   */
  public Inside as(GuestUser user) {
    Identity other = identity.as(user.uid(), user.gid()).orElseThrow(() -> CarrelException.usage("cannot be user " + user.uid() + " and group "
        + user.gid() + " in this container: it has only " + (identity.ranged() ? "other ids" : "one of each, " + identity.user().inside() + " and "
        + identity.group().inside() + "; --ids=auto at its start gives it more")));
    return new Inside(namespaces, other, security);
  }

  /** What it is to be inside a container of this specification. */
  public static Inside of(ContainerSpec spec) {
    Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
    namespaces.addAll(spec.namespaces());
    spec.joins().forEach(join -> namespaces.add(join.kind()));
    return new Inside(namespaces, spec.identity(), spec.security());
  }
}
