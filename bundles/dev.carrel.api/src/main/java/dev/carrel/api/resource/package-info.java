/** What a container may consume, what it does consume, and the SPI of who sees to it. */
@Export
@Version("1.0.0")
package dev.carrel.api.resource;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
