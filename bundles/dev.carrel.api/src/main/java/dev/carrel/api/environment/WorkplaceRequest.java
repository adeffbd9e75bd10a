package dev.carrel.api.environment;

import dev.carrel.api.container.GuestUser;
import dev.carrel.api.container.Join;
import dev.carrel.api.container.Life;
import dev.carrel.api.container.Namespace;
import dev.carrel.api.container.ProcessTraits;
import dev.carrel.api.container.Security;
import dev.carrel.api.container.Stdio;
import dev.carrel.api.host.IdRange;
import dev.carrel.api.network.NetworkSpec;
import dev.carrel.api.mount.Access;
import dev.carrel.api.mount.Mount;
import dev.carrel.api.mount.PathProtection;
import dev.carrel.api.mount.TreeOptions;
import dev.carrel.api.store.PackageRequest;
import dev.carrel.api.store.ProfileName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The place to work that somebody wants.
 *
 * @param software where the programs inside come from
 * @param command the program and its arguments; empty: an interactive shell
 * @param directory the directory it was asked from, on the host, as getcwd(3) tells it: without symbolic links
 * @param shareDirectory whether that directory is shared and is where the program starts
 * @param mappings what else is to be seen inside
 * @param mounts what else is to be made inside: in memory, files, links, overlays, whose directories are taken from {@code directory}
 * @param protection what is covered inside or made read-only
 * @param preserve variables of {@code hostEnvironment} in whose names one of these is found are kept, as in Guix
 * @param variables what is changed about the variables inside in the end, in this order
 * @param user another name for the user inside, with uid and gid 1000
 * @param namespaces those of its own; without MOUNT it sees the host's files
 * @param joins namespaces of other processes that it shares
 * @param ids uid and gid inside, instead of the caller's
 * @param range which other ids exist inside
 * @param security how closely its programs are confined
 * @param life how long it lives, and who can know of it
 * @param sysctls settings of the kernel in its namespaces
 * @param traits what else the program is given
 * @param root a symbolic link to the profile that is made and keeps it from collection
 * @param links symbolic links inside to what is in the profile
 */
public record WorkplaceRequest(
    Software software,
    List<String> command,
    Path directory,
    boolean shareDirectory,
    List<MappingRequest> mappings,
    List<Mount> mounts,
    PathProtection protection,
    Map<String, String> hostEnvironment,
    List<Pattern> preserve,
    List<VariableChange> variables,
    Optional<String> user,
    Optional<GuestUser> ids,
    GuestRange range,
    NetworkSpec network,
    Set<Namespace> namespaces,
    List<Join> joins,
    Optional<Duration> clockOffset,
    boolean writableRoot,
    Optional<String> hostname,
    Map<String, String> sysctls,
    Optional<Path> root,
    ProfileLinks links,
    Optional<String> backend,
    Security security,
    Life life,
    ProcessTraits traits,
    Stdio stdio) {

  /** Where the programs inside come from. */
  public sealed interface Software {
    /**
     * Packages.
     *
     * @param source name of the package source or store for those that do not name theirs; empty: the best package source there is
     * @param refresh whether the lists of packages are fetched anew first
     * @param build whether the package manager of a store of the host is asked to build or fetch what is not there
     * @param scripts how they are configured
     */
    record Packages(List<PackageRequest> packages, Optional<String> source, boolean refresh, boolean build, Scripts scripts) implements Software {
      public Packages {
        packages = List.copyOf(packages);
        Objects.requireNonNull(scripts);
      }

      /** Configured as usual. */
      public Packages(List<PackageRequest> packages, Optional<String> source, boolean refresh, boolean build) {
        this(packages, source, refresh, build, Scripts.standard());
      }

      /** From what is there, or a package source fetches. */
      public Packages(List<PackageRequest> packages, Optional<String> source, boolean refresh) {
        this(packages, source, refresh, false);
      }
    }

    /**
     * Packages exactly as a lock says.
     *
     * @param wanted what the lock has to be for
     * @param archives addresses of archives that have what is gone from where it was when it was locked
     */
    record Locked(Packages wanted, WrittenLock lock, List<String> archives) implements Software {
      public Locked {
        Objects.requireNonNull(wanted);
        Objects.requireNonNull(lock);
        archives = List.copyOf(archives);
      }
    }

    /** A profile that exists: a store item, or a symbolic link to one. */
    record ExistingProfile(Path profile) implements Software {}

    /** Where a profile with generations is now. */
    record NamedProfile(ProfileName profile) implements Software {}

    /** The host's own programs: /usr and what belongs to it, read-only. */
    record HostSystem() implements Software {}

    /** Nothing but the mappings. */
    record MappingsOnly() implements Software {}
  }

  /**
   * How the scripts of packages are run that configure them.
   *
   * @param use which of them
   * @param limit how long one may take
   */
  public record Scripts(Use use, Duration limit) {
    /** Long enough for what compiles or indexes something. */
    private static final Duration USUAL = Duration.ofMinutes(5);

    /** Which are run. */
    public enum Use {
      /** All; if one fails, there is no workplace. */
      ALL,
      /** All but those that fail, which is told in the workplace's notes. */
      SKIP_FAILED,
      /** None: packages are as they are unpacked. */
      NONE
    }

    public Scripts {
      Objects.requireNonNull(use);
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("the time for a script is longer than nothing");
      }
    }

    /** All of them, five minutes each. */
    public static Scripts standard() {
      return new Scripts(Use.ALL, USUAL);
    }
  }

  /** A change of the environment. */
  public sealed interface VariableChange {
    /** Makes the change. */
    void applyTo(Map<String, String> variables);

    /** Gives a variable its value. */
    record Set(String name, String value) implements VariableChange {
      @Override
      public void applyTo(Map<String, String> variables) {
        variables.put(name, value);
      }
    }

    /** Takes a variable away, if it is there. */
    record Unset(String name) implements VariableChange {
      @Override
      public void applyTo(Map<String, String> variables) {
        variables.remove(name);
      }
    }

    /** Takes all away. */
    record Clear() implements VariableChange {
      @Override
      public void applyTo(Map<String, String> variables) {
        variables.clear();
      }
    }
  }

  /** Which ids exist inside. */
  public sealed interface GuestRange {
    /** Those of a system, from a range that is not root's, where root starts it; else the program's alone. */
    record Standard() implements GuestRange {}

    /** So many, from 0 on, at most 4294967294; 1: the program's own alone, which is the caller on the host. */
    record Count(long count) implements GuestRange {
      public Count {
        if (count < 1 || count > 0xFFFF_FFFEL) {
          throw new IllegalArgumentException("the number of ids is 1 to 4294967294");
        }
      }
    }

    /** As many as there are for the caller, up to 65536. */
    record Available() implements GuestRange {}

    /** These ids of the host, from 0 on inside. */
    record Given(IdRange ids) implements GuestRange {}
  }

  /**
   * Symbolic links inside to what is in the profile of the packages.
   *
   * @param home whether {@value #HOME} in the home directory is one to the profile itself, which is the environment's name then
   * @param targets what is in the profile, relative to it, by the links' absolute paths; what is not there is refused
   */
  public record ProfileLinks(boolean home, Map<Path, Path> targets) {
    /** What the link in the home directory is called. */
    public static final String HOME = ".carrel-profile";

    public ProfileLinks {
      targets = Map.copyOf(targets);
    }

    /** No links. */
    public static ProfileLinks none() {
      return new ProfileLinks(false, Map.of());
    }

    /** Whether there is none. */
    public boolean isEmpty() {
      return !home && targets.isEmpty();
    }
  }

  /**
   * A mapping as the user wrote it.
   *
   * @param source on the host; a relative one is taken from {@link #directory()}; {@code /dev/fd/N}: what a descriptor of this JVM leads to
   * @param target inside; empty: as the source
   * @param optional whether it is left out if there is no such source
   * @param options how it is mounted
   */
  public record MappingRequest(Path source, Optional<Path> target, Access access, boolean optional, TreeOptions options) {
    public MappingRequest {
      Objects.requireNonNull(options);
    }

    /** Of something that has to be there. */
    public MappingRequest(Path source, Optional<Path> target, Access access) {
      this(source, target, access, false, TreeOptions.standard());
    }
  }

  public WorkplaceRequest {
    Objects.requireNonNull(software);
    command = List.copyOf(command);
    Objects.requireNonNull(directory);
    mappings = List.copyOf(mappings);
    mounts = List.copyOf(mounts);
    Objects.requireNonNull(protection);
    hostEnvironment = Map.copyOf(hostEnvironment);
    preserve = List.copyOf(preserve);
    variables = List.copyOf(variables);
    sysctls = Map.copyOf(sysctls);
    Objects.requireNonNull(traits);
    Objects.requireNonNull(links);
    Objects.requireNonNull(range);
    Objects.requireNonNull(network);
    namespaces = Set.copyOf(namespaces);
    joins = List.copyOf(joins);
    Objects.requireNonNull(security);
    Objects.requireNonNull(life);
    Objects.requireNonNull(stdio);
  }
}
