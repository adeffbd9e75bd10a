/** Filters of system calls: what they should do, and libseccomp, which compiles them. */
@Export
@Version("1.0.0")
package dev.carrel.linux.seccomp;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
