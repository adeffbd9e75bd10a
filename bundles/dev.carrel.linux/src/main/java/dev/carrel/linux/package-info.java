/** Starting compiled programs as processes, with descriptors, exit status and terminal. */
@Export
@Version("1.0.0")
package dev.carrel.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
