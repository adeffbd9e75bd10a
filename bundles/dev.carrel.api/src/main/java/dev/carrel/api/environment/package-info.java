/** From packages or directories to a place to work. */
@Export
@Version("1.0.0")
package dev.carrel.api.environment;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
