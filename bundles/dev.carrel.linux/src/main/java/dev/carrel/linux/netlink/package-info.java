/** Network interfaces, addresses, routes and queues, as the kernel is told of them over netlink sockets; see netlink(7), rtnetlink(7). */
@Export
@Version("1.0.0")
package dev.carrel.linux.netlink;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
