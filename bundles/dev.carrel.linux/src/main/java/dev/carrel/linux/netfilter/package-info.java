/** Rules of nftables, by libnftables; see libnftables(3). */
@Export
@Version("1.0.0")
package dev.carrel.linux.netfilter;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
