package dev.carrel.api.isolation;

/** What a backend may or may not be able to do. */
public enum Feature {
  /** A terminal of the container's own. */
  TERMINAL,
  /** Runs for users without privileges. */
  UNPRIVILEGED,
  /** Shares the network of the host. */
  HOST_NETWORK,
  /** Waits for a {@link dev.carrel.api.network.NetworkProvider} before it executes the program. */
  NETWORK_ATTACHMENT,
  /** Gives a container more ids than one user and one group. */
  ID_RANGES,
  /** The program of a container can be executed later than everything else is made. */
  HELD_START,
  /** The program can be PID 1 itself. */
  PROGRAM_FIRST,
  /** Its processes are in control groups of their own from the first on. */
  LIMITS,
  /** Its own control groups are a file system inside, which it may change. */
  CONTROL_GROUPS,
  /** Nothing mounted read-only can be made writable inside, not even with every capability. */
  LOCKED_MOUNTS,
  /** The container dies with the JVM that started it, however that ends. */
  DIES_WITH_PARENT,
  /** A container can outlive the JVM that started it; its output and its end are kept. */
  DETACHED,
  /** Shares users, files or processes with the host: a container without a user, mount or pid namespace of its own. */
  SHARED_NAMESPACES,
  /** Shares other namespaces with other containers. */
  JOINED_NAMESPACES,
  /** Has clocks of its own: a time namespace. */
  OWN_CLOCKS,
  /** Sets settings of the kernel in namespaces of the container's own. */
  KERNEL_SETTINGS,
  /** A tree of the host can be mounted with flags, access times and a propagation of its own, or only if it is a certain file. */
  MOUNT_OPTIONS,
  /** Mounts directories of the host so that what is written to them is kept elsewhere. */
  OVERLAYS,
  /** Trees of the host are mounted in a container that runs. */
  LATER_MOUNTS,
  /** Covers paths in the end, and makes others read-only. */
  PROTECTED_PATHS,
  /** Leaves the files of /proc and /sys that tell of the kernel as they are on the host. */
  OPEN_KERNEL_FILES,
  /** Setuid files can take effect. */
  NEW_PRIVILEGES,
  /** The program can keep capabilities over its own files and processes. */
  CAPABILITIES,
  /** The program can keep capabilities over its network, its mounts and its other namespaces. */
  NAMESPACE_CAPABILITIES
}
