/** What of the network a container sees. */
@Export
@Version("1.0.0")
package dev.carrel.api.network;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
