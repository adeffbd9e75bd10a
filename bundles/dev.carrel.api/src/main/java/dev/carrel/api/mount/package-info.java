/** How a container's root file system is put together. */
@Export
@Version("1.0.0")
package dev.carrel.api.mount;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
