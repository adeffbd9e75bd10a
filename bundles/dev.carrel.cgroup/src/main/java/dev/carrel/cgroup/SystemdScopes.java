package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the user's systemd for a transient scope with this process in it: only systemd may take a process out of a session. */
final class SystemdScopes implements Scopes {
  private static final long PATIENCE_SECONDS = 10;
  private static final long LOOK_MILLIS = 5;

  private final Map<String, String> environment;
  private final long uid;

  SystemdScopes(Map<String, String> environment, long uid) {
    this.environment = environment;
    this.uid = uid;
  }

  private Path socket() {
    return Path.of(environment.getOrDefault("XDG_RUNTIME_DIR", "/run/user/" + uid)).resolve("bus");
  }

  @Override
  public Optional<String> unavailable() {
    return !Files.isDirectory(Path.of("/run/systemd/system")) ? Optional.of("this host does not run systemd")
        : !Files.exists(socket()) ? Optional.of("you have no session of systemd, as there is no " + socket()
            + "; an administrator can give you one for always: loginctl enable-linger " + uid)
        : Optional.empty();
  }

  @Override
  public Path around(Path mount) {
    return mount.resolve("user.slice/user-" + uid + ".slice/user@" + uid + ".service");
  }

  @Override
  public void enter(OwnGroup own) throws IOException {
    Path before = own.directory();
    long pid = ProcessHandle.current().pid();
    new SystemdRequest(socket()).startScope("carrel-" + pid + ".scope", pid);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (own.directory().equals(before)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("systemd has not put this process into a scope within " + PATIENCE_SECONDS + " seconds");
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
