package dev.carrel.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Who gives a process without privileges a control group to divide. */
interface Scopes {
  /** Why it cannot be asked; empty if it can. */
  Optional<String> unavailable();

  /** The group whose controllers such a group would have. */
  Path around(Path mount);

  /**
   * Puts this process into such a group.
   *
   * @throws IOException if it is not given one
   */
  void enter(OwnGroup own) throws IOException;
}
