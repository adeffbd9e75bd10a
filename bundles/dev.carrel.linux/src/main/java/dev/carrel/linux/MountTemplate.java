package dev.carrel.linux;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A process that has built mounts once, in a mount namespace of its own, and clones containers that copy them. That is much
 * quicker than building them each time. It ends with this JVM.
 */
@ProviderType
public interface MountTemplate extends AutoCloseable {
  /**
   * Whether building it now would come to the same: nothing was mounted or unmounted on the host since, and each source
   * is still the same file.
   */
  boolean isCurrent();

  /** Lets go of it. Containers that copied it go on. Twice is once. */
  @Override
  void close();
}
