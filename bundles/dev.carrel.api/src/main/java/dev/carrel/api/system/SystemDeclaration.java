package dev.carrel.api.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A whole system as somebody wants it. Its accounts are those that are declared, and those that packages make.
 *
 * @param hostname the same as the name if nothing else is said
 * @param timezone as the names below /usr/share/zoneinfo; empty: UTC
 * @param locale as {@code C.UTF-8}
 * @param packages in the user's words
 * @param files those that are declared; all of them below /etc
 * @param services in the order in which they were written
 * @param options how its container is started besides, in words of {@code carrel run}: network, ports, limits
 * @param init name of the {@link InitSystem}
 */
public record SystemDeclaration(
    SystemName name,
    String hostname,
    Optional<String> timezone,
    String locale,
    List<SystemGroup> groups,
    List<SystemUser> users,
    List<String> packages,
    List<SystemFile> files,
    List<Service> services,
    List<SystemMapping> mappings,
    List<PersistentDirectory> persistent,
    List<String> options,
    String init) {
  public SystemDeclaration {
    Objects.requireNonNull(name);
    if (!hostname.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?")) {
      throw new IllegalArgumentException("'" + hostname + "' is no host name: 1 to 64 letters, digits, '-' and '.', see hostname(7)");
    }
    if (timezone.isPresent() && !timezone.get().matches("[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*){0,2}")) {
      throw new IllegalArgumentException("'" + timezone.get() + "' is no time zone: write for example Europe/Berlin");
    }
    if (!locale.matches("[A-Za-z][A-Za-z0-9_.@-]{0,63}")) {
      throw new IllegalArgumentException("'" + locale + "' is no locale: write for example C.UTF-8 or de_DE.UTF-8");
    }
    groups = List.copyOf(groups);
    users = List.copyOf(users);
    packages = List.copyOf(packages);
    files = List.copyOf(files);
    services = List.copyOf(services);
    mappings = List.copyOf(mappings);
    persistent = List.copyOf(persistent);
    options = List.copyOf(options);
    if (!init.matches("[a-z][a-z0-9-]{0,19}")) {
      throw new IllegalArgumentException("'" + init + "' is no name of an init");
    }
  }

  /** The same with more of the host, which counts more than what is mapped to the same place, and with other options. */
  public SystemDeclaration with(List<SystemMapping> moreMappings, List<String> otherOptions) {
    List<SystemMapping> all = new ArrayList<>(mappings);
    all.removeIf(mapping -> moreMappings.stream().anyMatch(other -> other.target().equals(mapping.target())));
    all.addAll(moreMappings);
    return new SystemDeclaration(name, hostname, timezone, locale, groups, users, packages, files, services, all, persistent, otherOptions, init);
  }
}
