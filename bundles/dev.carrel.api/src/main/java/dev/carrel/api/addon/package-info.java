/** Bundles of others, which Carrel keeps and starts with its own. */
@Export
@Version("1.0.0")
package dev.carrel.api.addon;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
