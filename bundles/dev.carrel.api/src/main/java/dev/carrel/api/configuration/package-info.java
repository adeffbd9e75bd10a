/** What can be configured, and what it is set to. */
@Export
@Version("1.0.0")
package dev.carrel.api.configuration;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
