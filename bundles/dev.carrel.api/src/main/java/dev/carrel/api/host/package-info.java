/** What the host is and allows: accounts, terminal, durability, health. */
@Export
@Version("1.1.0")
package dev.carrel.api.host;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
