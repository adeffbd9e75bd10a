package dev.carrel.environment;

import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the programs inside come from, as mounts. */
final class SoftwareTree {
  private static final Path ROOT = Path.of("/");
  private static final Path USR = Path.of("/usr");
  /** Every profile has these; see Store.union. */
  private static final String[] PROFILE_DIRECTORIES = {"usr", "etc", "var", "opt", "srv"};
  private static final String[] MERGED = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
  /** What programs of the host need of its /etc to load and to trust: nothing about users or services. */
  private static final String[] HOST_SETTINGS = {"alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ssl",
      "ca-certificates", "ca-certificates.conf", "pki", "localtime", "java-17-openjdk", "java-21-openjdk", "fonts", "terminfo"};

  private final Software software;
  private final Provision provision;
  private final List<Mapping> mappings;

  SoftwareTree(Software software, Provision provision, List<Mapping> mappings) {
    this.software = software;
    this.provision = provision;
    this.mappings = mappings;
  }

  List<Mount> mounts() {
    List<Mount> mounts = new ArrayList<>(20);
    if (provision.profile().isPresent()) {
      profile(provision.profile().get(), mounts);
    } else if (software instanceof Software.HostSystem && !bringsItsOwnSystem()) {
      host(mounts);
    }
    return mounts;
  }

  private static void profile(Path profile, List<Mount> mounts) {
    for (String name : PROFILE_DIRECTORIES) {
      mounts.add(bind(profile.resolve(name), ROOT.resolve(name), Mapping.Kind.DIRECTORY));
    }
    for (String name : MERGED) {
      boolean always = name.equals("bin") || name.equals("sbin") || name.equals("lib") || name.equals("lib64");
      if (always || Files.isDirectory(profile.resolve("usr").resolve(name))) {
        mounts.add(new Mount.Symlink(ROOT.resolve(name), "usr/" + name));
      }
    }
  }

  private boolean bringsItsOwnSystem() {
    for (Mapping mapping : mappings) {
      if (mapping.target().equals(ROOT) || mapping.target().equals(USR)) {
        return true;
      }
    }
    return false;
  }

  private static void host(List<Mount> mounts) {
    mounts.add(bind(USR, USR, Mapping.Kind.DIRECTORY));
    for (String name : MERGED) {
      Path path = ROOT.resolve(name);
      if (Files.isSymbolicLink(path)) {
        mounts.add(new Mount.Symlink(path, "usr/" + name));
      } else if (Files.isDirectory(path)) {
        mounts.add(bind(path, path, Mapping.Kind.DIRECTORY));
      }
    }
    for (String name : HOST_SETTINGS) {
      Path path = Path.of("/etc", name);
      if (Files.exists(path)) {
        mounts.add(bind(path, path, Files.isDirectory(path) ? Mapping.Kind.DIRECTORY : Mapping.Kind.FILE));
      }
    }
  }

  /** A read-only bind of what a path really is. */
  static Mount.Bind bind(Path source, Path target, Mapping.Kind kind) {
    Path real = source;
    try {
      real = source.toRealPath();
    } catch (IOException e) {
      // A profile that is only planned is not there yet.
    }
    return new Mount.Bind(real, target, Access.EXPOSE, kind, false);
  }
}
