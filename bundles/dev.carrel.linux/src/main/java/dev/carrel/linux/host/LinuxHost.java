package dev.carrel.linux.host;

import com.sun.jna.Pointer;
import dev.carrel.api.host.Account;
import dev.carrel.api.host.Group;
import dev.carrel.api.host.Host;
import dev.carrel.api.host.SubordinateIds;
import dev.carrel.linux.crypto.Hashes;
import dev.carrel.linux.libc.LibC;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Asks the C library, and so every name service the host is set up with. */
@Component
public final class LinuxHost implements Host {
  // struct passwd on 64-bit Linux: name, passwd, uid, gid, gecos, dir, shell; struct group: name, passwd, gid, members
  private static final int NAME = 0;
  private static final int UID = 16;
  private static final int GECOS = 24;
  private static final int HOME = 32;
  private static final int SHELL = 40;

  private static final String EFFECTIVE = "CapEff:\t";
  private static final int CAP_SYS_ADMIN = 21;

  private final Hashes hashes = new Hashes();
  private Account account;
  private Boolean administers;

  @Activate
  public LinuxHost() {}

  @Override
  public synchronized Account account() {
    if (account == null) {
      account = lookUp(LibC.getuid(), LibC.getgid());
    }
    return account;
  }

  private static Account lookUp(int uid, int gid) {
    Pointer entry = LibC.getpwuid(uid);
    long user = Integer.toUnsignedLong(uid);
    long group = Integer.toUnsignedLong(gid);
    if (entry != null && entry.getInt(UID) == uid) {
      return new Account(string(entry, NAME), user, group, string(entry, GECOS), absolute(string(entry, HOME)),
          string(entry, SHELL));
    }
    return new Account(unknown(environment("USER", "")), user, group, "", absolute(environment("HOME", "/")), "/bin/sh");
  }

  /** What somebody is called whom the name service does not know: by what the environment says, if it can be a name and is nobody else's. */
  private static String unknown(String name) {
    boolean taken = name.equals("root") || name.equals("nobody");
    return name.matches("[A-Za-z_][A-Za-z0-9_.-]{0,31}") && !taken ? name : "user";
  }

  private static Path absolute(String path) {
    Path home = Path.of(path);
    return home.isAbsolute() ? home.normalize() : Path.of("/");
  }

  private static String environment(String name, String otherwise) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() || value.contains(":") || value.contains("\n") ? otherwise : value;
  }

  private static String string(Pointer structure, int offset) {
    Pointer value = structure.getPointer(offset);
    return value == null ? "" : value.getString(0);
  }

  @Override
  public synchronized List<Group> groups() {
    int[] ids = new int[Math.max(LibC.getgroups(0, new int[0]), 0)];
    int count = ids.length == 0 ? 0 : LibC.getgroups(ids.length, ids);
    int own = LibC.getgid();
    List<Group> groups = new ArrayList<>(count + 1);
    groups.add(group(own));
    for (int i = 0; i < count; i++) {
      if (ids[i] != own) {
        groups.add(group(ids[i]));
      }
    }
    return groups;
  }

  private static Group group(int gid) {
    Pointer entry = LibC.getgrgid(gid);
    long id = Integer.toUnsignedLong(gid);
    return new Group(entry == null ? "group" + id : string(entry, NAME), id);
  }

  @Override
  public synchronized boolean administers() {
    if (administers == null) {
      administers = account().uid() == 0 && (effectiveCapabilities() >> CAP_SYS_ADMIN & 1) != 0;
    }
    return administers;
  }

  private static long effectiveCapabilities() {
    try (InputStream in = new FileInputStream("/proc/self/status")) {
      String status = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      int line = status.indexOf(EFFECTIVE) + EFFECTIVE.length();
      return Long.parseUnsignedLong(status.substring(line, line + 16), 16);
    } catch (IOException e) {
      return 0; // without /proc nothing will start anyway, and says so better
    }
  }

  @Override
  public SubordinateIds subordinateIds() {
    Path users = Path.of("/etc/subuid");
    Path groups = Path.of("/etc/subgid");
    if (account().uid() == 0) {
      return administers() ? new SubordinateIds(SubordinateIdFiles.ofRoot(users, Path.of("/proc/self/uid_map")),
          SubordinateIdFiles.ofRoot(groups, Path.of("/proc/self/gid_map")))
          : new SubordinateIds(List.of(), List.of());
    }
    String uid = Long.toString(account().uid());
    return new SubordinateIds(
        SubordinateIdFiles.read(users, account().name(), uid), SubordinateIdFiles.read(groups, account().name(), uid));
  }

  @Override
  public void sync(Path anyFileOfIt) throws IOException {
    int descriptor = LibC.open(anyFileOfIt.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC, 0);
    if (descriptor < 0) {
      throw new IOException("cannot open " + anyFileOfIt + ": " + LibC.lastError());
    }
    try {
      if (LibC.syncfs(descriptor) < 0) {
        throw new IOException("cannot write the file system of " + anyFileOfIt + " to its device: " + LibC.lastError());
      }
    } finally {
      LibC.close(descriptor);
    }
  }

  @Override
  public MessageDigest sha256() {
    return hashes.sha256().orElseGet(Host.super::sha256);
  }
}
