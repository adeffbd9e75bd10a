/** What of the network a container sees, and the SPI of who attaches containers to networks. */
@Export
@Version("1.0.0")
package dev.carrel.api.network;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
