package dev.carrel.environment;

import dev.carrel.api.environment.WorkplaceRequest.Software;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mapping;
import dev.carrel.api.mount.Mount;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the programs inside come from, as mounts. */
final class SoftwareTree {
  private static final Path ROOT = Path.of("/");
  private static final int DIRECTORY_MODE = 0755;
  private static final Path USR = Path.of("/usr");
  /** Every profile has these; see Store.union. */
  static final String[] PROFILE_DIRECTORIES = {"usr", "etc", "var", "opt", "srv"};
  private static final String[] MERGED = {"bin", "sbin", "lib", "lib64", "lib32", "libx32"};
  /** Those that every system has; the others only if there is something in them. */
  private static final int ALWAYS_MERGED = 4;
  /**
   * What programs of the host need of its /etc to load and to trust: nothing about users or services, and nothing
   * secret, as root inside may read what root may (ssl/private, pki/tls/private).
   */
  private static final String[] HOST_SETTINGS = {"alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "ssl/certs",
      "ssl/openssl.cnf", "ca-certificates", "ca-certificates.conf", "pki/ca-trust", "pki/tls/certs", "pki/tls/openssl.cnf",
      "crypto-policies", "localtime", "java-17-openjdk", "java-21-openjdk", "java-25-openjdk", "fonts", "terminfo"};

  private final Software software;
  private final Provision provision;
  private final List<Path> targets;

  /**
   * The tree of some software.
   *
   * @param targets where the user puts something inside
   */
  SoftwareTree(Software software, Provision provision, List<Path> targets) {
    this.software = software;
    this.provision = provision;
    this.targets = targets;
  }

  List<Mount> mounts() {
    List<Mount> mounts = new ArrayList<>(20);
    if (provision.profile().isPresent()) {
      profile(provision.profile().get(), mounts);
    } else if (software instanceof Software.HostSystem && !bringsItsOwnSystem()) {
      host(mounts);
    }
    if (provision.elsewhere().isPresent()) {
      ElsewhereTree.add(provision.elsewhere().get(), provision.profile().isPresent(), mounts);
    }
    return mounts;
  }

  private void profile(Path profile, List<Mount> mounts) {
    for (String name : PROFILE_DIRECTORIES) {
      Path source = profile.resolve(name);
      boolean planned = !Files.isDirectory(source);
      // Of a profile that is only planned no more is known than that packages have nothing in these two.
      if (!(planned && (name.equals("opt") || name.equals("srv")) && !wantedBelow(ROOT.resolve(name)).isEmpty())) {
        place(source, ROOT.resolve(name), mounts);
      }
    }
    merge(profile, mounts);
  }

  /** The links to what a profile has below usr. */
  static void merge(Path profile, List<Mount> mounts) {
    for (int i = 0; i < MERGED.length; i++) {
      if (i < ALWAYS_MERGED || Files.isDirectory(profile.resolve("usr").resolve(MERGED[i]))) {
        mounts.add(new Mount.Symlink(ROOT.resolve(MERGED[i]), "usr/" + MERGED[i]));
      }
    }
  }

  /** A relative path of a profile, in which a merged directory is below usr. */
  static Path merged(Path path) {
    for (String name : MERGED) {
      if (path.startsWith(name)) {
        return Path.of("usr").resolve(path);
      }
    }
    return path;
  }

  /** Whether a relative path is one of what a container has of a profile. */
  static boolean isOfProfile(Path path) {
    for (String name : PROFILE_DIRECTORIES) {
      if (path.startsWith(name)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Puts a directory in its place: as one bind, or, if the user wants something at a place in it that it does not have, such
   * as /var/www, as a directory of the container's own with all that is in it put there one by one. In a read-only tree no
   * place could be made.
   */
  private void place(Path source, Path target, List<Mount> mounts) {
    List<Path> wanted = wantedBelow(target);
    boolean missing = false;
    for (Path one : wanted) {
      missing |= isMissing(source, target.relativize(one));
    }
    List<Mount> opened = new ArrayList<>();
    if (missing && open(source, target, opened)) {
      mounts.addAll(opened);
    } else {
      mounts.add(bind(source, target, Mapping.Kind.DIRECTORY));
    }
  }

  private List<Path> wantedBelow(Path target) {
    List<Path> below = new ArrayList<>();
    for (Path wanted : targets) {
      if (wanted.startsWith(target) && !wanted.equals(target)) {
        below.add(wanted);
      }
    }
    return below;
  }

  /** Where a path goes through a link is seen when it is mounted. */
  private static boolean isMissing(Path directory, Path relative) {
    Path step = directory;
    for (Path name : relative) {
      step = step.resolve(name);
      if (Files.isSymbolicLink(step)) {
        return false;
      }
      if (!Files.exists(step, LinkOption.NOFOLLOW_LINKS)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the directory can be read; mounting it whole will say what is wrong if not. */
  private boolean open(Path source, Path target, List<Mount> mounts) {
    mounts.add(new Mount.Directory(target, DIRECTORY_MODE));
    try (DirectoryStream<Path> content = Files.newDirectoryStream(source)) {
      for (Path entry : content) {
        Path place = target.resolve(entry.getFileName().toString());
        if (Files.isSymbolicLink(entry)) {
          mounts.add(new Mount.Symlink(place, Files.readSymbolicLink(entry).toString()));
        } else if (Files.isDirectory(entry)) {
          place(entry, place, mounts);
        } else {
          mounts.add(bind(entry, place, Mapping.Kind.FILE));
        }
      }
      return true;
    } catch (IOException | DirectoryIteratorException e) {
      return false;
    }
  }

  private boolean bringsItsOwnSystem() {
    return targets.contains(ROOT) || targets.contains(USR);
  }

  private void host(List<Mount> mounts) {
    place(USR, USR, mounts);
    for (String name : MERGED) {
      Path path = ROOT.resolve(name);
      Path real = real(path);
      if (!real.equals(path) && real.startsWith(USR)) {
        mounts.add(new Mount.Symlink(path, ROOT.relativize(real).toString()));
      } else if (Files.isDirectory(real)) {
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

  /** The shell there is: bash for the sake of who types, or what every system has. */
  String shell() {
    boolean bash;
    if (targets.contains(ROOT) || targets.contains(USR)) {
      bash = false; // what the user mapped there need not have it
    } else if (provision.profile().isPresent()) {
      Path usr = provision.profile().get().resolve("usr");
      bash = Files.exists(usr.resolve("bin/bash")) || !Files.isDirectory(usr); // in a plan it is not there yet
    } else {
      bash = software instanceof Software.HostSystem && Files.exists(Path.of("/usr/bin/bash"));
    }
    return bash ? "/bin/bash" : "/bin/sh";
  }

  /** A read-only bind of what a path really is. */
  static Mount.Bind bind(Path source, Path target, Mapping.Kind kind) {
    return new Mount.Bind(real(source), target, Access.EXPOSE, kind, false);
  }

  /** What a path really is; itself, if that cannot be told: a profile that is only planned is not there yet. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path;
    }
  }
}
