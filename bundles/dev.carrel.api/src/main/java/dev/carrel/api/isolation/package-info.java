/** SPI of what turns a launch plan into a running container. */
@Export
@Version("1.0.0")
package dev.carrel.api.isolation;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
