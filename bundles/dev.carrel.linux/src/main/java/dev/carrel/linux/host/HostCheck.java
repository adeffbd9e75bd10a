package dev.carrel.linux.host;

import com.sun.jna.NativeLibrary;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Check;
import dev.carrel.api.host.Finding;
import dev.carrel.api.host.Finding.Level;
import dev.carrel.api.host.Host;
import dev.carrel.linux.libc.LibC;
import dev.carrel.linux.machine.Architecture;
import dev.carrel.linux.machine.SystemCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Sub-ids and what confines: libraries and kernel features that a container rests on. */
@Component
public final class HostCheck implements Check {
  /** The first version that knows scopes. */
  private static final long SCOPED = 6;

  private final Host host;

  @Activate
  public HostCheck(@Reference Host host) {
    this.host = host;
  }

  @Override
  public List<Finding> examine() {
    List<Finding> findings = new ArrayList<>();
    findings.add(subIds());
    findings.add(systemCalls());
    findings.add(landlock());
    return findings;
  }

  /** subuid(5), newuidmap(1): more than one user inside, for users without privileges. */
  private Finding subIds() {
    Account account = host.account();
    if (account.uid() == 0) {
      return Finding.ok("sub-ids", "root may map any range of ids");
    }
    String remedy = "Needed only for more than one user id inside. Ask an administrator to run: usermod --add-subuids"
        + " 100000-165535 --add-subgids 100000-165535 " + account.name();
    if (!has(Path.of("/etc/subuid"), account) || !has(Path.of("/etc/subgid"), account)) {
      return new Finding("sub-ids", Level.LIMITED, "none for " + account.name() + " in /etc/subuid and /etc/subgid", remedy);
    }
    if (!Files.isExecutable(Path.of("/usr/bin/newuidmap")) || !Files.isExecutable(Path.of("/usr/bin/newgidmap"))) {
      return new Finding("sub-ids", Level.LIMITED, "newuidmap and newgidmap are not installed",
          "Needed only for more than one user id inside. Debian's package is uidmap");
    }
    return Finding.ok("sub-ids", "there is a range for " + account.name());
  }

  private static boolean has(Path file, Account account) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(account.name() + ":") || line.startsWith(account.uid() + ":")) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // without the file nobody has any
    }
    return false;
  }

  /** Without the library no container is started, unless its filter is left out. */
  private static Finding systemCalls() {
    try {
      NativeLibrary.getInstance("libseccomp.so.2");
      return Finding.ok("system-call filter", "libseccomp is there");
    } catch (UnsatisfiedLinkError e) {
      return new Finding("system-call filter", Level.BROKEN, "there is no libseccomp.so.2",
          "Install it (Debian's package is libseccomp2); --weak=system-calls starts containers without a filter");
    }
  }

  /** landlock(7): its version; see landlock_create_ruleset(2). */
  private static Finding landlock() {
    long version = LibC.syscall(SystemCall.LANDLOCK_CREATE_RULESET.number(Architecture.host()), 0, 0, 1, 0);
    if (version < 1) {
      return new Finding("Landlock", Level.LIMITED, "this kernel has none, or was booted without it",
          "Needed only for --allow, and to keep containers with the host's network from its abstract sockets. Add landlock to lsm= on the"
              + " kernel's command line");
    }
    return version < SCOPED
        ? new Finding("Landlock", Level.LIMITED, "version " + version, "Containers with the host's network can reach its abstract sockets: Linux 6.12"
            + " or newer keeps them out")
        : Finding.ok("Landlock", "version " + version);
  }
}
