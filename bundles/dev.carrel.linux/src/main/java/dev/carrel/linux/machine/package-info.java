/**
 * The system-call machine: programs made of system calls, and the 95 bytes of machine code that run them.
 *
 * <p>What has to happen between clone(2) and execve(2) cannot be Java: a JVM cannot unshare its user namespace, nor run
 * on after a fork. So it is data, computed here as a {@link dev.carrel.linux.machine.Program}, linked with a tiny
 * interpreter into a static ELF file, and executed from a sealed memfd.
 */
@Export
@Version("1.0.0")
package dev.carrel.linux.machine;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
