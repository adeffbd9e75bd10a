package dev.carrel.linux.seccomp;

import org.osgi.annotation.versioning.ProviderType;

/** Makes the kernel's form of a filter of system calls. */
@ProviderType
public interface FilterCompiler {
  /**
   * The instructions of a filter, as seccomp(2) takes them: 8 bytes each. A rule that permits a call which is not known here
   * is left out, which makes the filter stricter.
   *
   * @throws dev.carrel.api.CarrelException if a rule is about a call that is not known here and does not permit it, if the
   *     rules contradict each other, or if this host has no libseccomp
   */
  byte[] compile(FilterPolicy policy);
}
