/** The front door: describe a container, start it, follow its life. */
@Export
@Version("1.0.0")
package dev.carrel.api.container;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
