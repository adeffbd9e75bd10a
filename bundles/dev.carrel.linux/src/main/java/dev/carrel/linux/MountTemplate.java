package dev.carrel.linux;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A mount namespace (and the user namespace it belongs to) that was built once and is kept by its descriptors, without
 * any process. A start that joins it copies it, which is much quicker than building it.
 */
@ProviderType
public interface MountTemplate extends AutoCloseable {
  /** The descriptor under which a program finds the mount namespace. */
  int MOUNT_NAMESPACE = 5;

  /** The descriptor under which a program finds the user namespace the template belongs to. */
  int USER_NAMESPACE = 6;

  /**
   * Whether building it now would come to the same: nothing was mounted or unmounted on the host since, and each source
   * is still the same file.
   */
  boolean isCurrent();

  /** Lets go of it. Containers that copied it go on. Twice is once. */
  @Override
  void close();
}
