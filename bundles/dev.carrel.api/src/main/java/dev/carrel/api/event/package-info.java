/** What becomes of containers, told to whoever listens in the process that starts them. */
@Export
@Version("1.0.0")
package dev.carrel.api.event;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
