package dev.carrel.api.container;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Settings of the kernel that belong to a namespace, so a container can have its own; see sysctl(8), namespaces(7). */
final class KernelSettings {
  private KernelSettings() {}

  /** @throws IllegalArgumentException if one is none, or belongs to more than the container */
  static void check(Map<String, String> settings, Set<Namespace> own) {
    settings.forEach((name, value) -> {
      if (!name.matches("[a-z0-9_-]+(\\.[A-Za-z0-9_-]+)+") || value.isEmpty() || value.indexOf('\0') >= 0 || value.indexOf('\n') >= 0) {
        throw new IllegalArgumentException("'" + name + "=" + value + "' is no kernel setting: NAME=VALUE with a name such as net.core.somaxconn");
      }
      Namespace namespace = namespace(name).orElseThrow(() -> new IllegalArgumentException(
          "the kernel setting " + name + " belongs to the whole host; a container can have net.*, fs.mqueue.* and kernel's msg*, sem, shm* and domainname"));
      if (!own.contains(namespace)) {
        throw new IllegalArgumentException("the kernel setting " + name + " needs a namespace " + namespace.label() + " of the container's own");
      }
    });
  }

  private static Optional<Namespace> namespace(String name) {
    if (name.startsWith("net.")) {
      return Optional.of(Namespace.NETWORK);
    } else if (name.startsWith("fs.mqueue.") || name.matches("kernel\\.(msg[a-z_]*|sem|sem_next_id|shm[a-z_]*)")) {
      return Optional.of(Namespace.IPC);
    }
    return name.equals("kernel.domainname") ? Optional.of(Namespace.UTS) : Optional.empty();
  }
}
