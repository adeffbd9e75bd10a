package dev.carrel.backend.namespace;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Whether and why this host forbids user namespaces; see user_namespaces(7) and /proc/sys/user. */
final class UserNamespaces {
  private static final Path LIMIT = Path.of("/proc/sys/user/max_user_namespaces");
  private static final Path DEBIAN = Path.of("/proc/sys/kernel/unprivileged_userns_clone");
  private static final Path UBUNTU = Path.of("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");

  /** Why nobody here can make one, and what to do; empty if nothing speaks against it. */
  Optional<String> forbidden() {
    if ("0".equals(read(LIMIT))) {
      return Optional.of("this host allows no user namespaces (user.max_user_namespaces=0). Ask an administrator to run:"
          + " sysctl -w user.max_user_namespaces=15000");
    }
    return Optional.empty();
  }

  /** Why an attempt to make one failed, and what to do. */
  String reason(boolean root) {
    Optional<String> forbidden = forbidden();
    if (forbidden.isPresent()) {
      return forbidden.get();
    }
    Optional<String> unprivileged = root ? Optional.empty() : forbiddenToUsers();
    if (unprivileged.isPresent()) {
      return unprivileged.get();
    }
    if (seccompFiltered()) {
      return "this process runs under a seccomp filter, as in another container, which may forbid it. Allow it there,"
          + " for example with: docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined";
    }
    return "this kernel refused, maybe as too many exist (user.max_user_namespaces=" + read(LIMIT)
        + ") or as this process runs in a chroot. See user_namespaces(7)";
  }

  /** Why users without privileges cannot make one, and what to do; empty if nothing speaks against it. */
  Optional<String> forbiddenToUsers() {
    if ("0".equals(read(DEBIAN))) {
      return Optional.of("this kernel forbids it to unprivileged users (kernel.unprivileged_userns_clone=0)."
          + " Ask an administrator to run: sysctl -w kernel.unprivileged_userns_clone=1");
    }
    if ("1".equals(read(UBUNTU))) {
      return Optional.of("AppArmor forbids it to programs without a profile (kernel.apparmor_restrict_unprivileged_userns=1)."
          + " Ask an administrator for a profile that allows userns to this java, or to run:"
          + " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
    }
    return Optional.empty();
  }

  /** Whether setgroups(2) is allowed in this user namespace: in one that an unprivileged user made it mostly is not. */
  boolean setsGroups() {
    return !"deny".equals(read(Path.of("/proc/self/setgroups")));
  }

  /** How many of them a user may have, as the kernel writes it; the empty string if it does not say. */
  String limit() {
    return read(LIMIT);
  }

  private static boolean seccompFiltered() {
    return read(Path.of("/proc/self/status")).contains("Seccomp:\t2");
  }

  /** In one read(2): the files of /proc/sys give everything to the first and nothing to the next. */
  private static String read(Path file) {
    try (InputStream in = new FileInputStream(file.toFile())) {
      byte[] content = new byte[4096];
      return new String(content, 0, Math.max(in.read(content), 0), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      return ""; // this kernel does not have that switch
    }
  }
}
