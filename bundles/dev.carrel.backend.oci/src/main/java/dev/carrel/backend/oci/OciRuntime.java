package dev.carrel.backend.oci;

import dev.carrel.backend.namespace.HostTool;
import dev.carrel.backend.namespace.ToolBackend.ControlGroupsOfTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A runtime of the Open Container Initiative on this host.
 *
 * @param path where it is
 * @param version what it says it is, as its name and a number; empty if it says nothing that looks like that
 */
record OciRuntime(Path path, Optional<String> version) {
  /** Those that are looked for, the quickest first. */
  static final List<String> KNOWN = List.of("crun", "runc");
  /** Those that do everything by their own commands. */
  static final List<String> KNOWN_ALONE = List.of("crun", "runc", "runsc");

  /** Debian has runc here, which is not in the PATH of ordinary users. */
  private static final String ALSO = "/usr/local/sbin:/usr/sbin:/sbin";
  private static final Pattern VERSION = Pattern.compile("^([A-Za-z][\\w.-]*) version:? (\\S*\\d\\S*)");

  /**
   * Looks for one.
   *
   * @param wanted its name, or its absolute path; empty: any that is known
   * @param known the names of those
   * @param path directories with colons between them, as in the variable PATH; null: the usual ones
   */
  static Optional<OciRuntime> find(Optional<String> wanted, List<String> known, String path) {
    for (String name : wanted.isPresent() ? List.of(wanted.get()) : known) {
      Optional<Path> found = name.startsWith("/") ? Optional.of(Path.of(name)).filter(HostTool::isProgram) : HostTool.find(name, path, ALSO);
      if (found.isPresent()) {
        return Optional.of(new OciRuntime(found.get(), HostTool.version(found.get()).flatMap(OciRuntime::named)));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> named(String said) {
    Matcher matcher = VERSION.matcher(said);
    return matcher.find() ? Optional.of(matcher.group(1) + " " + matcher.group(2)) : Optional.empty();
  }

  /** Why containers cannot be made with it, and what to do; empty if nothing speaks against it. */
  Optional<String> obstacle() {
    return hasOwnKernel() ? Optional.of(path + " runs programs on a kernel of its own, which Carrel's first process cannot be on. Name another with "
        + RuntimeChoice.VARIABLE + ", or choose the backend " + RuntimeBackend.NAME) : obstacleAlone();
  }

  /** The same where it executes nothing of Carrel's that needs Linux. */
  Optional<String> obstacleAlone() {
    if (version.isEmpty()) {
      return Optional.of(path + " does not tell its version, so it may be no runtime of the Open Container Initiative. Name another with "
          + RuntimeChoice.VARIABLE);
    }
    if ((is("crun") || is("runc")) && version.get().matches("\\w+ 0\\..*")) {
      return Optional.of(path + " is version " + version.get() + ". Install version 1.0 or newer");
    }
    return Optional.empty();
  }

  private boolean is(String name) {
    return version.isPresent() && version.get().startsWith(name + " ");
  }

  /** Whether it is the kernel of its containers itself. */
  boolean hasOwnKernel() {
    return is("runsc");
  }

  /** Whether what the host mounts later can appear in a container that it makes: others make every mount private. */
  boolean keepsPropagation() {
    return is("runc");
  }

  /** What it is told before its command. */
  List<String> options() {
    return is("crun") ? List.of("--cgroup-manager=disabled") : is("runc") ? List.of("--rootless=true") : List.of();
  }

  /** What it is told before its command where it does everything. */
  List<String> optionsAlone() {
    return hasOwnKernel() ? List.of("--network=none", "--ignore-cgroups", "--oci-seccomp") : options();
  }

  /** What it is told with its command create. */
  List<String> createOptions() {
    return is("crun") || is("runc") ? List.of("--no-new-keyring") : List.of();
  }

  /** The same where it is the runtime that gives the container a keyring of its own. */
  List<String> createOptionsAlone(boolean sharesKeyring) {
    return sharesKeyring ? createOptions() : List.of();
  }

  /**
   * How it is kept from making control groups beside Carrel's. crun makes none when it is told so, but gives up where it sees controllers in
   * both versions; runc takes it if it cannot make any.
   */
  ControlGroupsOfTool controlGroups(boolean hybridHost) {
    return is("runc") ? ControlGroupsOfTool.READ_ONLY
        : is("crun") && hybridHost ? ControlGroupsOfTool.HIDDEN : ControlGroupsOfTool.AS_THEY_ARE;
  }
}
