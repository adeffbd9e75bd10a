package dev.carrel.environment;

import dev.carrel.api.environment.WorkplaceRequest;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.host.Host;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.network.NetworkSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a container has for itself: directories in memory, and files that say who and where it is. */
final class PrivateFiles {
  /** The id that the kernel shows for users and groups that are not mapped; see user_namespaces(7). */
  private static final long OVERFLOW = 65534;
  private static final String SIZE = "10%";
  private static final String[] HOST_NETWORK_FILES = {"resolv.conf", "services", "hosts", "localtime"};

  private final Resident resident;
  private final Host host;
  private final WorkplaceRequest request;
  private final String shell;

  PrivateFiles(Resident resident, Host host, WorkplaceRequest request, String shell) {
    this.resident = resident;
    this.host = host;
    this.request = request;
    this.shell = shell;
  }

  List<Mount> mounts() {
    Account user = resident.account();
    List<Mount> mounts = new ArrayList<>(16);
    mounts.add(new Mount.Tmpfs(Path.of("/tmp"), 01777, SIZE));
    mounts.add(new Mount.Tmpfs(Path.of("/run"), 0755, SIZE));
    mounts.add(new Mount.Directory(Path.of("/run/user"), 0755));
    mounts.add(new Mount.Directory(Path.of("/run/user", Long.toString(user.uid())), 0700));
    mounts.add(new Mount.Tmpfs(user.home(), 0700, SIZE));
    mounts.add(file("passwd", passwd(user)));
    mounts.add(file("group", groups(user)));
    String name = request.hostname().orElseGet(PrivateFiles::hostName);
    mounts.add(file("hostname", name + "\n"));
    mounts.add(file("hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 " + name + "\n"));
    boolean hostNetwork = request.network() == NetworkSpec.HOST;
    mounts.add(file("nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files" + (hostNetwork ? " dns" : "")
        + "\nservices: files\nprotocols: files\n"));
    if (hostNetwork) {
      for (String file : HOST_NETWORK_FILES) {
        addHostFile(Path.of("/etc", file), mounts);
      }
    }
    return mounts;
  }

  private static void addHostFile(Path path, List<Mount> mounts) {
    if (Files.isRegularFile(path)) {
      mounts.add(SoftwareTree.bind(path, path, Mapping.Kind.FILE));
    }
  }

  private static Mount file(String name, String content) {
    return new Mount.GeneratedFile(Path.of("/etc", name), content, 0444);
  }

  private String passwd(Account user) {
    StringBuilder lines = new StringBuilder(120);
    if (user.uid() != 0) {
      lines.append("root:x:0:0:root:/root:/bin/sh\n");
    }
    lines.append(user.name()).append(":x:").append(user.uid()).append(':').append(user.gid()).append(':')
        .append(user.gecos()).append(':').append(user.home()).append(':').append(shell).append('\n');
    if (user.uid() != OVERFLOW) {
      lines.append("nobody:x:65534:65534:not mapped:/nonexistent:/usr/sbin/nologin\n");
    }
    return lines.toString();
  }

  private String groups(Account user) {
    StringBuilder lines = new StringBuilder(120);
    Set<String> names = new HashSet<>();
    Set<Long> ids = new HashSet<>();
    if (request.user().isPresent()) {
      append(lines, user.name(), user.gid(), names, ids);
    } else {
      for (Group group : host.groups()) {
        append(lines, group.name(), group.gid(), names, ids);
      }
    }
    append(lines, "root", 0, names, ids);
    append(lines, "tty", 5, names, ids);
    append(lines, "nogroup", OVERFLOW, names, ids);
    return lines.toString();
  }

  private static void append(StringBuilder lines, String name, long id, Set<String> names, Set<Long> ids) {
    if (name.indexOf(':') < 0 && name.indexOf('\n') < 0 && ids.add(id) && names.add(name)) {
      lines.append(name).append(":x:").append(id).append(":\n");
    }
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost"; // without /proc nothing will start anyway, and says so better
    }
  }
}
