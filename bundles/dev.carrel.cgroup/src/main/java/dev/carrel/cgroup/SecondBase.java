package dev.carrel.cgroup;

import dev.carrel.api.CarrelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The group of version 2 below which containers have theirs. A group whose controllers are enabled for those below it may have no processes of its
 * own, except the root of all: so this process goes aside first, into a group beside that.
 */
final class SecondBase {
  private static final String NAME = "carrel";

  /** How often what another process disables just now, as it has taken the last group away, is enabled again. */
  private static final int TRIES = 100;

  private final OwnGroup own;
  private final boolean root;
  private final Scopes scopes;
  private Optional<Path> base = Optional.empty();

  SecondBase(OwnGroup own, boolean root, Scopes scopes) {
    this.own = own;
    this.root = root;
    this.scopes = scopes;
  }

  private boolean atTop() {
    return root && own.seesRoot();
  }

  /** Whether this user can have groups. */
  boolean isUsable() {
    return atTop() ? Files.isWritable(own.mount()) : OwnGroup.isDelegated(divided()) || !root && scopes.unavailable().isEmpty()
        || root && Files.isWritable(own.directory().resolve("cgroup.procs"));
  }

  /** Why not. */
  String reason() {
    return root ? "the control groups at " + own.mount() + " are read-only here, as in a container: limit that from outside"
        : "no control group is delegated to you, and systemd cannot be asked for one: " + scopes.unavailable().orElse("it is not there")
            + ". Log in as a user of systemd, or start Carrel with systemd-run --user --scope -p Delegate=yes";
  }

  /** Where this process is, or was before it went aside. */
  private Path divided() {
    Path directory = own.directory();
    return directory.endsWith(OwnGroup.ASIDE) ? directory.getParent() : directory;
  }

  /** Those that groups below can have; for who is not where they are yet, those that would be there. */
  Set<Controller> controllers() {
    if (!isUsable()) {
      return Set.of();
    }
    Path around = atTop() ? own.mount() : root || OwnGroup.isDelegated(divided()) ? divided() : scopes.around(own.mount());
    return Bases.listed(around.resolve("cgroup.controllers"));
  }

  /** The base, if it was asked for before, or can be told without making anything. */
  synchronized Optional<Path> known() {
    return base.isPresent() ? base : atTop() ? Optional.of(own.mount().resolve(NAME))
        : OwnGroup.isDelegated(divided()) ? Optional.of(divided().resolve(NAME)) : Optional.empty();
  }

  /**
   * The base.
   *
   * @param make whether it may be made, and this process moved; else it is where it would be
   */
  synchronized Path base(boolean make) {
    if (base.isEmpty()) {
      Path place = atTop() ? own.mount() : make ? entered() : divided();
      if (!make) {
        return place.resolve(NAME);
      }
      base = Optional.of(place.resolve(NAME));
    }
    return base.get();
  }

  /** The group that this process has left for one inside, so that it can be divided. */
  private Path entered() {
    Path place = divided();
    try {
      if (!root && !OwnGroup.isDelegated(place) || !aside(place)) {
        if (root) {
          throw new IOException("other processes are in it, too");
        }
        scopes.enter(own);
        place = divided();
        if (!aside(place)) {
          throw new IOException("other processes are in it, too");
        }
      }
      return place;
    } catch (IOException e) {
      throw CarrelException.failed("cannot make control groups below " + place + ": " + e.getMessage()
          + ". Start Carrel with systemd-run " + (root ? "" : "--user ") + "--scope -p Delegate=yes", e);
    }
  }

  /** Whether nobody is in it any more. Where others are, too, nothing is changed. */
  private boolean aside(Path place) throws IOException {
    Path inner = place.resolve(OwnGroup.ASIDE);
    String self = Long.toString(ProcessHandle.current().pid());
    String inside = KernelFile.read(place.resolve("cgroup.procs")).orElse("");
    if (inside.equals(self)) {
      inner.toFile().mkdir();
      KernelFile.write(inner.resolve("cgroup.procs"), self);
    }
    return inside.isEmpty() || inside.equals(self);
  }

  /** Has the base there. */
  void makeBase() throws IOException {
    Path directory = base(true);
    if (!directory.toFile().mkdir() && !Files.isDirectory(directory)) {
      throw new IOException(directory + " cannot be made");
    }
  }

  /** Groups below the base, of which there has to be one, have these from now on. */
  void enable(Set<Controller> controllers) {
    enableBelow(base(true), controllers);
  }

  /** The same of any base. Once it hands them on, nobody can disable them around it. */
  void enableBelow(Path directory, Set<Controller> controllers) {
    Path around = directory.getParent();
    for (int i = 1;; i++) {
      try {
        if (atTop()) {
          new Borrowed(around, directory).enable(controllers);
        } else {
          enable(around, controllers);
        }
        enable(directory, controllers);
        return;
      } catch (CarrelException e) {
        if (i == TRIES || e.getCause() instanceof IOException refused && KernelFile.isFinal(refused)) {
          throw e;
        }
      }
    }
  }

  /** Takes the base away if it is empty: another start makes it again. */
  void removeEmpty() {
    if (known().isPresent() && atTop()) {
      new Borrowed(known().get().getParent(), known().get()).giveBack();
    } else if (known().isPresent()) {
      known().get().toFile().delete();
    }
  }

  private static void enable(Path directory, Set<Controller> controllers) {
    Set<Controller> missing = EnumSet.noneOf(Controller.class);
    missing.addAll(controllers);
    missing.removeAll(Bases.listed(directory.resolve("cgroup.subtree_control")));
    write(directory, missing);
  }

  /** @throws CarrelException if the kernel refuses one, naming it */
  static void write(Path directory, Set<Controller> controllers) {
    Path file = directory.resolve("cgroup.subtree_control");
    for (Controller controller : controllers) {
      try {
        KernelFile.write(file, "+" + controller.second().orElseThrow());
      } catch (IOException e) {
        throw CarrelException.failed("cannot limit what a container consumes by the controller " + controller + ": the kernel does not enable it in "
            + file + ": " + e.getMessage() + (String.valueOf(e.getMessage()).contains("busy")
            ? ". Processes are in that group itself: start Carrel with systemd-run --scope -p Delegate=yes" : ""), e);
      }
    }
  }
}
