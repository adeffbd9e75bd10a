/** Software on disk: items, closures, profiles, and where packages come from. */
@Export
@Version("1.2.0")
package dev.carrel.api.store;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
