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
import java.util.Optional;
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
  private final Optional<Path> profile;
  private final String shell;

  /**
   * For a request.
   *
   * @param profile whose users and groups exist inside as well
   */
  PrivateFiles(Resident resident, Host host, WorkplaceRequest request, Optional<Path> profile, String shell) {
    this.resident = resident;
    this.host = host;
    this.request = request;
    this.profile = profile;
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
    mounts.add(file("nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files" + (hasNameServers() ? " dns" : "")
        + "\nservices: files\nprotocols: files\n"));
    if (hostNetwork) {
      for (String file : HOST_NETWORK_FILES) {
        addHostFile(Path.of("/etc", file), mounts);
      }
    }
    return mounts;
  }

  private boolean hasNameServers() {
    return request.network() != NetworkSpec.NONE;
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
    StringBuilder lines = new StringBuilder(2000);
    Set<String> names = new HashSet<>();
    if (user.uid() != 0) {
      lines.append("root:x:0:0:root:/root:/bin/sh\n");
      names.add("root");
    }
    lines.append(user.name()).append(":x:").append(user.uid()).append(':').append(user.gid()).append(':')
        .append(user.gecos()).append(':').append(user.home()).append(':').append(shell).append('\n');
    names.add(user.name());
    if (user.uid() != OVERFLOW) {
      lines.append("nobody:x:65534:65534:not mapped:/nonexistent:/usr/sbin/nologin\n");
      names.add("nobody");
    }
    appendOfProfile("passwd", 7, lines, names);
    return lines.toString();
  }

  /**
   * Those that packages have made. Who is there already comes first, so that an id leads to the user, and a name that both have is the
   * user's.
   */
  private void appendOfProfile(String file, int fields, StringBuilder lines, Set<String> names) {
    if (profile.isEmpty()) {
      return;
    }
    String text;
    try {
      text = Files.readString(profile.get().resolve("etc").resolve(file));
    } catch (IOException e) {
      return; // only planned, or of a system without users
    }
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      String line = text.substring(start, end < 0 ? text.length() : end);
      start = end < 0 ? text.length() : end + 1;
      int colon = line.indexOf(':');
      if (colon > 0 && line.split(":", -1).length == fields && names.add(line.substring(0, colon))) {
        lines.append(line).append('\n');
      }
    }
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
    appendOfProfile("group", 4, lines, names);
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
