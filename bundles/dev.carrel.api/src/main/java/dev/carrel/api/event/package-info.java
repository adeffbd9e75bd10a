/** What becomes of containers, of the store and of Carrel's own parts, told to whoever listens in the process that does it. */
@Export
@Version("1.1.0")
package dev.carrel.api.event;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
