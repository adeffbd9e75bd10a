package dev.carrel.api.mount;

import dev.carrel.api.container.Namespace;
import java.util.Set;

/**
 * What a planner has to bring into order.
 *
 * @param root what the container's specification says of its root file system
 * @param namespaces the container's own namespaces: /proc needs a pid namespace, /sys a network namespace
 * @param terminal whether the container gets a terminal
 */
public record MountRequest(RootSpec root, Set<Namespace> namespaces, boolean terminal) {
  public MountRequest {
    namespaces = Set.copyOf(namespaces);
  }
}
