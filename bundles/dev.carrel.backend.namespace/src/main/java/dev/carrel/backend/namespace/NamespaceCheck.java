package dev.carrel.backend.namespace;

import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What this backend needs of the host. */
@Component
public final class NamespaceCheck implements Check {
  private static final List<String> NAMESPACES = List.of("user", "mnt", "pid", "net", "ipc", "uts", "cgroup");
  /** The first Linux with mount_setattr(2). */
  private static final int[] OLDEST = {5, 12};

  private final UserNamespaces userNamespaces = new UserNamespaces();
  private final Host host;

  @Activate
  public NamespaceCheck(@Reference Host host) {
    this.host = host;
  }

  @Override
  public List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(kernel());
    findings.add(namespaces());
    findings.add(userNamespaces());
    return findings;
  }

  private static Finding kernel() {
    String release = System.getProperty("os.version");
    String[] parts = release.split("[^0-9]+");
    int major = parts.length > 0 && !parts[0].isEmpty() ? Integer.parseInt(parts[0]) : 0;
    int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    boolean old = major < OLDEST[0] || major == OLDEST[0] && minor < OLDEST[1];
    return old
        ? new Finding("kernel", Level.BROKEN, "Linux " + release + " lacks mount_setattr(2)", "use Linux 5.12 or newer")
        : Finding.ok("kernel", "Linux " + release);
  }

  private static Finding namespaces() {
    List<String> missing = new ArrayList<>(NAMESPACES);
    missing.removeIf(name -> Files.exists(Path.of("/proc/self/ns", name)));
    return missing.isEmpty()
        ? Finding.ok("namespaces", "the kernel has " + String.join(", ", NAMESPACES))
        : new Finding("namespaces", Level.BROKEN, "the kernel lacks " + String.join(", ", missing),
            "use a kernel that was built with all namespaces (CONFIG_NAMESPACES, CONFIG_USER_NS, ...)");
  }

  private Finding userNamespaces() {
    Optional<String> forbidden = userNamespaces.forbidden();
    if (forbidden.isPresent()) {
      return new Finding("user namespaces", Level.BROKEN, "forbidden to everybody", forbidden.get());
    }
    boolean root = host.account().uid() == 0;
    Optional<String> toUsers = userNamespaces.forbiddenToUsers();
    if (toUsers.isPresent()) {
      return new Finding("user namespaces", root ? Level.LIMITED : Level.BROKEN, "forbidden to unprivileged users", toUsers.get());
    }
    try {
      // The switches do not tell everything: an outer container's seccomp filter shows only when it is tried.
      Process process = new ProcessBuilder("unshare", "--user", "true").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      if (process.waitFor() != 0) {
        return new Finding("user namespaces", Level.BROKEN, "the kernel refuses them", userNamespaces.reason(root));
      }
    } catch (IOException e) {
      return Finding.ok("user namespaces", "not forbidden (not tried: there is no unshare(1)), limit " + userNamespaces.limit());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Finding.ok("user namespaces", "allowed, limit " + userNamespaces.limit());
  }
}
